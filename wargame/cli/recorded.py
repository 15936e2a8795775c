"""Agents that do what a record says, and note where the recorded agent would have done otherwise.

So every round is measured exactly as it was played, and a forged choice is still found.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from wargame.errors import WargameError
from wargame.game import agent
from wargame.game.agent import Agent
from wargame.game.agent_file import named
from wargame.game.record import Record
from wargame.game.setup import HUMAN
from wargame.game.terms import Scenario
from wargame.game.view import View
from wargame.stages import SIDES, Side


class Recorded(Agent):
    """Plays one side of a record.

    Args:
        actions: one a round.
        inner: the agent that played it, if it is still here and no human.
    """

    name: ClassVar[str] = "recorded"
    title: ClassVar[str] = "Recorded"
    character: ClassVar[str] = "Does what a record says"

    def __init__(self, actions: tuple[int, ...], inner: Agent | None) -> None:
        self._actions = actions
        self._inner = inner
        self.played_by = inner.name if inner is not None else None
        """The agent that is asked; None where it could not be found, or is a human."""
        self.asked: list[int | None] = []
        """What the agent itself chose, one a round; None where it could not be asked."""

    def begin(self, side: Side, scenario: Scenario, rng: np.random.Generator) -> None:
        """Hands the agent its own stream."""
        super().begin(side, scenario, rng)
        if self._inner is not None:
            self._inner.begin(side, scenario, rng)

    def act(self, view: View) -> int:
        """The recorded action."""
        self.asked.append(self._ask(view))
        return self._actions[view.round - 1]

    def _ask(self, view: View) -> int | None:
        if self._inner is None:
            return None
        try:
            return int(self._inner.act(view))
        except WargameError:
            return None


def players(
    record: Record, own: tuple[str | None, str | None] = (None, None)
) -> tuple[Recorded, Recorded]:
    """The two sides of a record.

    Args:
        record: what was played.
        own: the user's own agents, which a record only names.
    """
    made = []
    for side, word in zip(SIDES, own, strict=True):
        inner = named(word)() if word else _inner(record.header.agents.get(side))
        actions = tuple(each.plays[side].action for each in record.rounds)
        made.append(Recorded(actions, inner))
    return made[0], made[1]


def _inner(name: str | None) -> Agent | None:
    try:
        return agent.make(name) if name not in (None, HUMAN) else None
    except WargameError:
        return None  # an agent that is gone cannot be asked; its plays stand
