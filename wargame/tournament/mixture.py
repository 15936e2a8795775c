"""Which entrants form the equilibrium of a tournament's matrix of missions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wargame.stages import SIDES, Side
from wargame.tournament.outcome import MatchResult
from wargame.tournament.tally import Missions, mean

DRAWS = 200
"""Resamples at most: most of them are linear programs."""
FEW = 10
"""Fewer worlds than this make intervals that are too narrow."""
_DIGITS = 6
_Worlds = dict[tuple[str, int], list[float]]


@dataclass(frozen=True, slots=True)
class Share:
    """How often an optimal mixture plays an entrant, 0..1, with the interval where there is one."""

    name: str
    weight: float
    low: float | None
    high: float | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Mix:
    """A pair of mixtures from which neither side gains by deviating."""

    value: float
    """Mean mission between the two, 0..1."""
    low: float | None
    """Ends of the value's 95 % interval; None where the pairs were not all played in the same two
    or more worlds (a scenario and a seed), or no intervals were asked for."""
    high: float | None
    worlds: int
    """How many worlds the interval comes from; of fewer than `FEW` it is too narrow. 0 where
    there is none."""
    shares: Mapping[Side, tuple[Share, ...]]
    """Every attacker and every defender of the matrix, in its order, also those never played."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "worlds": self.worlds,
            **{side.value: [each.to_json() for each in self.shares[side]] for side in SIDES},
        }


_Ends = tuple[float | None, float | None]


def mix(
    matrix: Missions, results: Sequence[MatchResult], *, seed: int, replicates: int
) -> Mix | None:
    """The equilibrium of a matrix, or None where cells are missing or there are none.

    Of several equilibria it is the one of `wargame.theory.equilibrium.zero_sum`.

    Args:
        matrix: of missions.
        results: that it comes from.
        seed: of the intervals.
        replicates: resamples, of which at most `DRAWS` are drawn; 0 for no intervals.
    """
    from wargame.theory.equilibrium import zero_sum

    if matrix.missing or not matrix.attackers or not matrix.defenders:
        return None
    found = zero_sum(np.array(matrix.cells, dtype=np.float64))
    cells = _by_world(matrix, results) if replicates else None
    value, ours, theirs = _ends(cells, matrix, seed, min(replicates, DRAWS))
    return Mix(
        value=(level := _rounded(found.value)),
        low=None if value[0] is None else min(value[0], level),
        high=None if value[1] is None else max(value[1], level),
        worlds=0 if cells is None else cells.shape[2],
        shares={
            Side.ATTACKER: _shares(matrix.attackers, found.attacker, ours),
            Side.DEFENDER: _shares(matrix.defenders, found.defender, theirs),
        },
    )


def _rounded(number: float) -> float:
    # Adding 0 makes nothing of a negative one.
    return round(float(number), _DIGITS) + 0.0


def _shares(names: Sequence[str], weights: Any, ends: Sequence[_Ends]) -> tuple[Share, ...]:
    shares = []
    for name, number, (low, high) in zip(names, weights, ends, strict=True):
        weight = _rounded(number)
        low, high = (
            None if low is None else min(low, weight),
            None if high is None else max(high, weight),
        )
        shares.append(Share(name, weight, low, high))
    return tuple(shares)


def _by_world(matrix: Missions, results: Sequence[MatchResult]) -> Any:
    """Missions (A, D, S) of the worlds that all pairs played; None where they differ, or of one."""
    cells: dict[tuple[str, str], _Worlds] = {}
    for each in results:
        fixture = each.fixture
        worlds = cells.setdefault((fixture.attacker, fixture.defender), {})
        worlds.setdefault((fixture.scenario, fixture.seed), []).append(each.mission)
    pairs = [(one, two) for one in matrix.attackers for two in matrix.defenders]
    shared = sorted(cells[pairs[0]])
    if len(shared) < 2 or any(sorted(cells[pair]) != shared for pair in pairs):
        return None
    played = [[mean(cells[pair][world]) for world in shared] for pair in pairs]
    return np.array(played).reshape(len(matrix.attackers), len(matrix.defenders), -1)


def _ends(
    cells: Any, matrix: Missions, seed: int, replicates: int
) -> tuple[_Ends, list[_Ends], list[_Ends]]:
    from wargame.theory.bootstrap import bootstrap

    if cells is None:
        none: _Ends = (None, None)
        return none, [none] * len(matrix.attackers), [none] * len(matrix.defenders)
    found = bootstrap(cells, np.random.default_rng(seed), replicates)
    value, ours, theirs = (
        [(_rounded(low), _rounded(high)) for low, high in zip(spread.low, spread.high, strict=True)]
        for spread in (found.value, found.attackers, found.defenders)
    )
    return value[0], list(ours), list(theirs)
