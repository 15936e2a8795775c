"""What one side may see, and the same as a vector of numbers.

A view is built from the side's own facts only: its budget, its deck, its cards in force, the
access it holds and what its own instruments read. Nothing of the opponent reaches it in any other
way than through a reading.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wargame.game.board import Hand, Position
from wargame.game.deck import PASS, Deck
from wargame.game.terms import Scenario
from wargame.pipeline.outcome import Reading
from wargame.stages import STRENGTHS, Access, Side, Strength

Panel = NDArray[np.float32]
"""Latest reading of every channel, shape (channels, 3): seen, value, alarm."""
Readings = tuple[tuple[Reading, ...], ...]


class Move(NamedTuple):
    """One action and whether it is allowed now."""

    action: int
    card: str | None
    """None for passing."""
    strength: Strength | None
    cost: int
    legal: bool
    reason: str | None
    """Why it is not allowed."""


class Own(NamedTuple):
    """An own card in force."""

    card: str
    strength: Strength
    rounds_left: int
    """Rounds it would still act in, the coming one included."""


@dataclass(frozen=True, slots=True)
class View:
    """All that an agent is told."""

    side: Side
    round: int
    """The round to be played, from 1."""
    rounds: int
    budget: int
    moves: tuple[Move, ...]
    in_force: tuple[Own, ...]
    access: frozenset[Access]
    """What the attacker holds; empty for the defender."""
    readings: Readings
    """Own readings: one tuple a round played, the opening (round 0) first."""
    history: tuple[int, ...]
    """Own actions so far, one a round."""
    deck: Deck = field(repr=False, compare=False)
    hand: Hand = field(repr=False)
    """The same as `in_force`, in numbers."""
    panel: Panel = field(repr=False, compare=False)
    """The same as `readings`, the latest of each channel."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data, for players in another process and for comparing views."""
        return {
            "side": self.side.value,
            "round": self.round,
            "rounds": self.rounds,
            "budget": self.budget,
            "moves": [move._asdict() for move in self.moves],
            "in_force": [own._asdict() for own in self.in_force],
            "access": sorted(access.value for access in self.access),
            "readings": [[asdict(reading) for reading in each] for each in self.readings],
            "history": list(self.history),
        }


def blank(deck: Deck) -> Panel:
    """The panel of a side that has read nothing yet."""
    return np.zeros((len(deck.channels), 3), dtype=np.float32)


def read_into(panel: Panel, deck: Deck, readings: tuple[Reading, ...]) -> Panel:
    """A new panel, a round older, with these readings on it.

    `seen` is one over the age of the latest reading in rounds and 0 where there is none; `value`
    is squashed to v / (1 + |v|), so counts and shares fit the same bounds.
    """
    panel = panel.copy()
    seen = panel[:, 0]
    np.divide(seen, seen + 1, out=seen)
    for reading in readings:
        line = deck.lines.get(reading.channel)
        if line is not None:
            value = reading.value
            panel[line] = (1.0, value / (1.0 + abs(value)), reading.alarm)
    panel.setflags(write=False)
    return panel


def view(
    position: Position,
    side: Side,
    readings: Readings,
    deck: Deck,
    history: tuple[int, ...] = (),
    panel: Panel | None = None,
) -> View:
    """What a side sees at a position.

    Args:
        position: the position; only the side's own part is read.
        side: who looks.
        readings: the side's own, one tuple a round.
        deck: the side's own.
        history: the side's own actions.
        panel: what `read_into` made of the readings; made here where it is not at hand.
    """
    attacker = side is Side.ATTACKER
    budget = position.budgets[not attacker]
    hand = position.in_force[not attacker]
    if panel is None:
        panel = blank(deck)
        for each in readings:
            panel = read_into(panel, deck, each)
    access = position.access if attacker else _NONE
    return View(
        side,
        position.round,
        deck.rounds,
        budget,
        _moves(deck, budget, access, position.over or position.resolving),
        tuple([_own(deck, held.card, held.strength, held.until, position.round) for held in hand]),
        access,
        readings,
        history,
        deck,
        hand,
        panel,
    )


_NONE: frozenset[Access] = frozenset()


def _own(deck: Deck, card: int, strength: int, until: int, now: int) -> Own:
    return Own(deck.names[card], STRENGTHS[strength], until - now + 1)


def _moves(deck: Deck, budget: int, access: frozenset[Access], closed: bool) -> tuple[Move, ...]:
    found = deck.memo.get((budget, access, closed))
    if found is None:
        found = deck.memo[budget, access, closed] = _listed(deck, budget, access, closed)
    return found


def _listed(deck: Deck, budget: int, access: frozenset[Access], closed: bool) -> tuple[Move, ...]:
    held = deck.bits(access)
    moves = [Move(PASS, None, None, 0, True, None)]
    for action in range(1, deck.actions):
        card, strength = divmod(action - 1, len(STRENGTHS))
        reason = deck.blocked(action, budget, held)
        if closed:
            reason = "nothing can be played now"
        moves.append(
            Move(
                action,
                deck.names[card],
                STRENGTHS[strength],
                deck.costs[action],
                reason is None,
                reason,
            )
        )
    return tuple(moves)


def layout(scenario: Scenario, side: Side) -> tuple[str, ...]:
    """Names of the numbers of `encode`, in order."""
    return deck_layout(Deck.of(scenario, side))


def deck_layout(deck: Deck) -> tuple[str, ...]:
    """Names of the numbers of `encode` for a deck, in order."""
    names = ["round", "budget"]
    for card in deck.names:
        names += [f"{card}:strength", f"{card}:rounds_left"]
    if deck.side is Side.ATTACKER:
        names += [f"access:{access.value}" for access in Access]
    for channel in deck.channels:
        names += [f"{channel}:seen", f"{channel}:value", f"{channel}:alarm"]
    return tuple(names)


def encode(seen: View, out: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """The view as numbers in [-1, 1], shape (len(layout),), float32.

    Args:
        seen: the view.
        out: array to fill; a new one where it is not given.
    """
    deck = seen.deck
    if out is None:
        out = np.empty(size(deck), dtype=np.float32)
    out.fill(0)
    out[0] = (seen.round - 1) / deck.rounds
    out[1] = seen.budget / deck.cap
    for held in seen.hand:
        at = 2 + 2 * held.card
        out[at] = (held.strength + 1) / len(STRENGTHS)
        lasts = held.until - held.since + 1
        out[at + 1] = (held.until - seen.round + 1) / lasts
    at = 2 + 2 * len(deck.names)
    if seen.side is Side.ATTACKER:
        out[at : at + len(Access)] = _flags(seen.access)
        at += len(Access)
    out[at:] = seen.panel.ravel()
    return out


def size(deck: Deck) -> int:
    """Length of the encoding of a deck's side."""
    flags = len(Access) if deck.side is Side.ATTACKER else 0
    return 2 + 2 * len(deck.names) + flags + 3 * len(deck.channels)


@lru_cache(maxsize=1024)
def _flags(access: frozenset[Access]) -> NDArray[np.float32]:
    return np.array([item in access for item in Access], dtype=np.float32)
