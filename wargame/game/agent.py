"""A player: one small file in agents/ with one subclass of `Agent`, which sees a `View` only."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from wargame import catalog
from wargame.errors import WargameError
from wargame.game.deck import PASS
from wargame.game.terms import Scenario
from wargame.game.view import Move, View
from wargame.sandbox.limits import Status
from wargame.stages import SIDES, Side, Strength


class Agent(ABC):
    """One player of one side; a fresh one is made for every match."""

    name: ClassVar[str]
    """File name."""
    title: ClassVar[str]
    sides: ClassVar[tuple[Side, ...]] = SIDES
    """What it can play."""
    character: ClassVar[str]
    """One line on how it plays."""

    def begin(self, side: Side, scenario: Scenario, rng: np.random.Generator) -> None:
        """Called once before the first round; keep `rng` for every chance that is taken."""
        self.side = side
        self.scenario = scenario
        self.rng = rng

    @abstractmethod
    def act(self, view: View) -> int:
        """The number of a legal action; 0 passes."""

    def end(self, view: View) -> None:  # noqa: B027  (most agents have nothing to close)
        """Called once after the last round."""


class Fault(WargameError):  # noqa: N818  (the agent's, not the program's)
    """An agent broke a rule."""

    def __init__(self, side: Side, message: str, status: Status = Status.ERROR) -> None:
        super().__init__(message)
        self.side = side
        self.status = status


def legal(view: View) -> list[int]:
    """Numbers of all legal actions; passing is always one."""
    return [move.action for move in view.moves if move.legal]


def find(view: View, card: str, strength: Strength = Strength.MEDIUM) -> Move | None:
    """The move that plays a card at a strength, or None where the deck lacks the card."""
    number = view.deck.numbers.get(card)
    if number is None:
        return None
    return view.moves[1 + 3 * number + tuple(Strength).index(strength)]


def choose(view: View, card: str, strength: Strength = Strength.MEDIUM) -> int:
    """The action that plays a card at a strength where that is legal, else passing."""
    move = find(view, card, strength)
    return move.action if move is not None and move.legal else PASS


def affordable(view: View, card: str) -> tuple[Strength, ...]:
    """The strengths at which a card can be played now, light first."""
    moves = (find(view, card, strength) for strength in Strength)
    return tuple(m.strength for m in moves if m is not None and m.legal and m.strength is not None)


def strongest(view: View, cards: Sequence[str]) -> int:
    """The first of these cards that can be played, at its greatest strength; else passing."""
    for card in cards:
        strengths = affordable(view, card)
        if strengths:
            return choose(view, card, strengths[-1])
    return PASS


def active(view: View, card: str) -> bool:
    """Whether an own card is still in force in the coming round."""
    return any(own.card == card for own in view.in_force)


def value(view: View, channel: str) -> float | None:
    """The value that a channel showed in the last round, or None where it showed nothing."""
    last = view.readings[-1] if view.readings else ()
    return next((reading.value for reading in last if reading.channel == channel), None)


def alarms(view: View) -> tuple[str, ...]:
    """Channels that raised an alarm in the last round."""
    last = view.readings[-1] if view.readings else ()
    return tuple(reading.channel for reading in last if reading.alarm)


def agent_class(name: str) -> type[Agent]:
    """The class of a ready agent, by file name, or of a ready policy, by its folder's name.

    Raises:
        WargameError: there is none, or its file holds no agent of that name.
    """
    own = "agent file" if name.endswith(".py") else "policy" if "@" in name else None
    if own is not None:
        raise WargameError(
            f"{name} is somebody's own {own}; a record starts none by itself: "
            f"give the {'file' if name.endswith('.py') else 'folder'} with --attacker or --defender"
        )
    if name not in catalog.agent_files():
        return _ready_policy(name)
    module = catalog.agent_module(name)
    for item in vars(module).values():
        if (
            isinstance(item, type)
            and issubclass(item, Agent)
            and item.__module__ == module.__name__
            and getattr(item, "name", None) == name
        ):
            return item
    raise WargameError(f"{module.__file__}: no agent class with name = {name!r}")


def _ready_policy(name: str) -> type[Agent]:
    from wargame.game.policy import ready

    if name not in catalog.policy_folders():
        raise catalog.unknown("agent", name, agent_names())
    return ready(name)


def agent_names() -> tuple[str, ...]:
    """Names of all ready agents, the trained ones last."""
    return (*catalog.agent_files(), *catalog.policy_folders())


def make(name: str) -> Agent:
    """A fresh ready agent, by name."""
    return agent_class(name)()
