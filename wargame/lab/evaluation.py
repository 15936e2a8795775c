"""Agents measured on seeds that nobody trained on: matches, means over mixtures, comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wargame.arena.fleet import Played
from wargame.lab.paired import Comparison, compared
from wargame.lab.statistics import Series, series
from wargame.stages import SIDES, Side


class Contestant(NamedTuple):
    """An agent of an evaluation."""

    label: str
    """What reports call it; unlike all others of its side."""
    name: str
    """What records call it."""
    word: str
    """What the user calls it."""
    digest: str
    weight: float = 1.0
    """Its part in the mixture that the other side is measured against."""


class Cell(NamedTuple):
    """A pair of agents over all seeds."""

    mission: Series
    wins: float
    """Share of the matches that the attacker won."""


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """All matches, every pair on every seed."""

    attackers: tuple[Contestant, ...]
    defenders: tuple[Contestant, ...]
    seeds: tuple[int, ...]
    par: float
    played: tuple[Played, ...]
    """Seed by seed, attacker by attacker, defender by defender."""

    @property
    def missions(self) -> NDArray[np.float64]:
        """Mean mission of each match (A, D, S)."""
        flat = np.array([each.mission for each in self.played], dtype=np.float64)
        by_seed = flat.reshape(len(self.seeds), len(self.attackers), len(self.defenders))
        return np.asarray(np.moveaxis(by_seed, 0, -1))

    def of(self, side: Side) -> tuple[Contestant, ...]:
        """The agents of a side."""
        return self.attackers if side is Side.ATTACKER else self.defenders

    def cells(self) -> list[list[Cell]]:
        """Attackers' rows, defenders' columns."""
        return [
            [Cell(series(seeds.tolist()), float((seeds > self.par).mean())) for seeds in row]
            for row in self.missions
        ]

    def against_mixture(self, side: Side) -> NDArray[np.float64]:
        """Mission of each agent of a side by seed (K, S), averaged over the other side's mixture.

        Averaged first and told by seed, so that pairs which share a world do not count as
        independent.
        """
        weights = [each.weight for each in self.of(side.other)]
        axis = 1 if side is Side.ATTACKER else 0
        return np.asarray(np.average(self.missions, axis=axis, weights=weights))

    def standings(self, side: Side) -> list[Series]:
        """Each agent's mean against the mixture, over the seeds."""
        return [series(seeds.tolist()) for seeds in self.against_mixture(side)]

    def comparisons(self, side: Side, baseline: str | None = None) -> list[Comparison]:
        """Each agent of a side against its baseline: the first one, or the one of this label."""
        labels = [each.label for each in self.of(side)]
        base = baseline if baseline in labels else labels[0]
        return compared(labels, self.against_mixture(side), str(base))

    def to_json(self, baseline: str | None = None) -> dict[str, Any]:
        """Plain JSON data: everything found, and the matches that it was found from."""
        data: dict[str, Any] = {"seeds": list(self.seeds), "par": self.par}
        for side in SIDES:
            agents, found = self.of(side), self.standings(side)
            data[f"{side.value}s"] = [
                _told(each) | {"mission": mean.to_json()}
                for each, mean in zip(agents, found, strict=True)
            ]
        data["pairs"] = [
            {
                "attacker": attacker.label,
                "defender": defender.label,
                "mission": cell.mission.to_json(),
                "attacker_wins": cell.wins,
            }
            for attacker, row in zip(self.attackers, self.cells(), strict=True)
            for defender, cell in zip(self.defenders, row, strict=True)
        ]
        data["comparisons"] = {
            side.value: [each.to_json() for each in self.comparisons(side, baseline)]
            for side in SIDES
        }
        return data | {"matches": self._matches()}

    def _matches(self) -> list[dict[str, Any]]:
        pairs = [(one.label, two.label) for one in self.attackers for two in self.defenders]
        return [
            {
                "seed": match.fixture.seed,
                "attacker": attacker,
                "defender": defender,
                "mission": match.mission,
                "missions": list(match.missions),
                "plays": [list(plays) for plays in match.plays],
            }
            for match, (attacker, defender) in zip(
                self.played, pairs * len(self.seeds), strict=True
            )
        ]


def _told(agent: Contestant) -> dict[str, Any]:
    facts = agent._asdict()
    del facts["word"]  # a path of this machine
    return facts


def overlap(worlds: tuple[int, int] | None, seeds: Sequence[int]) -> int:
    """How many of the seeds a training may have met.

    Args:
        worlds: first and last seed of its worlds.
        seeds: of the evaluation.
    """
    return sum(worlds[0] <= seed <= worlds[1] for seed in seeds) if worlds is not None else 0
