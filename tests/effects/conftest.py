"""Rounds at drill on real tiles where they are, else on the embedded terrain; seeds from outside.

`WARGAME_DATA` names the folder with real tiles, `WARGAME_SEEDS` the seeds (default "21,22"),
`WARGAME_FIDELITY` how sharp.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from wargame.data.sources import load
from wargame.game import scenario
from wargame.pipeline.outcome import InForce, Measure, Outcome
from wargame.pipeline.resolve import opening, resolve
from wargame.pipeline.source import offer
from wargame.stages import Strength
from wargame.store import Store

SEEDS = tuple(int(seed) for seed in os.environ.get("WARGAME_SEEDS", "21,22").split(","))
FIDELITY = os.environ.get("WARGAME_FIDELITY", "drill")

Bench = Callable[..., list[Outcome]]


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Plays cards ("name:strength", in force from round 1) for some rounds, one run a seed."""
    rules = scenario.load("mapengine")
    tiles = load(rules.data)
    offer(tiles)
    store = Store(Path(tmp_path_factory.mktemp("effects")))

    def force(card: str) -> InForce:
        name, _, strength = card.partition(":")
        return InForce(name, Strength(strength or "medium"), 1)

    def run(*cards: str, against: tuple[str, ...] = (), rounds: int = 1) -> list[Outcome]:
        last = []
        for seed in SEEDS:
            world = rules.world(seed, FIDELITY, tiles.digest)
            outcome = opening(world, store=store)
            for round_ in range(1, rounds + 1):
                outcome = resolve(
                    world,
                    outcome.carry,
                    round_,
                    tuple(force(card) for card in cards),
                    tuple(force(card) for card in against),
                    store=store,
                )
            last.append(outcome)
        return last

    return run


def mean(outcomes: list[Outcome], name: str) -> float:
    """Mean of a measure over the seeds."""
    return sum(values(outcomes, name)) / len(outcomes)


def values(outcomes: list[Outcome], name: str) -> list[float]:
    """A measure at each seed."""
    found: list[Measure] = [outcome.measures[name] for outcome in outcomes]
    return [measure.value for measure in found]
