"""Packs a stranger's files so that the same content is the same bytes, and lays them out again."""

from __future__ import annotations

import io
import os
import shutil
import stat
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from wargame.errors import WargameError
from wargame.tournament.archive import unpack
from wargame.tournament.bundle import (
    DEPTH,
    MOST_ENTRIES,
    MOST_FILES,
    Bundle,
    Refused,
    left_out,
    shown,
)
from wargame.tournament.entrant import Submission

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PROGRAM = (b"#!", b"\x7fELF")


def pack(files: Mapping[str, bytes]) -> bytes:
    """A tar of the files: the same bytes for the same names and contents.

    Whether a file may be run follows from how it begins, since archives and disks of other
    systems do not tell.
    """
    found = io.BytesIO()
    with tarfile.open(fileobj=found, mode="w", format=tarfile.GNU_FORMAT) as target:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), mode(content)
            target.addfile(entry, io.BytesIO(content))
    return found.getvalue()


def mode(content: bytes) -> int:
    """Rights of a file of this content."""
    return 0o755 if content.startswith(_PROGRAM) else 0o644


def contents(submission: Submission) -> dict[str, bytes]:
    """The files of a submission, checked as those of any archive are.

    Raises:
        WargameError: it has none, or the package is damaged.
    """
    if submission.package is None:
        raise WargameError(f"{submission.word} is a ready agent and has no files")
    return unpack("package.tar", submission.package)


def read_folder(root: Path) -> dict[str, bytes]:
    """All plain files below a folder, by name with slashes; links are never followed.

    Raises:
        Refused: something in it is not let in, or cannot be read; names it.
    """
    bundle, seen = Bundle(), [0]
    try:
        handle = os.open(root, _FLAGS | os.O_DIRECTORY)
    except OSError as error:
        raise Refused(f"it cannot be read: {error.strerror}") from error
    try:
        _gather(handle, "", bundle, seen)
    finally:
        os.close(handle)
    return bundle.files()


def _gather(folder: int, prefix: str, bundle: Bundle, seen: list[int]) -> None:
    with os.scandir(folder) as listed:
        entries = sorted(listed, key=lambda entry: entry.name)
    seen[0] += len(entries)
    if seen[0] > MOST_ENTRIES:
        raise Refused(f"there are more than {MOST_FILES} files")
    for entry in entries:
        name = prefix + entry.name
        if left_out(name):
            continue
        if entry.is_symlink():
            raise Refused(f"{shown(name)} is a symbolic link, and only plain files are taken")
        if not entry.is_dir(follow_symlinks=False):
            bundle.check(name)
            bundle.add(name, _content(name, folder, entry.name, bundle.room()))
            continue
        if name.count("/") + 1 >= DEPTH:
            raise Refused(f"{shown(name)} lies more than {DEPTH} folders deep")
        handle = _opened(name, folder, entry.name, os.O_DIRECTORY)
        try:
            _gather(handle, f"{name}/", bundle, seen)
        finally:
            os.close(handle)


def read_file(path: Path, most: int) -> bytes:
    """A plain file, up to one byte more than `most`.

    Raises:
        Refused: it is a link or no plain file, or cannot be read.
    """
    return _content(path.name, None, str(path), most)


def _content(said: str, folder: int | None, name: str, most: int) -> bytes:
    with os.fdopen(_opened(said, folder, name, 0), "rb") as stream:
        facts = os.fstat(stream.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise Refused(f"{shown(said)} is a device, pipe or socket, and no plain file")
        if facts.st_nlink > 1:
            raise Refused(
                f"{shown(said)} is a hard link: it lies elsewhere as well; make a copy of it"
            )
        try:
            return stream.read(most + 1)
        except OSError as error:
            raise Refused(f"{shown(said)} cannot be read: {error.strerror}") from error


def _opened(said: str, folder: int | None, name: str, more: int) -> int:
    try:
        return os.open(name, _FLAGS | more, dir_fd=folder)
    except OSError as error:
        raise Refused(f"{shown(said)} cannot be read: {error.strerror}") from error


def unpacked(submission: Submission, cache: Path) -> Path:
    """The folder of a submission below `cache`, named by its digest; whole or absent.

    What lies there is compared with the package every time, so an agent that reached its own
    files changed nothing for its next match. Many processes may ask at once.

    Raises:
        WargameError: the package is damaged, or the folder cannot be written.
    """
    files = contents(submission)
    place = cache / submission.digest
    try:
        if _holds(place, files):
            return place
        cache.mkdir(parents=True, exist_ok=True)
        return _laid_out(place, files)
    except OSError as error:
        raise WargameError(f"{place} cannot be written: {error.strerror}") from error


def _holds(place: Path, files: Mapping[str, bytes]) -> bool:
    if place.is_symlink() or not place.is_dir():
        return False
    here = {path for path in place.rglob("*") if path.is_symlink() or not path.is_dir()}
    if here != {place / name for name in files}:
        return False
    try:
        return all(_same(place / name, content) for name, content in files.items())
    except Refused:
        return False


def _same(path: Path, content: bytes) -> bool:
    rights = stat.S_IMODE(path.lstat().st_mode)
    return rights == mode(content) & 0o555 and read_file(path, len(content)) == content


def _laid_out(place: Path, files: Mapping[str, bytes]) -> Path:
    beside = Path(tempfile.mkdtemp(prefix=".new-", dir=place.parent))
    fresh = beside / "new"
    try:
        fresh.mkdir()
        for name, content in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(mode(content) & 0o555)
        for folder in (fresh, *(path for path in fresh.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        for _ in range(10):
            try:
                fresh.rename(place)
            except OSError:
                # Somebody was faster; or what lies there was changed, and goes.
                if _holds(place, files):
                    return place
                _moved_away(place, beside)
            else:
                return place
        raise WargameError(f"{place} changes all the time; who writes there?")
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _moved_away(place: Path, beside: Path) -> None:
    old = Path(tempfile.mkdtemp(prefix="old-", dir=beside))
    try:
        place.rename(old / "old")
    except FileNotFoundError:
        return
