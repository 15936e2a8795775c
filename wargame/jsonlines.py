"""Files of canonical JSON, one value a line: appended to by one process, whole after a kill.

What is written is on the disk before the call returns. Only the last line can be cut short; readers
leave it out, and whoever goes on writing cuts it off. A format says in its own words what its lines
hold; errors of the disk stay OSError here, for `writing` to say in words what was being written.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ValidationError

from wargame.errors import WargameError
from wargame.store import canonical

_ModelT = TypeVar("_ModelT", bound=BaseModel)


def encoded(data: Any) -> bytes:
    """A line."""
    return canonical(data) + b"\n"


def whole(raw: bytes) -> bytes:
    """A file's complete lines, with their line ends."""
    return raw[: raw.rfind(b"\n") + 1]


def split(raw: bytes) -> list[bytes]:
    """A file's complete lines, without their line ends."""
    return raw.split(b"\n")[:-1]


@contextmanager
def writing(what: str | Path) -> Iterator[None]:
    """Tells in words what the disk refused in the block.

    Raises:
        WargameError: in place of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise WargameError(f"{what} cannot be written: {error}") from error


def append(handle: FileIO, text: bytes) -> None:
    """Adds lines at the end of a file, on the disk before it returns; where it fails, none.

    Raises:
        OSError: the disk refuses.
    """
    end = os.fstat(handle.fileno()).st_size
    try:
        _settle(handle, text)
    except BaseException:
        # The same lines may be tried again; half of one must not stand before them.
        with suppress(OSError):
            handle.truncate(end)
        raise


def place(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all, in place of what was there.

    Raises:
        OSError: the disk refuses.
    """
    scratch = path.with_name(f".part-{path.name}-{os.getpid()}")
    try:
        with scratch.open("wb", buffering=0) as handle:
            _settle(handle, content)
        scratch.replace(path)
    except BaseException:
        with suppress(OSError):
            scratch.unlink()
        raise


def _settle(handle: FileIO, text: bytes) -> None:
    # Without a buffer: one that the disk refused would be tried again on closing, and fail there.
    left = memoryview(text)
    while left:
        left = left[handle.write(left) :]
    os.fsync(handle.fileno())


def claimed(path: Path, taken: str | None = None) -> FileIO:
    """A file, made if it is not there, open for appending; no other process gets it meanwhile.

    Raises:
        WargameError: another process has it; `taken` says so in words.
        OSError: it cannot be opened.
    """
    handle = path.open("ab", buffering=0)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise WargameError(taken or f"{path} is being written by another process") from error
    return handle


class LinesFile:
    """A claimed file.

    Raises:
        WargameError: another process writes it.
        OSError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = claimed(path)

    def append(self, text: bytes) -> None:
        """Adds lines; see `append`."""
        append(self._handle, text)

    def cut(self, size: int) -> None:
        """Shortens the file to so many bytes."""
        self._handle.truncate(size)

    def close(self) -> None:
        """Closes the file; others may write it now."""
        self._handle.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def check_version(path: Path, first: bytes, noun: str, known: str, newest: int) -> None:
    """Refuses a file whose first line names another format than `known`, or a newer version.

    Raises:
        WargameError: it does; names file and line.
    """
    try:
        data = json.loads(first)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or data.get("format") != known:
        raise WargameError(f"{path}:1: this is no {known}")
    found = data.get("version")
    if isinstance(found, int) and found > newest:
        raise WargameError(
            f"{path}:1: the {noun} has version {found}, and this program reads up to {newest}; "
            "update wargame"
        )


def problem(error: ValidationError, nameless: str = "line") -> str:
    """The first thing wrong with a line: the field, or what has no fields to name, and why."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or nameless
    return f"{where}: {first['msg']}"


def begin_settings(path: Path, settings: BaseModel, taken: str) -> None:
    """Writes the settings file of a new folder, and makes the folder.

    Raises:
        WargameError: the file is there already, which `taken` says, or the disk refuses.
    """
    if path.exists():
        raise WargameError(taken)
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        place(path, encoded(settings.model_dump(mode="json")))


def read_settings(path: Path, kind: type[_ModelT], missing: str) -> _ModelT:
    """The settings in a file.

    Raises:
        WargameError: there is none, which `missing` says, or it was damaged.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WargameError(missing) from error
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        raise WargameError(f"{path}:1: {problem(error, 'the file')}") from error
