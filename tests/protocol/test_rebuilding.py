from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.game.players import Dice
from wargame.game import agent as helpers
from wargame.game.board import Board
from wargame.game.deck import Deck
from wargame.game.scenario import Scenario, load
from wargame.game.view import View, encode, view
from wargame.pipeline.outcome import Outcome, Reading
from wargame.protocol import rebuilding, telling
from wargame.protocol.lines import line, read_host
from wargame.protocol.messages import Hello, Turn
from wargame.sandbox.limits import Limits
from wargame.stages import SIDES, Access, Side

from .matches import match, scenario

GAME = load("mapengine")
BOARD = Board(GAME)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def greeted(game: Scenario, side: Side) -> tuple[Scenario, Deck]:
    """What a guest makes of its first message."""
    hello = read_host(line(telling.hello(game, Deck.of(game, side), 1, Limits.model_validate({}))))
    assert isinstance(hello, Hello)
    copy = rebuilding.scenario(hello)
    return copy, rebuilding.deck(hello, copy)


DECKS = {side: greeted(GAME, side)[1] for side in SIDES}


def copied(seen: View, deck: Deck) -> View:
    """A view after its trip over the wire."""
    turn = read_host(line(telling.turn(seen, 1.0)))
    assert isinstance(turn, Turn)
    assert turn.round == seen.round
    return rebuilding.view(turn.view, deck)


def assert_same(copy: View, seen: View) -> None:
    assert copy == seen
    assert [type(move.strength) for move in copy.moves] == [type(m.strength) for m in seen.moves]
    assert copy.hand == seen.hand
    assert copy.panel.dtype == seen.panel.dtype
    assert np.array_equal(copy.panel, seen.panel)
    assert np.array_equal(encode(copy), encode(seen))
    assert copy.to_json() == seen.to_json()


@pytest.mark.parametrize("side", SIDES)
def test_scenario_and_deck_arrive_whole(side: Side) -> None:
    copy, deck = greeted(scenario(), side)
    assert copy == scenario()
    assert copy.digest == scenario().digest
    own = Deck.of(scenario(), side)
    for each in fields(Deck):
        assert getattr(deck, each.name) == getattr(own, each.name), each.name
    held = own.bits(frozenset({Access.CONTRIBUTOR}))
    for action in range(own.actions):
        assert deck.blocked(action, 3, held) == own.blocked(action, 3, held)


@st.composite
def readings(draw: st.DrawFn, side: Side) -> tuple[Reading, ...]:
    channels = st.sampled_from([*BOARD.deck(side).channels, "elsewhere"])
    reading = st.builds(
        Reading, st.text(), channels, FINITE, FINITE, FINITE, st.booleans(), st.text()
    )
    return tuple(draw(st.lists(reading, max_size=4)))


@settings(max_examples=60)
@given(st.data())
def test_any_view_of_a_match_arrives_whole(data: st.DataObject) -> None:
    position = BOARD.start()
    seen: dict[Side, tuple[tuple[Reading, ...], ...]] = {
        side: (data.draw(readings(side)),) for side in SIDES
    }
    history: dict[Side, tuple[int, ...]] = dict.fromkeys(SIDES, ())
    for _ in range(data.draw(st.integers(0, GAME.rounds))):
        actions = {
            side: data.draw(st.sampled_from(np.flatnonzero(BOARD.mask(position, side)).tolist()))
            for side in SIDES
        }
        played = BOARD.play(position, actions[Side.ATTACKER], actions[Side.DEFENDER])
        grants = tuple(data.draw(st.lists(st.sampled_from(Access), max_size=2)))
        outcome = Outcome(played.round, {}, {}, grants, (), (), {})
        position = BOARD.finish(played, outcome)
        for side in SIDES:
            history[side] += (actions[side],)
            seen[side] += (data.draw(readings(side)),)
    for side in SIDES:
        told = view(position, side, seen[side], BOARD.deck(side), history[side])
        assert_same(copied(told, DECKS[side]), told)


def test_what_agents_ask_of_a_view_has_the_same_answers(tmp_path: Path) -> None:
    one, two = Dice(), Dice()
    list(match(tmp_path, one, two))
    for player in (one, two):
        deck = greeted(scenario(), player.side)[1]
        for seen in player.seen:
            copy = copied(seen, deck)
            assert_same(copy, seen)
            assert _answers(copy) == _answers(seen)


def _answers(seen: View) -> list[Any]:
    cards = (*seen.deck.names, "no such card")
    return [
        helpers.legal(seen),
        helpers.alarms(seen),
        helpers.strongest(seen, cards[::-1]),
        [(helpers.find(seen, card), helpers.choose(seen, card)) for card in cards],
        [(helpers.active(seen, card), helpers.affordable(seen, card)) for card in cards],
        [helpers.value(seen, channel) for channel in seen.deck.channels],
    ]
