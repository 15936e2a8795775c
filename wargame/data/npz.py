"""Our own form: one npz file with x_train, y_train, x_test, y_test and class_names."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from wargame.data.dataset import ARRAYS, Arrays, Dataset, Origin, build
from wargame.errors import WargameError
from wargame.home import cache_home, replacing

LARGEST: Final = 8 * 2**30
"""Unpacked bytes beyond which a file is refused, so that no small file can fill the memory."""


def load_npz(path: Path, name: str, *, origin: Origin = "file") -> Dataset:
    """Read a data set; nothing in the file is ever unpickled.

    Raises:
        WargameError: the file is missing, damaged, too large or not in the form.
    """
    source = str(path)
    if not path.is_file():
        raise WargameError(f"{source}: there is no such file")
    note = _note(path)
    arrays = _read(path)
    data = build(name, arrays, origin=origin, source=source, digest=lambda: _recall(note))
    _keep(note, data.digest)
    return data


def save_npz(path: Path, data: Dataset) -> None:
    """Write a data set, uncompressed, whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    arrays = {key: getattr(data, key) for key in ARRAYS[:4]}
    with replacing(path) as scratch, scratch.open("wb") as file:
        np.savez(file, allow_pickle=False, class_names=np.array(data.class_names), **arrays)


def _read(path: Path) -> Arrays:
    try:
        with zipfile.ZipFile(path) as archive:
            present = {item.filename: item for item in archive.infolist()}
            wanted = [key for key in ARRAYS if f"{key}.npy" in present]
            unpacked = sum(present[f"{key}.npy"].file_size for key in wanted)
            if unpacked > LARGEST:
                raise WargameError(
                    f"{path}: the arrays unpack to {unpacked / 2**30:.0f} GiB, "
                    f"expected at most {LARGEST / 2**30:.0f}"
                )
            return {key: _member(archive, present[f"{key}.npy"]) for key in wanted}
    except WargameError:
        raise
    # A damaged archive can make the parsers below raise nearly anything.
    except Exception as error:
        raise WargameError(
            f"{path}: not a readable npz file ({_reason(error)}); "
            f"expected the arrays {', '.join(ARRAYS)}"
        ) from error


def _member(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> NDArray[Any]:
    with archive.open(item) as file:
        version = np.lib.format.read_magic(file)
        if version == (1, 0):
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        else:
            shape, _, dtype = np.lib.format.read_array_header_2_0(file)
        # The header is believed only as far as the archive says that there are bytes.
        if any(side < 0 for side in shape) or _bytes(shape, dtype) > item.file_size:
            raise ValueError(f"{item.filename} claims the shape {shape} but is shorter")
    with archive.open(item) as file:
        array: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
        if file.read(1):
            raise ValueError(f"{item.filename} is longer than its shape {array.shape}")
    return array


def _bytes(shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    total = dtype.itemsize
    for side in shape:
        total *= side
    return total


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]


def _note(path: Path) -> Path:
    state = path.stat()
    key = f"{path.resolve()}\n{state.st_size}\n{state.st_mtime_ns}"
    return cache_home() / "digests" / hashlib.sha256(key.encode()).hexdigest()[:40]


def _recall(note: Path) -> str | None:
    try:
        digest = note.read_text("ascii")
    except (OSError, ValueError):
        return None
    return digest if len(digest) == 64 and set(digest) <= set("0123456789abcdef") else None


def _keep(note: Path, digest: str) -> None:
    if _recall(note) == digest:
        return
    try:
        with replacing(note) as scratch:
            scratch.write_text(digest, "ascii")
    except OSError:
        return  # a cache that cannot be written only costs time
