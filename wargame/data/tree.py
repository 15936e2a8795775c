"""Image files in a folder or a zip archive, seen alike; nothing is ever unpacked to disk."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from wargame.errors import WargameError

SUFFIXES: Final = frozenset(
    {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".ppm", ".pgm"}
)
_DEPTH: Final = 5
_LARGEST: Final = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Entry:
    """One image: its path below the root, and a stamp that changes when it changes."""

    path: PurePosixPath
    stamp: str


class Tree(Protocol):
    """A readable tree of images."""

    source: str

    def entries(self) -> list[Entry]:
        """All images, sorted by path."""

    def read(self, entry: Entry) -> bytes:
        """The bytes of one image."""


class FolderTree:
    """A folder on disk, five levels deep at most."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.source = str(root)

    def entries(self) -> list[Entry]:
        """All images, sorted by path; the stamp is size and time of change."""
        found = []
        for folder, below, files in os.walk(self._root, followlinks=True):
            here = PurePosixPath(Path(folder).relative_to(self._root).as_posix())
            below[:] = [name for name in below if len(here.parts) < _DEPTH - 1]
            for name in files:
                if _is_image(path := here / name):
                    found.append(Entry(path, self._stamp(path)))
        return sorted(found, key=lambda entry: entry.path.parts)

    def _stamp(self, path: PurePosixPath) -> str:
        try:
            state = (self._root / path).stat()
        except OSError:
            return "unreadable"  # a link to nowhere, say: reading it tells
        return f"{state.st_size} {state.st_mtime_ns}"

    def read(self, entry: Entry) -> bytes:
        """The bytes of one image."""
        return (self._root / entry.path).read_bytes()


class ZipTree:
    """A zip archive, read in place."""

    def __init__(self, archive: zipfile.ZipFile, source: str) -> None:
        self._archive = archive
        self.source = source

    def entries(self) -> list[Entry]:
        """All images, sorted by path; the stamp is size and checksum.

        Raises:
            WargameError: a member's name leads out of the archive, or it is far too large.
        """
        found = []
        for item in self._archive.infolist():
            path = PurePosixPath(item.filename.replace("\\", "/"))
            if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
                raise WargameError(
                    f"{self.source}: the member {item.filename!r} leads out of the archive, "
                    "so nothing of it is read"
                )
            if item.is_dir() or not _is_image(path) or len(path.parts) > _DEPTH:
                continue
            if item.file_size > _LARGEST:
                raise WargameError(f"{self.source}: the member {item.filename!r} is too large")
            found.append(Entry(path, f"{item.file_size} {item.CRC:08x} {item.filename}"))
        return sorted(found, key=lambda entry: entry.path.parts)

    def read(self, entry: Entry) -> bytes:
        """The bytes of one image."""
        return self._archive.read(entry.stamp.split(" ", 2)[2])


@contextmanager
def opened(path: Path) -> Iterator[Tree]:
    """The tree in a folder or a zip file.

    Raises:
        WargameError: there is no such place, or the archive is damaged.
    """
    if path.is_dir():
        yield FolderTree(path)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            yield ZipTree(archive, str(path))
    except FileNotFoundError as error:
        raise WargameError(f"{path}: there is no such file or folder") from error
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise WargameError(f"{path}: not a readable zip file ({error})") from error


def _is_image(path: PurePosixPath) -> bool:
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.lower() in SUFFIXES and not hidden


Classes = dict[str, list[Entry]]


@dataclass(frozen=True, slots=True)
class Layout:
    """Images by class; the test part is None where the tree is not divided."""

    train: Classes
    test: Classes | None


_TRAIN: Final = ("train", "training")
_TEST: Final = ("test", "testing", "val", "valid", "validation")


def layout(entries: Sequence[Entry]) -> Layout | None:
    """Find the class folders: ROOT/<class>/*, or ROOT/train/<class>/* and ROOT/test/<class>/*.

    ROOT may lie deeper (``EuroSAT/2750``). The shallowest root with two classes or more wins,
    a divided one before an undivided one. None where there is no such root.
    """
    roots: dict[PurePosixPath, Classes] = {}
    for entry in entries:
        if len(entry.path.parts) >= 2:
            folder = entry.path.parent
            roots.setdefault(folder.parent, {}).setdefault(folder.name, []).append(entry)
    usable = sorted(
        (root for root, classes in roots.items() if len(classes) >= 2),
        key=lambda root: (len(root.parts), root.parts),
    )
    for root in usable:
        if root.name.lower() in _TRAIN:
            for name in _TEST:
                for twin in usable:
                    if twin.parent == root.parent and twin.name.lower() == name:
                        return Layout(roots[root], roots[twin])
    return Layout(roots[usable[0]], None) if usable else None
