"""Agents of the tests' own."""

from __future__ import annotations

import numpy as np

from wargame.game.agent import Agent, legal
from wargame.game.terms import Scenario
from wargame.game.view import View
from wargame.stages import Side


class Dice(Agent):
    """Plays any legal action, and keeps every view it was given."""

    name = "dice"
    title = "Dice"
    character = "any legal move"

    def begin(self, side: Side, scenario: Scenario, rng: np.random.Generator) -> None:
        super().begin(side, scenario, rng)
        self.seen: list[View] = []
        self.ended = 0

    def act(self, view: View) -> int:
        self.seen.append(view)
        return int(self.rng.choice(legal(view)))

    def end(self, view: View) -> None:
        self.ended += 1


class Stubborn(Agent):
    """Answers the same, allowed or not."""

    name = "stubborn"
    title = "Stubborn"
    character = "one move"

    def __init__(self, answer: int) -> None:
        self.answer = answer

    def act(self, view: View) -> int:
        return self.answer


class Script(Agent):
    """Plays a list of actions."""

    name = "script"
    title = "Script"
    character = "a list of moves"

    def __init__(self, *actions: int) -> None:
        self.actions = actions
        self.seen: list[View] = []

    def act(self, view: View) -> int:
        self.seen.append(view)
        number = view.round - 1
        return self.actions[number] if number < len(self.actions) else 0
