"""Any data set in our form is played: every card copes with odd shapes and with few records."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wargame.data.dataset import Dataset, build
from wargame.game import scenario
from wargame.pipeline.outcome import InForce, World
from wargame.pipeline.resolve import opening, resolve
from wargame.pipeline.source import offer
from wargame.stages import Side, Strength
from wargame.store import Store

from .test_resolve import TINY

ODD = {
    "one pixel": ((1, 1, 1), 3, 300, 150),
    "a row": ((1, 7, 3), 3, 300, 150),
    "oblong": ((16, 8, 3), 2, 300, 150),
    "few records, many classes": ((8, 8, 1), 30, 150, 60),
}
"""Shape, classes, training and test records."""


def noise(shape: tuple[int, int, int], classes: int, train: int, test: int) -> Dataset:
    rng = np.random.default_rng(3)
    return build(
        "odd",
        {
            "x_train": rng.integers(0, 256, (train, *shape), np.uint8),
            "y_train": np.arange(train) % classes,
            "x_test": rng.integers(0, 256, (test, *shape), np.uint8),
            "y_test": np.arange(test) % classes,
            "class_names": np.array([f"class {number}" for number in range(classes)]),
        },
        origin="file",
        source="odd.npz",
    )


def odd_world(data: Dataset) -> World:
    offer(data)
    sizes = {"drill": {**TINY, "steps": 4}}
    content = {**scenario.load("mapengine").content(), "rounds": 2, "fidelity": sizes}
    return scenario.from_content(content).world(5, "drill", data.digest)


def all_cards(side: Side, *, without: tuple[str, ...] = ()) -> tuple[InForce, ...]:
    names = [entry.name for entry in scenario.load("mapengine").deck.of(side)]
    return tuple(InForce(name, Strength.HEAVY, 1) for name in names if name not in without)


@pytest.mark.parametrize("kind", ODD)
def test_every_card_plays_on_odd_data(kind: str, tmp_path: Path) -> None:
    world, store = odd_world(noise(*ODD[kind])), Store(tmp_path)
    start = opening(world, store=store)
    attacks = all_cards(Side.ATTACKER, without=("fgsm", "pgd"))
    first = resolve(world, start.carry, 1, attacks, (), store=store)
    defences = all_cards(Side.DEFENDER)
    second = resolve(world, first.carry, 2, all_cards(Side.ATTACKER), defences, store=store)
    for outcome in (first, second):
        for name, measure in outcome.measures.items():
            assert measure.low <= measure.value <= measure.high, name
    measured = {name.rpartition(".")[0] for name in first.measures}
    silent = {"label_flip", "drift_poison"}  # the accuracy tells of these
    assert measured >= {held.card for held in attacks} - silent


def test_a_world_of_one_colour_is_trained_in_private(tmp_path: Path) -> None:
    data = noise((8, 8, 3), 2, 300, 150)
    data.x_train[:], data.x_test[:] = 40, 40
    world, store = odd_world(data), Store(tmp_path)
    start = opening(world, store=store)
    private = (InForce("dp_training", Strength.MEDIUM, 1),)
    found = resolve(world, start.carry, 1, (), private, store=store).measures["clean_accuracy"]
    assert found.low <= 0.5 <= found.high
