from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from wargame.data import synthetic
from wargame.data.npz import save_npz
from wargame.home import cache_home

Arrays = dict[str, NDArray[Any]]


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARGAME_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("WARGAME_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture(scope="session")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The terrain of the usual size, painted once for all tests."""
    path = tmp_path_factory.mktemp("terrain") / "terrain.npz"
    save_npz(path, synthetic.make())
    return path


@pytest.fixture
def terrain(painted: Path) -> Path:
    """A cache folder in which the terrain lies ready."""
    counts = f"{synthetic.SEED}-{synthetic.N_TRAIN}-{synthetic.N_TEST}"
    path = cache_home() / "terrain" / f"v{synthetic.VERSION}-{counts}.npz"
    path.parent.mkdir(parents=True)
    path.symlink_to(painted)
    return path


@pytest.fixture
def arrays() -> Arrays:
    """A small data set in our form: 3 classes, 9 + 6 colour images of 5x4."""
    rng = np.random.default_rng(5)
    return {
        "x_train": rng.integers(0, 256, (9, 5, 4, 3), np.uint8),
        "y_train": np.arange(9) % 3,
        "x_test": rng.integers(0, 256, (6, 5, 4, 3), np.uint8),
        "y_test": np.arange(6) % 3,
        "class_names": np.array(["a", "b", "c"]),
    }


@pytest.fixture
def npz(tmp_path: Path, arrays: Arrays) -> Path:
    path = tmp_path / "given" / "tiles.npz"
    path.parent.mkdir()
    np.savez_compressed(path, allow_pickle=False, **arrays)
    return path


Painter = Callable[..., Path]


@pytest.fixture
def paint() -> Painter:
    """Writes class folders of random images under a root."""

    def write(root: Path, classes: dict[str, int], side: int = 8, seed: int = 0) -> Path:
        rng = np.random.default_rng(seed)
        for name, count in classes.items():
            (root / name).mkdir(parents=True)
            for index in range(count):
                pixels = rng.integers(0, 256, (side, side, 3), np.uint8)
                Image.fromarray(pixels).save(root / name / f"{name}_{index:03d}.png")
        return root

    return write
