"""Class folders of images, in a folder or a zip archive.

A tree ROOT/<class>/* is divided by a seeded, stratified draw: within each class the files,
sorted by path, are permuted and the first quarter (at least one, never all) is the test part.
A tree ROOT/train/<class>/* with ROOT/test/<class>/* keeps its own division.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from wargame.data.dataset import Arrays, Dataset, build
from wargame.data.npz import load_npz, save_npz
from wargame.data.tree import Classes, Entry, Layout, Tree, layout, opened
from wargame.errors import WargameError
from wargame.home import cache_home

if TYPE_CHECKING:
    from PIL.Image import Image

TEST_SHARE: Final = 0.25
SPLIT_SEED: Final = 20250
_VERSION: Final = 1

Pixels = NDArray[np.uint8]


def load_folders(path: Path, name: str, *, size: int = 32) -> Dataset:
    """Read class folders; every image becomes size x size, so wide ones are squeezed.

    Shrinking averages boxes of pixels, enlarging is bicubic (Pillow). If all images are grey
    the result has one channel, else three. The result is cached under a key of the contents.

    Raises:
        WargameError: no class folders there, a class with one image only, an unreadable image.
    """
    with opened(path) as tree:
        entries = tree.entries()
        found = layout(entries)
        if found is None:
            raise WargameError(
                f"{path}: no class folders of images found; looked for <class>/* with at least "
                "two classes, and for train/<class>/* with test/<class>/*"
            )
        kept = cache_home() / "folders" / f"{_key(entries, size)}.npz"
        if (cached := _cached(kept, name)) is not None:
            return cached
        data = build(name, _arrays(tree, found, size), origin="file", source=str(path))
    try:
        save_npz(kept, data)
    except OSError:
        return data  # a cache that cannot be written only costs time
    return data


def has_class_folders(path: Path) -> bool:
    """Whether a folder or zip file holds class folders of images."""
    try:
        with opened(path) as tree:
            return layout(tree.entries()) is not None
    except WargameError:
        return False


def divide(classes: Classes, source: str) -> Layout:
    """The documented stratified draw.

    Raises:
        WargameError: a class has only one image.
    """
    train: Classes = {}
    test: Classes = {}
    for index, name in enumerate(sorted(classes)):
        files = classes[name]
        if len(files) < 2:
            raise WargameError(
                f"{source}: the class {name!r} has 1 image, expected at least 2, "
                "one to train and one to test"
            )
        order = np.random.default_rng([SPLIT_SEED, index]).permutation(len(files))
        cut = max(1, round(TEST_SHARE * len(files)))
        test[name] = [files[i] for i in sorted(order[:cut])]
        train[name] = [files[i] for i in sorted(order[cut:])]
    return Layout(train, test)


def _arrays(tree: Tree, found: Layout, size: int) -> Arrays:
    whole = found if found.test is not None else divide(found.train, tree.source)
    test = whole.test or {}
    names = sorted(set(whole.train) | set(test))
    arrays: dict[str, NDArray[Any]] = {"class_names": np.array(names)}
    pictures: dict[str, list[Pixels]] = {}
    for part, classes in (("train", whole.train), ("test", test)):
        pairs = [(label, e) for label, name in enumerate(names) for e in classes.get(name, [])]
        arrays[f"y_{part}"] = np.array([label for label, _ in pairs], np.int64)
        pictures[part] = [_picture(tree, entry, size) for _, entry in pairs]
    colour = any(picture.ndim == 3 for some in pictures.values() for picture in some)
    for part, some in pictures.items():
        arrays[f"x_{part}"] = np.stack([_coloured(p) for p in some] if colour else some)
    return arrays


def _picture(tree: Tree, entry: Entry, size: int) -> Pixels:
    import PIL.Image

    try:
        with PIL.Image.open(io.BytesIO(tree.read(entry))) as image:
            if image.mode.startswith(("I", "F")):
                raise ValueError(f"pixels of mode {image.mode}, expected 8 bits a channel")
            plain = image.convert("L" if image.mode in ("1", "L") else "RGB")
            return np.asarray(_resized(plain, size), np.uint8)
    # Image decoders raise nearly anything on damaged bytes.
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        reason = (
            "no image of a known form" if isinstance(error, PIL.UnidentifiedImageError) else reason
        )
        raise WargameError(
            f"{tree.source}: the image {entry.path} cannot be read ({reason})"
        ) from error


def _resized(image: Image, size: int) -> Image:
    from PIL.Image import Resampling

    width, height = image.size
    if width % size == 0 and height % size == 0:
        return image.reduce((width // size, height // size))  # rounds once, resize twice
    shrinks = min(width, height) >= size
    return image.resize((size, size), Resampling.BOX if shrinks else Resampling.BICUBIC)


def _coloured(picture: Pixels) -> Pixels:
    return picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)


def _key(entries: list[Entry], size: int) -> str:
    sha = hashlib.sha256(f"{_VERSION} {SPLIT_SEED} {TEST_SHARE} {size}\n".encode())
    for entry in entries:
        sha.update(f"{entry.path}\0{entry.stamp}\n".encode("utf-8", "surrogateescape"))
    return sha.hexdigest()[:40]


def _cached(path: Path, name: str) -> Dataset | None:
    try:
        return load_npz(path, name)
    except WargameError:
        return None
