"""Paired samples: interval, p-value, and what many of them at once may be believed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from wargame.kernels.intervals import mean


class Series(NamedTuple):
    """One number a seed, their mean, and Student's 95 % interval of it."""

    values: tuple[float, ...]
    mean: float
    low: float | None
    """None where one seed alone gives no interval."""
    high: float | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {**self._asdict(), "values": list(self.values)}


def series(values: Sequence[float]) -> Series:
    """The series of these values.

    Raises:
        ValueError: there are none.
    """
    found = mean(values)
    if math.isinf(found.low):
        return Series(tuple(values), found.value, None, None)
    return Series(tuple(values), found.value, found.low, found.high)


def p_value(values: Sequence[float]) -> float:
    """Two-sided p-value of the t test that the mean of these paired differences is 0.

    Equal values all along leave nothing to chance: 1 where they are 0, and 0 elsewhere.

    Raises:
        ValueError: there are fewer than two.
    """
    # SciPy takes a quarter of a second to load.
    from scipy.special import stdtr

    numbers = np.asarray(values, dtype=np.float64)
    if numbers.size < 2:
        raise ValueError("a t test needs two values or more")
    error = float(numbers.std(ddof=1)) / math.sqrt(numbers.size)
    centre = float(numbers.mean())
    if error <= 1e-12 * abs(centre):
        return 1.0 if centre == 0 else 0.0
    return float(2 * stdtr(numbers.size - 1, -abs(centre) / error))


def adjusted(p_values: Sequence[float]) -> list[float]:
    """Q-values by Benjamini and Hochberg (1995): the false discovery rate at which each stands."""
    if not p_values:
        return []
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")[::-1]
    ranks = np.arange(p.size, 0, -1)
    found = np.empty_like(p)
    found[order] = np.minimum(1.0, np.minimum.accumulate(p[order] * p.size / ranks))
    return [float(each) for each in found]
