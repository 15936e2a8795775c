"""Find data of a name in a folder, whatever form it has there, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wargame.data.dataset import Dataset
from wargame.data.folders import has_class_folders, load_folders
from wargame.data.npz import load_npz
from wargame.errors import WargameError

_OTHER_BANDS = ("_ms", "allbands")


def read(path: Path, name: str, *, size: int = 32) -> Dataset:
    """Load one thing: an npz file, a zip archive of class folders, or class folders.

    Raises:
        WargameError: it is none of them, or damaged.
    """
    if path.suffix.lower() == ".npz":
        return load_npz(path, name)
    if path.is_dir() or path.suffix.lower() == ".zip":
        return load_folders(path, name, size=size)
    if path.exists():
        raise WargameError(f"{path}: expected a folder, an .npz file or a .zip file")
    raise WargameError(f"{path}: there is no such file or folder")


def matching(folder: Path, name: str) -> Path | None:
    """The first thing in a folder whose name begins with `name`, capitals aside.

    In this order: ``name*/name*.npz``, ``name*.npz``, ``name*/*.npz``, ``name*/`` with class
    folders, ``name*/*.zip`` and ``name*.zip`` with class folders; alphabetically within each.
    """
    here = [item for item in listing(folder) if _named(item, name)]
    below = [item for item in here if item.is_dir()]
    inner = [item for item_folder in below for item in listing(item_folder)]
    for candidate in (
        *(item for item in inner if _named(item, name) and _is(item, ".npz")),
        *(item for item in here if _is(item, ".npz")),
        *(item for item in inner if _is(item, ".npz")),
    ):
        return candidate
    for candidate in (
        *below,
        *(item for item in inner if _is(item, ".zip")),
        *(item for item in here if _is(item, ".zip")),
    ):
        if has_class_folders(candidate):
            return candidate
    return None


def itself(folder: Path) -> Path | None:
    """The folder as data: its only npz file, its class folders, or its only zip of them.

    Raises:
        WargameError: it holds several npz files and nothing says which.
    """
    files = [item for item in listing(folder) if _is(item, ".npz")]
    if len(files) > 1:
        shown = ", ".join(item.name for item in files[:6])
        raise WargameError(f"{folder}: holds several npz files ({shown}); name one of them")
    if files:
        return files[0]
    if has_class_folders(folder):
        return folder
    archives = [item for item in listing(folder) if _is(item, ".zip") and has_class_folders(item)]
    return archives[0] if len(archives) == 1 else None


def everything(folder: Path) -> Iterator[Path]:
    """All that looks like data in a folder and the folders in it."""
    for item in listing(folder):
        if item.is_dir():
            inner = [below for below in listing(item) if _is(below, ".npz") or _is(below, ".zip")]
            yield from inner
            if not inner:
                yield item
        elif _is(item, ".npz") or _is(item, ".zip"):
            yield item


def listing(folder: Path) -> list[Path]:
    """What is in a folder, sorted, without hidden files; nothing where it cannot be read."""
    try:
        items = [item for item in folder.iterdir() if not item.name.startswith(".")]
    except OSError:
        return []
    return sorted(items, key=lambda item: (item.name.lower(), item.name))


def _named(item: Path, name: str) -> bool:
    low = item.name.lower()
    return low.startswith(name.lower()) and not any(mark in low for mark in _OTHER_BANDS)


def _is(item: Path, suffix: str) -> bool:
    return item.suffix.lower() == suffix and item.is_file()
