"""Which entrants form the equilibrium of a tournament's matrix of missions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wargame.stages import SIDES, Side


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
    """Ends of the value's 95 % interval; None where fewer than two worlds (a scenario and a seed)
    were played by all pairs, or no intervals were asked for."""
    high: float | None
    worlds: int
    """How many worlds the interval comes from; of fewer than 10 it is too narrow."""
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
