"""One side's deck: which number is which action, and the tables that the rules read.

Action 0 is to pass; card i at strength s is action 1 + 3 i + s. The order of the scenario's deck
fixes the numbers, so a learned policy stays valid.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any, Self, SupportsIndex

from wargame import catalog
from wargame.card import Attack, Card, Defence
from wargame.errors import WargameError
from wargame.game.terms import Scenario
from wargame.pipeline.outcome import BASE_CHANNELS
from wargame.stages import STRENGTHS, Access, Side, Strength

PASS = 0
_BIT = {access: 1 << index for index, access in enumerate(Access)}


@lru_cache(maxsize=1024)
def bits(access: frozenset[Access]) -> int:
    """A set of access as one bit each, in the order of `Access`."""
    return sum(_BIT[item] for item in access)


@dataclass(frozen=True, slots=True, eq=False)
class Deck:
    """The cards of one side and their facts, by number."""

    side: Side
    names: tuple[str, ...]
    titles: tuple[str, ...]
    costs: tuple[int, ...]
    """By action; 0 for passing."""
    lasts: tuple[int, ...]
    """Rounds in force by action; 0 for passing."""
    upkeep: tuple[int, ...]
    """By card."""
    access: tuple[tuple[int, ...], ...]
    """By card: alternatives, each a set of bits; 0 where no access is needed."""
    channels: tuple[str, ...]
    """What the side's instruments can show it, in the order of the encoding."""
    rounds: int
    cap: int
    numbers: dict[str, int] = field(repr=False)
    """Card name to card number."""
    lines: dict[str, int] = field(repr=False)
    """Channel to its place."""
    memo: dict[tuple[int, frozenset[Access], bool], tuple[Any, ...]] = field(
        default_factory=dict, repr=False
    )
    """The moves of a view by budget, access and whether nothing can be played; few exist."""

    @classmethod
    def of(cls, scenario: Scenario, side: Side) -> Self:
        """The deck of a side in a scenario."""
        names = tuple(entry.name for entry in scenario.deck.of(side))
        cards = [catalog.card(name) for name in names]
        channels = _channels(side, cards)
        return cls(
            side=side,
            names=names,
            titles=tuple(card.title for card in cards),
            costs=_by_action(card.costs for card in cards),
            lasts=_by_action(card.lasts for card in cards),
            upkeep=tuple(card.upkeep for card in cards),
            access=tuple(_needs(card) for card in cards),
            channels=channels,
            rounds=scenario.rounds,
            cap=scenario.budget.cap,
            numbers={name: index for index, name in enumerate(names)},
            lines={channel: index for index, channel in enumerate(channels)},
        )

    @property
    def actions(self) -> int:
        """Number of actions, passing included."""
        return len(self.costs)

    def bits(self, access: frozenset[Access]) -> int:
        """The access held, where this deck needs any."""
        return bits(access) if self.side is Side.ATTACKER else 0

    def action(self, action: SupportsIndex) -> int:
        """An action number as a plain int; takes NumPy integers too.

        Raises:
            WargameError: it is no number of an action of this deck.
        """
        try:
            number = operator.index(action)
        except TypeError:
            raise WargameError(f"an action is a whole number, not {action!r}") from None
        if not 0 <= number < len(self.costs):
            last = len(self.costs) - 1
            raise WargameError(f"there is no action {number}; they go from 0 to {last}")
        return number

    def describe(self, action: int) -> str:
        """An action in words, such as "backdoor (heavy)"."""
        card, strength = self.card_at(action)
        return "pass" if card is None or strength is None else f"{card} ({strength.value})"

    def card_at(self, action: int) -> tuple[str, Strength] | tuple[None, None]:
        """The card and strength that an action plays; None for passing."""
        if action == PASS:
            return None, None
        card, strength = divmod(action - 1, len(STRENGTHS))
        return self.names[card], STRENGTHS[strength]

    def blocked(self, action: int, budget: int, held: int) -> str | None:
        """Why an action is not allowed with this budget and access, or None where it is."""
        if action == PASS:
            return None
        ways = self.access[(action - 1) // len(STRENGTHS)]
        if not any(way & held == way for way in ways):
            return _lacking(ways, held, self.names)
        cost = self.costs[action]
        return f"costs {cost}, you have {budget}" if cost > budget else None


def _by_action(facts: Iterable[tuple[int, int, int]]) -> tuple[int, ...]:
    return (0, *chain.from_iterable(facts))


def _needs(card: type[Card]) -> tuple[int, ...]:
    if not issubclass(card, Attack):
        return (0,)
    return tuple(bits(frozenset(way)) for way in card.access)


def _lacking(ways: tuple[int, ...], held: int, names: tuple[str, ...]) -> str:
    missing = [[a for a in Access if way & ~held & _BIT[a]] for way in ways]
    shortest = min(missing, key=len)
    words = " and ".join(access.value for access in shortest)
    steals = any("weights_read" in catalog.card(name).measured_by for name in names)
    steal = shortest == [Access.WHITE_BOX] and steals
    return f"needs {words} access{': steal a checkpoint first' if steal else ''}"


def _channels(side: Side, cards: list[type[Card]]) -> tuple[str, ...]:
    channels = dict.fromkeys(BASE_CHANNELS[side])
    for card in cards:
        if issubclass(card, Attack):
            channels |= dict.fromkeys(f"{card.name}.{what}" for what in card.measured_by)
        elif issubclass(card, Defence):
            channels |= dict.fromkeys(card.instruments)
    return tuple(channels)
