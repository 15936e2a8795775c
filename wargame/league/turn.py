"""A turn of a league as a line of its file: the iteration, and how the responses were measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from wargame.stages import SIDES, Side
from wargame.theory.psro import Iteration


@dataclass(frozen=True, slots=True)
class Trial:
    """A trained response, measured against the other side's mixture on the payoff seeds."""

    gain: float
    """Over the value of the pools' game, paired by seed; below 0 where it is worse."""
    low: float
    """Ends of the gain's 95 % interval over the seeds (Student's t)."""
    high: float
    best: float
    """What the best agent of its own pool gains over the value: 0 but for rounding."""
    mark: str
    """Of the policy, which another policy does not have."""

    @property
    def better(self) -> bool:
        """Whether it beats every agent of its pool."""
        return self.gain > max(self.best, 0.0) + 1e-9


@dataclass(frozen=True, slots=True)
class Turn:
    """One iteration with its trials."""

    iteration: Iteration
    trials: Mapping[Side, Trial]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        trials = {side.value: asdict(self.trials[side]) for side in SIDES}
        return self.iteration.to_json() | {"trials": trials}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`.

        Raises:
            KeyError, TypeError: something is missing, or is nonsense.
        """
        trials = {side: Trial(**data["trials"][side.value]) for side in SIDES}
        return cls(Iteration.from_json(data), trials)
