"""Estimates with their 95 % confidence intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Z95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured value, its 95 % confidence interval, and the number of observations behind it.

    `n` is 0 for an exact count, whose interval has no width.
    """

    value: float
    low: float
    high: float
    n: int

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"the value must lie in its interval: {self}")


def from_scalar(value: float) -> Estimate:
    """An exact number: nothing was sampled, so nothing is uncertain."""
    return Estimate(float(value), float(value), float(value), 0)


def proportion(successes: int, n: int) -> Estimate:
    """Share of successes among n independent trials, with Wilson's score interval (1927).

    Without a trial the value is 0.5 and the interval is the whole of [0,1].

    Raises:
        ValueError: the successes are not between 0 and n.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"successes must lie in 0..n: {successes} of {n}")
    if n == 0:
        return Estimate(0.5, 0.0, 1.0, 0)
    share = successes / n
    spread = 1.0 + Z95**2 / n
    centre = (share + Z95**2 / (2 * n)) / spread
    half = Z95 / spread * math.sqrt(share * (1 - share) / n + Z95**2 / (4 * n * n))
    # At 0 and at n successes the bound equals the share exactly; rounding may miss it.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Estimate(share, low, high, n)


def mean(values: Sequence[float] | npt.NDArray[np.floating]) -> Estimate:
    """Mean of independent values (n,), with Student's t interval.

    One value alone has an infinite interval.

    Raises:
        ValueError: there are no values.
    """
    numbers = np.asarray(values, dtype=np.float64)
    n = numbers.size
    if n == 0:
        raise ValueError("the mean of no values")
    centre = float(numbers.mean())
    if n == 1:
        return Estimate(centre, -math.inf, math.inf, 1)
    error = float(numbers.std(ddof=1)) / math.sqrt(n)
    half = _t_quantile(n - 1) * error if error > 0 else 0.0
    return Estimate(centre, centre - half, centre + half, n)


def _t_quantile(freedom: int) -> float:
    # SciPy takes a quarter of a second to load, and most estimates are proportions.
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))
