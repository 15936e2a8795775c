"""Several agents in the same worlds: each one's difference to a baseline, seed by seed.

A seed's world is shared by all pairs of agents, so the seed is the unit of replication. What is
hard in one world is hard for all, and falls out of the differences.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from wargame.lab.statistics import Series, p_value, series

LEVEL = 0.05
"""Chance of any false finding among the comparisons of one side."""


class Comparison(NamedTuple):
    """An agent against the baseline."""

    agent: str
    baseline: str
    difference: Series
    """Agent less baseline, a value a seed."""
    p: float
    """Of the paired two-sided t test."""
    p_holm: float
    """Corrected for all comparisons made with it."""

    @property
    def excludes_zero(self) -> bool:
        """Whether the 95 % interval of this difference alone lies on one side of zero."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and (low > 0 or high < 0)

    @property
    def shown(self) -> bool:
        """Whether the difference stands after the correction."""
        return self.excludes_zero and self.p_holm < LEVEL

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        facts = self._asdict() | {"difference": self.difference.to_json()}
        return facts | {"excludes_zero": self.excludes_zero, "shown": self.shown}


def compared(names: Sequence[str], values: ArrayLike, baseline: str) -> list[Comparison]:
    """Every agent against the baseline, in the order of the names.

    Args:
        names: of the agents (K,).
        values: one a seed for each agent (K, S), the same seeds for all.
        baseline: one of the names.

    Raises:
        ValueError: there are fewer than two seeds, or the baseline is not among the names.
    """
    rows = np.asarray(values, dtype=np.float64)
    base = rows[list(names).index(baseline)]
    others = [(name, row - base) for name, row in zip(names, rows, strict=True) if name != baseline]
    p = [p_value(differences.tolist()) for _, differences in others]
    return [
        Comparison(name, baseline, series(differences.tolist()), alone, together)
        for (name, differences), alone, together in zip(others, p, holm(p), strict=True)
    ]


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values that hold for all hypotheses together, by the step-down method of Holm (1979)."""
    if not p_values:
        return []
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    found = np.empty_like(p)
    found[order] = np.minimum(1.0, raised)
    return [float(each) for each in found]
