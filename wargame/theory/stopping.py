"""When to stop playing: as soon as more matches cannot change the answer.

The answer is which agents the equilibrium plays, on which side of par its value lies, and the
value to within a tolerance. It is looked at again and again, so each look may err less often:
look k is given the error 0.05 / (k (k + 1)). These sum to 0.05, however long it goes on, so the
statements of all looks hold together with 95 % confidence (alpha spending by the union bound:
Lan and DeMets, 1983). Looks stand at half as many seeds again each time, and do not depend on
where a run was cut or on how many seeds are allowed in all.

At a look the means are shifted by draws of their own noise: independent normal weights on the
seeds' deviations, which keep the covariance that paired worlds give all cells, times the factor
that makes each cell's deviation Student's t with S - 1 degrees of freedom. For normal noise every
linear function of the payoffs then has its exact t distribution, however few the seeds. The look's
error is shared by the three statements, each two-sided: the support and the side of par are
settled where the share of draws that differ is at most a sixth of the error, and the value's
interval leaves a sixth on each side. Where best replies truly tie, the support never settles but
by such an error, and all seeds are played.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wargame.theory.equilibrium import Matrix, zero_sum
from wargame.theory.many import same_support

FIRST = 8
"""Seeds before the first look."""
ERROR = 0.05
_LEAST = 1000
_TAIL = 4
"""Draws that may fall beyond the error of a look, so that its quantile is worth something."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the first seeds says."""

    seeds: int
    settled: bool
    value: float
    low: float
    high: float
    """The value's interval at this look's error; infinite where the support is still open."""
    same_support: float
    """Share of the draws in which the equilibrium plays the same agents."""
    why: str
    """One clause: what is settled, or what is still open."""


def looks(seeds: int) -> list[int]:
    """Numbers of seeds at which one looks, up to `seeds`."""
    found, at = [], FIRST
    while at <= seeds:
        found.append(at)
        at = ceil(1.5 * at)
    return found


def look(missions: ArrayLike, *, par: float, tolerance: float) -> Look:
    """Whether the answer is settled after the seeds given, which must be one of `looks`.

    Args:
        missions: by attacker, defender and seed (A, D, S).
        par: mission value that parts victory from defeat.
        tolerance: greatest width of the value's interval.
    """
    cells = _without_twins(np.asarray(missions, dtype=np.float64))
    seeds = cells.shape[2]
    number = len(looks(seeds))
    tail = ERROR / (number * (number + 1)) / 6
    guess = zero_sum(cells.mean(axis=2))
    count = max(_LEAST, ceil(_TAIL / tail))
    # Seeded by the look alone: a run that goes on decides as one that was never cut.
    games = student_draws(cells, count, np.random.default_rng([number, seeds]))
    found = same_support(games, guess)
    same = float(found.same.mean())
    values = found.values[found.same]
    if 1 - same > tail:
        why = f"which agents are played is open: the same in {same:.1%} of the noise's draws"
        return Look(seeds, False, guess.value, -np.inf, np.inf, same, why)
    low, high = (float(end) for end in np.quantile(values, [tail, 1 - tail]))
    why = _open(values, guess.value, par, tail, high - low, tolerance)
    settled = not why
    why = why or f"settled: the value lies in [{low:.3f}, {high:.3f}] and the support stands"
    return Look(seeds, settled, guess.value, low, high, same, why)


def _without_twins(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """One of each set of agents that did the same in every match: which is played is no answer."""
    rows = np.sort(np.unique(cells, axis=0, return_index=True)[1])
    columns = np.sort(np.unique(cells, axis=1, return_index=True)[1])
    return cells[rows][:, columns]


def _open(
    values: NDArray[np.float64],
    value: float,
    par: float,
    tail: float,
    width: float,
    tolerance: float,
) -> str:
    across = float(((values > par) != (value > par)).mean())
    if across > tail:
        return "which side of par the value lies on is open"
    if width > tolerance:
        return f"the value's interval is {width:.3f} wide, more than {tolerance:g}"
    return ""


def student_draws(
    cells: NDArray[np.float64], count: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Mean payoffs (count, A, D) shifted by their noise, of cells (A, D, S) with S > 1."""
    seeds = cells.shape[2]
    mean: Matrix = cells.mean(axis=2)
    deviations = (cells - mean[:, :, None]) / np.sqrt(seeds * (seeds - 1))
    weights = rng.standard_normal((count, seeds))
    weights *= np.sqrt((seeds - 1) / rng.chisquare(seeds - 1, size=(count, 1)))
    return np.asarray(mean + np.einsum("ads,bs->bad", deviations, weights), dtype=np.float64)
