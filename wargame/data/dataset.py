"""A labelled set of images in two parts, and the checks that every source must pass."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from wargame.errors import WargameError

Origin = Literal["synthetic", "file"]
Arrays = Mapping[str, NDArray[Any]]
ARRAYS: Final = ("x_train", "y_train", "x_test", "y_test", "class_names")


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Images (n, height, width, channels) uint8 in 0..255 and labels (n,) int64 in 0..k-1.

    Nobody writes to the arrays. The digest covers shapes, bytes and class names, but neither the
    name nor the place, so a copy elsewhere is the same data.
    """

    name: str
    x_train: NDArray[np.uint8]
    y_train: NDArray[np.int64]
    x_test: NDArray[np.uint8]
    y_test: NDArray[np.int64]
    class_names: tuple[str, ...]
    origin: Origin
    digest: str

    @property
    def n_classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width, channels."""
        _, height, width, channels = self.x_train.shape
        return height, width, channels


def build(
    name: str,
    arrays: Arrays,
    *,
    origin: Origin,
    source: str,
    digest: Callable[[], str | None] = lambda: None,
) -> Dataset:
    """A checked data set from raw arrays; grey images (n, h, w) get a channel axis.

    Args:
        name: what the data set is called.
        arrays: the five arrays named in ``ARRAYS``; more are ignored.
        origin: made here, or read from a file.
        source: the file that messages name.
        digest: gives the digest where it is known already.

    Raises:
        WargameError: an array is missing or has a wrong shape, type or content.
    """
    for key in ARRAYS:
        if key not in arrays:
            raise WargameError(
                f"{source}: the array {key!r} is missing; found {_listed(arrays)}, "
                f"expected {', '.join(ARRAYS)}"
            )
    names = _class_names(arrays["class_names"], source)
    parts: dict[str, NDArray[Any]] = {}
    for part in ("train", "test"):
        x = parts[f"x_{part}"] = _images(arrays[f"x_{part}"], f"x_{part}", source)
        y = arrays[f"y_{part}"]
        parts[f"y_{part}"] = _labels(y, f"y_{part}", len(x), names, source)
    if parts["x_train"].shape[1:] != parts["x_test"].shape[1:]:
        raise WargameError(
            f"{source}: the images of 'x_test' are {_size(parts['x_test'])}, "
            f"expected {_size(parts['x_train'])} as in 'x_train'"
        )
    return Dataset(
        name=name,
        x_train=parts["x_train"],
        y_train=parts["y_train"],
        x_test=parts["x_test"],
        y_test=parts["y_test"],
        class_names=names,
        origin=origin,
        digest=digest() or content_digest(parts, names),
    )


def content_digest(parts: Arrays, names: tuple[str, ...]) -> str:
    """SHA-256 over the class names and, array by array, shape and bytes: 64 hex digits."""
    sha = hashlib.sha256(json.dumps(names).encode())
    for key in ("x_train", "y_train", "x_test", "y_test"):
        array = parts[key]
        plain = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        sha.update(f"{key}{plain.shape}{plain.dtype.str}".encode())
        sha.update(plain.reshape(-1).view(np.uint8).data)
    return sha.hexdigest()


def _images(array: NDArray[Any], key: str, source: str) -> NDArray[np.uint8]:
    if array.dtype != np.uint8:
        raise WargameError(
            f"{source}: the array {key!r} has the type {array.dtype}, expected uint8 (0 to 255)"
        )
    images = array[..., None] if array.ndim == 3 else array
    if images.ndim != 4 or 0 in images.shape or images.shape[3] not in (1, 3):
        raise WargameError(
            f"{source}: the array {key!r} has the shape {array.shape}, "
            "expected (images, height, width) or (images, height, width, 1 or 3), none of them 0"
        )
    return np.ascontiguousarray(images)


def _labels(
    array: NDArray[Any], key: str, count: int, names: tuple[str, ...], source: str
) -> NDArray[np.int64]:
    if array.dtype.kind not in "iu":
        raise WargameError(
            f"{source}: the array {key!r} has the type {array.dtype}, expected whole numbers"
        )
    if array.shape != (count,):
        raise WargameError(
            f"{source}: the array {key!r} has the shape {array.shape}, "
            f"expected ({count},), one label an image"
        )
    low, high = int(array.min()), int(array.max())
    if low < 0 or high >= len(names):
        raise WargameError(
            f"{source}: the array {key!r} has labels from {low} to {high}, expected 0 to "
            f"{len(names) - 1} for the {len(names)} entries of 'class_names'"
        )
    labels = array.astype(np.int64)
    empty = np.flatnonzero(np.bincount(labels, minlength=len(names)) == 0)
    if len(empty):
        raise WargameError(
            f"{source}: the array {key!r} has no image of the class {names[empty[0]]!r}, "
            "expected at least one of every class"
        )
    return labels


def _class_names(array: NDArray[Any], source: str) -> tuple[str, ...]:
    if array.dtype.kind != "U" or array.ndim != 1:
        raise WargameError(
            f"{source}: the array 'class_names' has the type {array.dtype} and the shape "
            f"{array.shape}, expected a list of texts"
        )
    names = tuple(str(name) for name in array)
    if len(names) < 2:
        raise WargameError(
            f"{source}: the array 'class_names' has the length {len(names)}, expected at least 2"
        )
    if not all(name.isprintable() for name in names):  # they are shown on a terminal
        raise WargameError(
            f"{source}: the array 'class_names' holds {ascii(names)[:200]}, "
            "expected printable characters only"
        )
    if len(set(names)) < len(names) or not all(name.strip() for name in names):
        raise WargameError(
            f"{source}: the array 'class_names' holds {_listed(names)}, "
            "expected different names, none of them blank"
        )
    return names


def _size(images: NDArray[Any]) -> str:
    return "x".join(str(side) for side in images.shape[1:])


def _listed(names: Mapping[str, object] | tuple[str, ...]) -> str:
    shown = ", ".join(list(names)[:12])
    return (shown + (", ..." if len(names) > 12 else "")) or "none"
