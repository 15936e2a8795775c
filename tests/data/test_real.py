"""Checks on the real EuroSAT, where WARGAME_DATA leads to it."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from wargame.data.dataset import Dataset
from wargame.data.sources import describe, find, load
from wargame.data.synthetic import CLASS_NAMES

REAL = os.environ.get("WARGAME_DATA")


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    if not REAL:
        pytest.skip("WARGAME_DATA is not set")
    monkeypatch.setenv("WARGAME_DATA", REAL)
    data = load("eurosat")
    if data.origin == "synthetic":
        pytest.skip("WARGAME_DATA holds no EuroSAT")
    return data


def test_it_has_the_classes_and_colours(real: Dataset) -> None:
    assert real.class_names == CLASS_NAMES
    assert real.image_shape == (32, 32, 3)
    forest = real.x_train[real.y_train == CLASS_NAMES.index("Forest")]
    assert np.abs(forest.mean((0, 1, 2)) - (39, 64, 76)).max() < 4


def test_it_is_found_again(real: Dataset, tmp_path: Path) -> None:
    found = find(real.digest)
    assert found is not None
    assert found.digest == real.digest
    assert describe(real).startswith("real data, eurosat: ")
