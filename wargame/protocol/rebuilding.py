"""The guest's copy of what an agent in the host's own process would be handed.

No card is looked up: the messages hold all that the copies need, so a guest starts quickly.
"""

from __future__ import annotations

from itertools import chain

from wargame.game.board import Held
from wargame.game.deck import Deck, bits
from wargame.game.terms import Scenario
from wargame.game.view import Move, Own, View, blank, read_into
from wargame.pipeline.outcome import Reading
from wargame.protocol.messages import Hello, OwnTold, ReadingTold, ViewTold
from wargame.stages import STRENGTHS
from wargame.store import canonical


def scenario(told: Hello) -> Scenario:
    """The scenario; the host has checked it.

    Raises:
        pydantic.ValidationError: it is none.
    """
    return Scenario.model_validate_json(canonical(told.scenario))


def deck(told: Hello, game: Scenario) -> Deck:
    """The own deck in a scenario, equal to `Deck.of`."""
    cards, channels = told.deck.cards, told.deck.channels
    return Deck(
        side=told.side,
        names=tuple(card.card for card in cards),
        titles=tuple(card.title for card in cards),
        costs=(0, *chain.from_iterable(card.costs for card in cards)),
        lasts=(0, *chain.from_iterable(card.lasts for card in cards)),
        upkeep=tuple(card.upkeep for card in cards),
        access=tuple(tuple(bits(frozenset(way)) for way in card.access) for card in cards),
        channels=channels,
        rounds=game.rounds,
        cap=game.budget.cap,
        numbers={card.card: number for number, card in enumerate(cards)},
        lines={channel: number for number, channel in enumerate(channels)},
    )


def view(told: ViewTold, own: Deck) -> View:
    """The view; its `hand` and `panel` follow from what it tells."""
    readings = tuple(tuple(_reading(item) for item in each) for each in told.readings)
    panel = blank(own)
    for each in readings:
        panel = read_into(panel, own, each)
    return View(
        side=told.side,
        round=told.round,
        rounds=told.rounds,
        budget=told.budget,
        moves=tuple(
            Move(each.action, each.card, each.strength, each.cost, each.legal, each.reason)
            for each in told.moves
        ),
        in_force=tuple(Own(each.card, each.strength, each.rounds_left) for each in told.in_force),
        access=frozenset(told.access),
        readings=readings,
        history=told.history,
        deck=own,
        hand=tuple(_held(each, own, told.round) for each in told.in_force),
        panel=panel,
    )


def _reading(told: ReadingTold) -> Reading:
    return Reading(
        told.instrument, told.channel, told.value, told.low, told.high, told.alarm, told.text
    )


def _held(told: OwnTold, own: Deck, now: int) -> Held:
    card, strength = own.numbers[told.card], STRENGTHS.index(told.strength)
    until = now + told.rounds_left - 1
    lasts = own.lasts[1 + len(STRENGTHS) * card + strength]
    return Held(card, strength, until - lasts + 1, until)
