"""Embedded land-cover data: ten classes of seeded terrain, for play without a download.

The classes and the size are those of EuroSAT at 32 x 32 pixels (Helber et al. 2019). The
tiles overlap between classes about as much as the real ones do: a three-layer stride-2
convolutional net (32, 64, 128 channels; Adam, 8 epochs) reaches on held-out tiles, in the
mean of three runs,

    training tiles      1,500    3,000    6,000
    this terrain         63.1     73.0     78.8 %
    real EuroSAT         68.2     75.6     80.1 %
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from wargame.data.dataset import Dataset, build
from wargame.data.npz import load_npz, save_npz
from wargame.data.terrain.air import seen
from wargame.data.terrain.classes import PAINTERS
from wargame.data.terrain.noise import Atlas
from wargame.data.terrain.scene import SIDE, TILE, Scene
from wargame.errors import WargameError
from wargame.home import cache_home

VERSION: Final = 1
"""Raise it with every change that alters a pixel."""
NAME: Final = "terrain"
SEED: Final = 7
N_TRAIN: Final = 6000
N_TEST: Final = 2000
CLASS_NAMES: Final = tuple(PAINTERS)
_CHUNK: Final = 50


def tiles(count: int, *, seed: int, stream: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images (count, 32, 32, 3) and labels (count,), classes balanced and interleaved.

    Streams share nothing, not even noise. Smaller counts are prefixes of larger ones.
    """
    names = list(PAINTERS)
    each = -(-count // len(names))
    atlas = Atlas(np.random.default_rng([seed, VERSION, stream]), SIDE)
    pictures = np.empty((each, len(names), TILE, TILE, 3), np.uint8)
    for label, name in enumerate(names):
        for chunk, start in enumerate(range(0, each, _CHUNK)):
            rng = np.random.default_rng([seed, VERSION, stream, label + 1, chunk])
            scene = Scene(rng, atlas, _CHUNK)
            picture = seen(scene, PAINTERS[name](scene))
            pictures[start : start + _CHUNK, label] = picture[: each - start]
    labels = np.tile(np.arange(len(names), dtype=np.int64), each)
    return pictures.reshape(-1, TILE, TILE, 3)[:count], labels[:count]


def make(*, seed: int = SEED, n_train: int = N_TRAIN, n_test: int = N_TEST) -> Dataset:
    """Paint the terrain data set, about 0.4 ms of one core a tile."""
    x_train, y_train = tiles(n_train, seed=seed, stream=0)
    x_test, y_test = tiles(n_test, seed=seed, stream=1)
    arrays: dict[str, NDArray[Any]] = {
        "x_train": x_train,
        "y_train": y_train,
        "x_test": x_test,
        "y_test": y_test,
        "class_names": np.array(CLASS_NAMES),
    }
    return build(NAME, arrays, origin="synthetic", source="the synthetic terrain")


def load(*, seed: int = SEED, n_train: int = N_TRAIN, n_test: int = N_TEST) -> Dataset:
    """The terrain data set from the cache folder, painted there on first use."""
    path = cache_home() / "terrain" / f"v{VERSION}-{seed}-{n_train}-{n_test}.npz"
    try:
        return load_npz(path, NAME, origin="synthetic")
    except WargameError:
        data = make(seed=seed, n_train=n_train, n_test=n_test)
    try:
        save_npz(path, data)
    except OSError:
        return data  # a cache that cannot be written only costs time
    return data
