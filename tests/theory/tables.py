"""Payoff tables without models: a header, and a player whose missions are drawn from the seed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from wargame.arena.fleet import Fixture, Played
from wargame.game import scenario
from wargame.game.lines import DataLine
from wargame.theory.payoff_file import AgentLine, Header

ATTACKERS, DEFENDERS = ("poisoner", "evader"), ("vigilant", "hardener", "frugal")


def header(first_seed: int = 5) -> Header:
    rules = scenario.load("mapengine")
    return Header(
        scenario=rules.name,
        scenario_digest=rules.digest,
        content=rules.content(),
        fidelity="drill",
        data=DataLine(name="dots", digest="d" * 40, origin="the tests"),
        program="1",
        code="c" * 16,
        processor="cpu abacus",
        attackers=[AgentLine(name=name, digest="a" * 16) for name in ATTACKERS],
        defenders=[AgentLine(name=name, digest="b" * 16) for name in DEFENDERS],
        first_seed=first_seed,
    )


class Dealer:
    """Plays like a fleet: what a match is worth follows from its fixture alone."""

    def __init__(self, truth: NDArray[np.float64] | None = None, noise: float = 0.2) -> None:
        self.truth = truth if truth is not None else np.array([[0.2, 0.5, 0.6], [0.4, 0.3, 0.7]])
        self.noise = noise
        self.played: list[Fixture] = []
        self.stop: Callable[[], None] | None = None

    def play(self, fixtures: Sequence[Fixture]) -> list[Played]:
        if self.stop is not None:
            self.stop()
        self.played += fixtures
        return [self._played(fixture) for fixture in fixtures]

    def _played(self, fixture: Fixture) -> Played:
        rng = np.random.default_rng(zlib.crc32("/".join(map(str, fixture)).encode()))
        mean = self.truth[ATTACKERS.index(fixture.attacker), DEFENDERS.index(fixture.defender)]
        missions = np.clip(mean + rng.uniform(-self.noise, self.noise, 8), 0, 1)
        plays = tuple((int(a), int(d)) for a, d in rng.integers(0, 55, (8, 2)))
        return Played(fixture, tuple(missions.tolist()), plays)
