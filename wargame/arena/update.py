"""One step of a learning curve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True, slots=True)
class Update:
    """One step of the learning curve."""

    update: int
    """0 is the warm start."""
    steps: int
    """Rounds played so far by the learner."""
    mission: float | None
    """Mean mission value of this update's matches, moves drawn by likelihood."""
    by_opponent: dict[str, float]
    checked: float | None
    """Mean mission value of the greedy policy in the worlds apart, weighted by opponent."""
    best: bool
    """Whether that was the best so far."""
    entropy: float | None
    hits: float
    """Share of the rounds that nobody had to make."""
    seconds: float

    def drawn(self) -> dict[str, float]:
        """The curves that TensorBoard draws."""
        told = {
            "wargame/mission": self.mission,
            "wargame/mission_greedy": self.checked,
            "wargame/store_hits": self.hits,
            **{f"opponent/{Path(word).stem}": value for word, value in self.by_opponent.items()},
        }
        return {name: value for name, value in told.items() if value is not None}


Listener = Callable[[Update], None]


def by_opponent(results: list[tuple[str, int, float]]) -> dict[str, float]:
    """Opponent to the mean mission value of finished matches (opponent, world, mission)."""
    found: dict[str, list[float]] = {}
    for word, _, mission in results:
        found.setdefault(word, []).append(mission)
    return {word: float(np.mean(each)) for word, each in sorted(found.items())}
