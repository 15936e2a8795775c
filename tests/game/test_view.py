from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from wargame.game.board import Board, Held
from wargame.game.scenario import Scenario
from wargame.game.view import blank, encode, layout, read_into, size, view
from wargame.pipeline.outcome import BASE_CHANNELS, Reading
from wargame.stages import SIDES, Access, Side, Strength

A, D = Side.ATTACKER, Side.DEFENDER


def reading(channel: str, value: float, alarm: bool = False) -> Reading:
    return Reading("i", channel, value, value, value, alarm, "text")


def test_layout_names_every_number_once(tiny: Scenario) -> None:
    for side in SIDES:
        names = layout(tiny, side)
        deck = Board(tiny).deck(side)
        seen = view(Board(tiny).start(), side, (), deck)
        assert len(set(names)) == len(names) == len(encode(seen)) == size(deck)
        assert names[:2] == ("round", "budget")
    assert {"access:white-box", "pgd.accuracy_under_attack:alarm", "pgd:strength"} <= set(
        layout(tiny, A)
    )
    assert "gold_accuracy:value" in layout(tiny, D)
    assert not any("access" in name for name in layout(tiny, D))
    for side in SIDES:
        for channel in BASE_CHANNELS[side]:
            assert f"{channel}:seen" in layout(tiny, side)


def test_each_number_stands_at_its_name(tiny: Scenario) -> None:
    board = Board(tiny)
    held = (Held(0, 2, 2, 4),)
    position = replace(board.start(), round=4, budgets=(6, 1), in_force=(held, ()))
    readings = (
        (reading("probe_accuracy", 0.5),),
        (),
        (reading("backdoor.trigger_success", 3.0, alarm=True), reading("unheard", 9.0)),
    )
    numbers = encode(view(position, A, readings, board.deck(A)))
    found = dict(zip(layout(tiny, A), numbers.tolist(), strict=True))
    expected = {
        "round": 3 / 6,
        "budget": 6 / 9,
        "label_flip:strength": 1.0,
        "label_flip:rounds_left": 1 / 3,
        "access:contributor": 1.0,
        "access:api-label": 1.0,
        "probe_accuracy:seen": 1 / 3,
        "probe_accuracy:value": 0.5 / 1.5,
        "backdoor.trigger_success:seen": 1.0,
        "backdoor.trigger_success:value": 0.75,
        "backdoor.trigger_success:alarm": 1.0,
    }
    for name, value in found.items():
        assert value == pytest.approx(expected.get(name, 0.0), abs=1e-6), name


def test_encode_fills_the_array_it_is_given(tiny: Scenario) -> None:
    board = Board(tiny)
    seen = view(board.start(), D, ((reading("gold_accuracy", 0.7),),), board.deck(D))
    out = np.full(size(board.deck(D)), 7, dtype=np.float32)
    assert encode(seen, out) is out
    assert out.dtype == np.float32
    np.testing.assert_array_equal(out, encode(seen))
    assert np.abs(out).max() <= 1


def test_a_panel_grown_round_by_round_is_the_panel_made_at_once(tiny: Scenario) -> None:
    board = Board(tiny)
    deck, rng = board.deck(D), np.random.default_rng(3)
    panel = blank(deck)
    readings: tuple[tuple[Reading, ...], ...] = ()
    for _ in range(9):
        some = tuple(
            reading(channel, float(rng.normal()), bool(rng.integers(2)))
            for channel in deck.channels
            if rng.random() < 0.4
        )
        readings += (some,)
        panel = read_into(panel, deck, some)
    at_once = view(board.start(), D, readings, deck).panel
    np.testing.assert_array_equal(panel, at_once)
    assert not panel.flags.writeable


def test_the_opponents_hidden_state_changes_no_byte(tiny: Scenario) -> None:
    board = Board(tiny)
    start = replace(board.start(), round=3)
    hands = ((Held(1, 2, 2, 5),), (Held(1, 0, 1, 6), Held(3, 1, 2, 4)))
    for index, side in enumerate(SIDES):
        budgets = (4, 9) if index == 0 else (9, 4)
        loaded = replace(
            start,
            budgets=budgets,
            in_force=((), hands[1]) if index == 0 else (hands[0], ()),
            access=start.access if index == 0 else start.access | {Access.WHITE_BOX},
        )
        own = ((reading(board.deck(side).channels[0], 0.5),),)
        one, two = (view(p, side, own, board.deck(side), (0, 0)) for p in (start, loaded))
        assert one == two
        assert json.dumps(one.to_json()) == json.dumps(two.to_json())
        assert encode(one).tobytes() == encode(two).tobytes()


def test_moves_say_what_the_board_says(tiny: Scenario) -> None:
    board = Board(tiny)
    for budget in range(10):
        position = replace(board.start(), budgets=(budget, budget))
        for side in SIDES:
            moves = view(position, side, (), board.deck(side)).moves
            assert tuple(move.legal for move in moves) == board.legal(position, side)
            for number, move in enumerate(moves):
                assert move.action == number
                assert move.reason == board.reason(position, side, number)
                assert move.cost == board.deck(side).costs[number]


def test_own_cards_show_their_rounds_left(tiny: Scenario) -> None:
    board = Board(tiny)
    played = board.play(board.start(), 0, 1 + 3 * 1)
    after = replace(played, round=2, resolving=False)
    [own] = view(after, D, (), board.deck(D)).in_force
    assert (own.card, own.strength, own.rounds_left) == ("gold_set", Strength.LIGHT, 5)
    assert view(after, A, (), board.deck(A)).in_force == ()
    assert view(after, D, (), board.deck(D)).access == frozenset()
