"""Whole files at any address that fsspec knows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from ftplib import error_perm, error_temp
from functools import partial
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit

from wargame.errors import WargameError

T = TypeVar("T")

_PAUSES = (0.2, 0.8)
"""Seconds before the second and the third try."""
_PATIENCE = 5.0
"""A try that fails after so many seconds is the last."""
_BATCH = 256
"""Files asked for together."""
_LASTING = (
    FileNotFoundError,
    PermissionError,
    NotImplementedError,
    ImportError,
    TypeError,
    ValueError,
    error_perm,
)
"""Failures that another try does not mend."""


class Far:
    """A folder at a URL; connects when it is first asked for something.

    Args:
        url: as fsspec takes it; may hold a user's name and password.

    Raises:
        WargameError: no such protocol, or what it needs is not installed.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.place = self.url
        """The URL without its password."""
        self._secret = ""
        self._system: Any = None
        self._base = ""
        self._folders: set[str] = set()
        try:
            import fsspec

            self.place, self._secret = _shown(self.url)
            fsspec.get_filesystem_class(url.partition("::")[0].partition("://")[0])
        except (ImportError, ValueError) as error:
            raise self._failed("cannot be used", error) from error

    def read(self, path: str) -> bytes | None:
        """A file's bytes, or None where there is none.

        Raises:
            WargameError: the place cannot be reached.
        """
        try:
            found: bytes = self._try("read", lambda fs: fs.cat_file(self._at(path)))
        except FileNotFoundError:
            return None
        return found

    def read_all(self, paths: Iterable[str]) -> Iterator[bytes | None]:
        """Many small files, some together where the protocol can."""
        for some in _batches(paths):
            names = [self._at(path) for path in some]
            found = self._try("read", partial(_cat, names=names))
            yield from (found.get(name) for name in names)

    def write(self, path: str, blob: bytes) -> None:
        """Puts a file; where it is killed half-way a part of it may be there.

        Raises:
            WargameError: the place cannot be written.
        """

        def put(fs: Any) -> None:
            folder = self._at(path).rpartition("/")[0]
            if folder not in self._folders:
                _make_folder(fs, folder)
                self._folders.add(folder)
            fs.pipe_file(self._at(path), blob)

        try:
            self._try("written", put)
        except FileNotFoundError as error:
            raise self._failed("cannot be written", error) from error

    def names(self, folder: str) -> list[str]:
        """Last parts of the paths in a folder, in order; none where there is no such folder."""
        try:
            found = self._try("read", lambda fs: fs.ls(self._at(folder), detail=False))
        except FileNotFoundError:
            return []
        return sorted({str(each).rstrip("/").rpartition("/")[2] for each in found} - {""})

    def remove(self, folder: str) -> None:
        """Removes a folder with what is in it, where it is there."""

        def take(fs: Any) -> None:
            fs.rm(self._at(folder), recursive=True)

        self._folders.discard(self._at(folder))
        try:
            self._try("written", take)
        except FileNotFoundError:
            return

    def _at(self, path: str) -> str:
        if self._system is None:
            self._connect()
        return f"{self._base}/{path}"

    def _connect(self) -> None:
        import fsspec

        # A connection of one's own: cached ones are dead after a failure, or another thread's.
        self._system, base = fsspec.url_to_fs(self.url, skip_instance_cache=True)
        self._base = str(base).rstrip("/")

    def _try(self, doing: str, what: Callable[[Any], T]) -> T:
        start = time.monotonic()
        for pause in (*_PAUSES, None):
            try:
                if self._system is None:
                    self._connect()
                # Others write here too: what was listed a moment ago says nothing.
                self._system.invalidate_cache()
                return what(self._system)
            except Exception as error:  # every protocol has its own
                if isinstance(error, FileNotFoundError) and not _hung_up(error):
                    raise
                self._system = None
                self._folders.clear()
                late = time.monotonic() - start > _PATIENCE
                if pause is None or late or _lasting(error):
                    raise self._failed(f"cannot be {doing}", error) from error
                time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _failed(self, what: str, error: Exception) -> WargameError:
        why = str(error) or type(error).__name__
        for secret in filter(None, (self._secret, unquote(self._secret))):
            why = why.replace(secret, "***")
        return WargameError(f"the store at {self.place} {what}: {why}")


def _hung_up(error: Exception) -> bool:
    # fsspec's FTP takes every refusal for a missing file, also "421 too long idle".
    return isinstance(error.__cause__, error_temp)


def _lasting(error: Exception) -> bool:
    return isinstance(error, _LASTING) and not _hung_up(error)


def _shown(url: str) -> tuple[str, str]:
    """The URL without its password, and the password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url, ""
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}")), parts.password


def _batches(paths: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(paths)
    while some := list(islice(rest, _BATCH)):
        yield some


def _cat(fs: Any, names: list[str]) -> dict[str, bytes]:
    found = fs.cat(names, on_error="return")
    for each in found.values():
        if isinstance(each, Exception) and not isinstance(each, FileNotFoundError):
            raise each
    return {name: each for name, each in found.items() if isinstance(each, bytes)}


def _make_folder(fs: Any, folder: str) -> None:
    try:
        fs.makedirs(folder, exist_ok=True)
    except (FileExistsError, error_perm):
        # Another machine made it, or a parent of it, at the same time.
        if not fs.exists(folder):
            fs.makedirs(folder, exist_ok=True)
