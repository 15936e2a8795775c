from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wargame.errors import WargameError
from wargame.game.board import Board, Held, Position
from wargame.game.scenario import Scenario
from wargame.pipeline.outcome import InForce, Outcome
from wargame.stages import SIDES, Access, Side, Strength

from . import fakes

A, D = Side.ATTACKER, Side.DEFENDER


def outcome(*grants: Access) -> Outcome:
    return Outcome(1, {}, {A: (), D: ()}, grants, (), (), {})


def action(board: Board, side: Side, card: str, strength: Strength = Strength.LIGHT) -> int:
    return 1 + 3 * board.deck(side).names.index(card) + list(Strength).index(strength)


@pytest.fixture
def board(tiny: Scenario) -> Board:
    return Board(tiny)


def turn(board: Board, position: Position, a: int, d: int, *grants: Access) -> Position:
    return board.finish(board.play(position, a, d), outcome(*grants))


def test_actions_follow_the_decks_order(board: Board) -> None:
    deck = board.deck(A)
    assert deck.actions == 1 + 3 * 5
    words = [deck.describe(each) for each in range(7)]
    assert words[0] == "pass"
    assert words[1:4] == ["label_flip (light)", "label_flip (medium)", "label_flip (heavy)"]
    assert words[4:] == ["backdoor (light)", "backdoor (medium)", "backdoor (heavy)"]


def test_paying_refilling_and_the_cap(board: Board) -> None:
    start = board.start()
    assert start.budgets == (4, 4)
    played = board.play(start, action(board, A, "backdoor"), 0)
    assert played.budgets == (2, 4)
    assert played.round == 1
    after = board.finish(played, outcome())
    assert after.budgets == (5, 7)
    assert turn(board, after, 0, 0).budgets == (6, 9)  # 5 + 3 less the backdoor's upkeep of 2


def test_a_card_lasts_its_rounds_the_first_included(board: Board) -> None:
    number = action(board, A, "label_flip")
    position = turn(board, board.start(), number, 0)
    seen = []
    while not position.over:
        played = board.play(position, 0, 0)
        seen.append(board.forces(played, A))
        position = board.finish(played, outcome())
    flip = InForce("label_flip", Strength.LIGHT, 1)
    assert seen == [(flip,), (flip,), (), (), ()]


def test_the_heavy_card_lasts_as_its_own_strength_says(board: Board) -> None:
    played = board.play(board.start(), action(board, A, "label_flip", Strength.HEAVY), 0)
    assert played.in_force[0] == (Held(0, 2, 1, 4),)


def test_upkeep_is_charged_oldest_first_and_the_unpaid_lapses(board: Board) -> None:
    # gold_set (since 1, upkeep 1) and rate_limit (since 2, upkeep 2), two points left.
    held = (Held(1, 0, 1, 6), Held(2, 0, 2, 10))
    start = replace(board.start(), round=3, budgets=(4, 2), in_force=((), held))
    played = board.play(start, 0, 0)
    assert played.in_force[1] == held[:1]
    assert played.budgets[1] == 1


def test_the_last_point_still_pays_an_upkeep(board: Board) -> None:
    held = (Held(2, 0, 2, 10),)
    start = replace(board.start(), round=3, budgets=(4, 2), in_force=((), held))
    played = board.play(start, 0, 0)
    assert (played.in_force[1], played.budgets[1]) == (held, 0)


def test_the_card_is_paid_before_the_upkeep(board: Board) -> None:
    held = (Held(1, 0, 1, 6),)
    start = replace(board.start(), round=2, budgets=(4, 1), in_force=((), held))
    played = board.play(start, 0, action(board, D, "rate_limit"))
    assert [each.card for each in played.in_force[1]] == [2]
    assert played.budgets[1] == 0


def test_replaying_replaces_with_fresh_duration_and_no_upkeep(board: Board) -> None:
    position = turn(board, board.start(), action(board, A, "backdoor"), 0)
    played = board.play(position, action(board, A, "backdoor", Strength.MEDIUM), 0)
    assert played.in_force[0] == (Held(1, 1, 2, 5),)
    assert played.budgets[0] == 5 - 3


def test_access_is_base_and_this_rounds_grants(board: Board) -> None:
    pgd = action(board, A, "pgd")
    start = board.start()
    why = board.reason(start, A, pgd)
    assert why == "needs white-box access: steal a checkpoint first"
    won = turn(board, start, 0, 0, Access.WHITE_BOX)
    assert won.access == frozenset({Access.CONTRIBUTOR, Access.API_LABEL, Access.WHITE_BOX})
    assert board.reason(won, A, pgd) is None
    lost = turn(board, won, pgd, 0)
    assert lost.access == start.access


def test_alternatives_of_access(board: Board) -> None:
    # The fake theft needs storage, or contributor and api-label together: the latter is held.
    assert board.reason(board.start(), A, action(board, A, "checkpoint_theft")) is None
    flood = board.reason(board.start(), A, action(board, A, "request_flood"))
    assert flood == "needs infrastructure access"


def test_reasons_and_errors_in_words(board: Board) -> None:
    heavy = action(board, A, "backdoor", Strength.HEAVY)
    assert board.reason(board.start(), A, heavy) == "costs 5, you have 4"
    with pytest.raises(WargameError, match=r"backdoor \(heavy\) cannot be played: costs 5"):
        board.play(board.start(), heavy, 0)
    with pytest.raises(WargameError, match="from 0 to 12"):
        board.play(board.start(), 0, 13)
    with pytest.raises(WargameError, match="from 0 to 15"):
        board.play(board.start(), -1, 0)
    for wrong in (1.0, "1", None):
        with pytest.raises(WargameError, match="whole number"):
            board.play(board.start(), wrong, 0)  # type: ignore[arg-type]


