"""The board: who may play what, what it costs and how long it stays; pure and without tensors.

A round goes: both sides choose at once; each pays for its card; then every card in force from an
earlier round charges its upkeep, oldest first, and lapses where the budget no longer covers it.
After the round the budgets refill up to the cap, cards whose time is over leave, and the access
won this round opens cards for the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wargame.errors import WargameError
from wargame.game.deck import PASS, Deck
from wargame.game.terms import Scenario
from wargame.pipeline.outcome import InForce, Outcome
from wargame.stages import SIDES, STRENGTHS, Access, Side

__all__ = ["PASS", "Board", "Held", "Position"]


class Held(NamedTuple):
    """A card in force: numbers in its deck and of its strength, first and last round."""

    card: int
    strength: int
    since: int
    until: int


Hand = tuple[Held, ...]
AccessSet = frozenset[Access]


@dataclass(frozen=True, slots=True)
class Position:
    """Everything that the rules depend on; a side may see only its own part."""

    round: int
    """The round that is next to be played, from 1."""
    budgets: tuple[int, int]
    """Points of the attacker and of the defender."""
    in_force: tuple[Hand, Hand]
    """Cards of the attacker and of the defender, oldest first."""
    access: AccessSet
    """What the attacker holds."""
    resolving: bool = False
    """Both sides have played and the round is not finished."""
    over: bool = False


class Board:
    """The rules of one scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.rounds = scenario.rounds
        self.base: AccessSet = frozenset(scenario.access)
        self.decks = tuple(Deck.of(scenario, side) for side in SIDES)
        self._start, self._refill = scenario.budget.start, scenario.budget.refill
        self._cap = scenario.budget.cap
        self._granted: dict[tuple[Access, ...], AccessSet] = {(): self.base}
        self._forces: dict[tuple[int, Held], InForce] = {}
        # Legality hangs on the own budget and access alone, so few masks exist; each is made once.
        self._mask = lru_cache(maxsize=4096)(self._make_mask)

    def deck(self, side: Side) -> Deck:
        """The deck of a side."""
        return self.decks[_index(side)]

    def start(self) -> Position:
        """The position before the first round."""
        return Position(1, (self._start, self._start), ((), ()), self.base)

    def legal(self, position: Position, side: Side) -> tuple[bool, ...]:
        """Whether each action is allowed, by action number."""
        return tuple(bool(item) for item in self.mask(position, side))

    def mask(self, position: Position, side: Side) -> NDArray[np.bool_]:
        """The same as `legal`: bool of shape (actions,), shared and read-only."""
        index = _index(side)
        access = position.access if index == 0 else self.base
        return self._mask(index, position.budgets[index], access, _closed(position))

    def _make_mask(
        self, index: int, budget: int, access: AccessSet, closed: bool
    ) -> NDArray[np.bool_]:
        deck = self.decks[index]
        held = deck.bits(access)
        mask = np.array(
            [deck.blocked(action, budget, held) is None for action in range(deck.actions)]
        )
        if closed:
            mask[1:] = False
        mask.setflags(write=False)
        return mask

    def reason(self, position: Position, side: Side, action: int) -> str | None:
        """Why an action is not allowed, in plain words; None where it is."""
        index, deck = _index(side), self.deck(side)
        number = deck.action(action)
        if number != PASS and _closed(position):
            return "the match is over" if position.over else "this round is already played"
        return deck.blocked(number, position.budgets[index], deck.bits(position.access))

    def play(self, position: Position, attacker_action: int, defender_action: int) -> Position:
        """The position with both sides' cards in force for the round.

        Raises:
            WargameError: an action does not exist or is not allowed, or the match is over.
        """
        if _closed(position):
            raise WargameError(
                "the match is over" if position.over else "this round is already played"
            )
        attacker = self._played(position, 0, attacker_action)
        defender = self._played(position, 1, defender_action)
        return Position(
            position.round,
            (attacker[0], defender[0]),
            (attacker[1], defender[1]),
            position.access,
            resolving=True,
        )

    def _played(self, position: Position, index: int, action: int) -> tuple[int, Hand]:
        deck, budget = self.decks[index], position.budgets[index]
        hand, now = position.in_force[index], position.round
        number = deck.action(action)
        new: Held | None = None
        if number != PASS:
            why = deck.blocked(number, budget, deck.bits(position.access))
            if why is not None:
                raise WargameError(f"{deck.describe(number)} cannot be played: {why}")
            card, strength = divmod(number - 1, len(STRENGTHS))
            budget -= deck.costs[number]
            new = Held(card, strength, now, now + deck.lasts[number] - 1)
        kept: list[Held] = []
        for held in hand:
            if new is not None and held.card == new.card:
                continue
            upkeep = deck.upkeep[held.card]
            if upkeep <= budget:
                budget -= upkeep
                kept.append(held)
        if new is not None:
            kept.append(new)
        return budget, tuple(kept)

    def finish(self, position: Position, outcome: Outcome) -> Position:
        """The position before the next round.

        Raises:
            WargameError: the round has not been played.
        """
        if not position.resolving:
            raise WargameError("a round is played before it is finished")
        following = position.round + 1
        attacker, defender = position.budgets
        cap, refill = self._cap, self._refill
        one, two = position.in_force
        return Position(
            following,
            (min(cap, attacker + refill), min(cap, defender + refill)),
            (_lasting(one, following), _lasting(two, following)),
            self._access(outcome.grants),
            over=following > self.rounds,
        )

    def _access(self, grants: tuple[Access, ...]) -> AccessSet:
        found = self._granted.get(grants)
        if found is None:
            # One object for each set, so that the masks' keys compare by identity.
            joined = self.base | frozenset(grants)
            found = next((held for held in self._granted.values() if held == joined), joined)
            self._granted[grants] = found
        return found

    def forces(self, position: Position, side: Side) -> tuple[InForce, ...]:
        """The cards in force of a side, as the pipeline takes them."""
        index = _index(side)
        return tuple(self._force(index, held) for held in position.in_force[index])

    def _force(self, index: int, held: Held) -> InForce:
        found = self._forces.get((index, held))
        if found is None:
            name = self.decks[index].names[held.card]
            found = InForce(name, STRENGTHS[held.strength], held.since)
            self._forces[index, held] = found
        return found


def _index(side: Side) -> int:
    return 0 if side is Side.ATTACKER else 1


def _closed(position: Position) -> bool:
    return position.resolving or position.over


def _lasting(hand: Hand, following: int) -> Hand:
    for held in hand:
        if held.until < following:
            return tuple(held for held in hand if held.until >= following)
    return hand
