"""Ratings by the Bradley-Terry model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Rating:
    """A strength in rating points, with its 95 % interval where one was asked for."""

    value: float
    low: float | None
    high: float | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Group:
    """Attackers and defenders connected by matches."""

    attackers: tuple[str, ...]
    defenders: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {"attackers": list(self.attackers), "defenders": list(self.defenders)}


class Unit(StrEnum):
    """What the bootstrap draws whole."""

    WORLD = "world"
    """All matches of a scenario and seed."""
    MEETING = "meeting"
    """All matches of two entrants in a round, on both sides."""


@dataclass(frozen=True, slots=True)
class Resampling:
    """What intervals come from."""

    unit: Unit
    units: int
    """How many there are to draw from."""
    replicates: int

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {name: getattr(self, name) for name in self.__slots__}
