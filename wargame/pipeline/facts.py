"""Estimates as they are kept among an artifact's facts: rows of plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wargame.kernels.intervals import Estimate


def row(estimate: Estimate, unit: str = "share") -> list[Any]:
    """An estimate as a row."""
    return [estimate.value, estimate.low, estimate.high, estimate.n, unit]


def estimate(row: Sequence[Any]) -> Estimate:
    """The inverse of `row`, less the unit."""
    value, low, high, n = row[:4]
    return Estimate(float(value), float(low), float(high), int(n))