def test_a_round_is_played_once_and_a_match_ends(board: Board) -> None:
    played = board.play(board.start(), 0, 0)
    with pytest.raises(WargameError, match="already played"):
        board.play(played, 0, 0)
    with pytest.raises(WargameError, match="before it is finished"):
        board.finish(board.start(), outcome())
    position = board.finish(played, outcome())
    for _ in range(5):
        assert not position.over
        position = turn(board, position, 0, 0)
    assert position.over
    assert board.legal(position, A) == (True, *[False] * 15)
    assert board.reason(position, A, 1) == "the match is over"
    with pytest.raises(WargameError, match="over"):
        board.play(position, 0, 0)


def test_numpy_integers_are_actions(board: Board) -> None:
    one = board.play(board.start(), np.int64(1), np.int64(0))  # type: ignore[arg-type]
    assert one == board.play(board.start(), 1, 0)
    assert type(one.in_force[0][0].card) is int


def test_masks_are_shared_and_cannot_be_written(board: Board) -> None:
    mask = board.mask(board.start(), A)
    assert mask.dtype == np.bool_
    assert mask is board.mask(board.start(), A)
    with pytest.raises(ValueError, match="read-only"):
        mask[0] = False


def tiny_board() -> Board:
    return Board(fakes.tiny())


Choices = list[tuple[int, int, tuple[Access, ...]]]
picks = st.lists(
    st.tuples(st.integers(0, 99), st.integers(0, 99), st.sampled_from([(), (Access.WHITE_BOX,)])),
    min_size=6, max_size=6,
)  # fmt: skip


def walk(board: Board, choices: Choices) -> list[Position]:
    """Plays legal actions picked by number; every position, half-moves included."""
    position, path = board.start(), [board.start()]
    for one, two, grants in choices:
        masks = [np.flatnonzero(board.mask(position, side)) for side in SIDES]
        played = board.play(position, masks[0][one % len(masks[0])], masks[1][two % len(masks[1])])
        position = board.finish(played, outcome(*grants))
        path += [played, position]
    return path


@given(picks)
@settings(max_examples=150, deadline=None)
def test_budgets_stay_within_bounds_and_cards_within_their_time(choices: Choices) -> None:
    board = tiny_board()
    for position in walk(board, choices):
        for index, side in enumerate(SIDES):
            assert 0 <= position.budgets[index] <= 9
            hand = position.in_force[index]
            assert len({held.card for held in hand}) == len(hand)
            assert [held.since for held in hand] == sorted(held.since for held in hand)
            assert all(held.since <= position.round <= held.until for held in hand)
            mask = board.mask(position, side)
            assert mask[0]
            assert board.legal(position, side) == tuple(
                board.reason(position, side, each) is None for each in range(len(mask))
            )


@given(picks)
@settings(max_examples=100, deadline=None)
def test_the_same_choices_give_the_same_positions(choices: Choices) -> None:
    assert walk(tiny_board(), choices) == walk(tiny_board(), choices)


@given(picks, st.integers(0, 12), st.integers(0, 15))
@settings(max_examples=100, deadline=None)
def test_a_sides_part_hangs_on_its_own_choices_only(
    choices: Choices, other_d: int, other_a: int
) -> None:
    board = tiny_board()
    position = walk(board, choices[:3])[-1]
    masks = [np.flatnonzero(board.mask(position, side)) for side in SIDES]
    a, d = masks[0][choices[3][0] % len(masks[0])], masks[1][choices[3][1] % len(masks[1])]
    elsewhere_d, elsewhere_a = masks[1][other_d % len(masks[1])], masks[0][other_a % len(masks[0])]
    both = board.finish(board.play(position, a, d), outcome())
    one = board.finish(board.play(position, a, elsewhere_d), outcome())
    two = board.finish(board.play(position, elsewhere_a, d), outcome())
    assert (both.budgets[0], both.in_force[0]) == (one.budgets[0], one.in_force[0])
    assert (both.budgets[1], both.in_force[1]) == (two.budgets[1], two.in_force[1])
    assert board.legal(both, A) == board.legal(one, A)
    assert board.legal(both, D) == board.legal(two, D)


@given(st.integers(0, 9), st.integers(0, 9), st.booleans())
@settings(max_examples=60, deadline=None)
def test_legality_ignores_the_opponent(own: int, other: int, holds: bool) -> None:
    board = tiny_board()
    start = board.start()
    hidden = ((Held(1, 2, 1, 4),), (Held(1, 0, 1, 6),))
    for index, side in enumerate(SIDES):
        budgets = (own, other) if index == 0 else (other, own)
        hands = ((), hidden[1]) if index == 0 else (hidden[0], ())
        plain = replace(start, budgets=(own, own))
        loaded = replace(start, budgets=budgets, in_force=hands)
        if side is D and holds:
            loaded = replace(loaded, access=start.access | {Access.WHITE_BOX})
        assert board.legal(plain, side) == board.legal(loaded, side)


@given(picks)
@settings(max_examples=100, deadline=None)
def test_illegal_actions_are_refused_without_a_trace(choices: Choices) -> None:
    board = tiny_board()
    position = walk(board, choices[:2])[-1]
    before = replace(position)
    for number, legal in enumerate(board.legal(position, A)):
        if not legal:
            with pytest.raises(WargameError, match="cannot be played"):
                board.play(position, number, 0)
    assert position == before
