"""Plays any legal card."""

from __future__ import annotations

from typing import ClassVar

from wargame.game.agent import Agent, legal
from wargame.game.view import View


class Random(Agent):
    """Chooses evenly among the legal actions: the yardstick that every other agent must beat."""

    name: ClassVar[str] = "random"
    title: ClassVar[str] = "Random"
    character: ClassVar[str] = "Any legal card, by lot"

    def act(self, view: View) -> int:
        """One of the legal actions, passing included."""
        return int(self.rng.choice(legal(view)))
