"""Intervals for an equilibrium: the measured noise is resampled, and the game solved again.

Matches are paired: all pairs of agents meet in the same worlds, one world a seed. So whole seeds
are drawn, which keeps what the pairs have in common. Efron and Tibshirani, "An Introduction to the
Bootstrap" (1993), chapter 13: percentile intervals. With fewer than about ten seeds they are too
narrow, and so are those of an exploitability where two best replies tie.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wargame.theory.equilibrium import Vector, zero_sum
from wargame.theory.many import solve_many

LEVEL = 0.95
FEW = 10
"""Fewer seeds than this make intervals that are too narrow."""


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Ends of the 95 % intervals of one or more numbers."""

    low: Vector
    high: Vector


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """How far the noise moves the equilibrium and what follows from it."""

    value: Spread
    """(1,)"""
    attackers: Spread
    """Of the weights (A,)."""
    defenders: Spread
    """Of the weights (D,)."""
    attackers_exploitability: Spread
    """(A,)"""
    defenders_exploitability: Spread
    """(D,)"""
    same_support: float
    """Share of the resamples whose equilibrium plays the same agents."""
    resamples: int
    seeds: int


def bootstrap(missions: ArrayLike, rng: np.random.Generator, resamples: int = 1000) -> Intervals:
    """Intervals for the equilibrium of the mean payoffs.

    Args:
        missions: mission values by attacker, defender and seed (A, D, S).
        rng: draws the seeds; the same generator gives the same intervals.
        resamples: how many times.

    Raises:
        ValueError: the missions have another shape, or there is no resample.
    """
    cells = np.asarray(missions, dtype=np.float64)
    if cells.ndim != 3 or 0 in cells.shape or resamples < 1:
        raise ValueError(f"missions are (attackers, defenders, seeds), not {cells.shape}")
    seeds = cells.shape[2]
    counts = rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=resamples)
    games = np.einsum("ads,bs->bad", cells, counts / seeds)
    return _intervals(cells.mean(axis=2), games, seeds)


def _intervals(mean: NDArray[np.float64], games: NDArray[np.float64], seeds: int) -> Intervals:
    guess = zero_sum(mean)
    found = solve_many(games, guess)
    value = found.values[:, None]
    same = (_plays(found.attackers) == (guess.attacker > 0)).all(axis=1) & (
        _plays(found.defenders) == (guess.defender > 0)
    ).all(axis=1)
    return Intervals(
        value=_spread(value),
        attackers=_spread(found.attackers),
        defenders=_spread(found.defenders),
        attackers_exploitability=_spread(np.maximum(0.0, value - games.min(axis=2))),
        defenders_exploitability=_spread(np.maximum(0.0, games.max(axis=1) - value)),
        same_support=float(same.mean()),
        resamples=len(games),
        seeds=seeds,
    )


def _plays(weights: NDArray[np.float64]) -> NDArray[np.bool_]:
    return weights > 0


def _spread(numbers: NDArray[np.float64]) -> Spread:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(numbers, [tail, 1 - tail], axis=0)
    return Spread(low, high)
