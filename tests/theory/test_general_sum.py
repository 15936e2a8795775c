"""General-sum equilibria: textbook answers, and the linear program on zero-sum games."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wargame.theory.equilibrium import zero_sum
from wargame.theory.general_sum import general_sum


def test_battle_of_the_sexes() -> None:
    found = general_sum([[3, 0], [0, 2]], [[2, 0], [0, 3]])
    assert found.notes == ()
    told = [
        (
            *each.attacker.tolist(),
            *each.defender.tolist(),
            each.attacker_payoff,
            each.defender_payoff,
        )
        for each in found.equilibria
    ]
    expected = [
        (1, 0, 1, 0, 3, 2),
        (0, 1, 0, 1, 2, 3),
        (3 / 5, 2 / 5, 2 / 5, 3 / 5, 6 / 5, 6 / 5),
    ]
    assert len(told) == 3
    for one, other in zip(told, expected, strict=True):
        assert one == pytest.approx(other)


def test_prisoners_dilemma_has_its_one_sad_answer() -> None:
    (only,) = general_sum([[3, 0], [5, 1]], [[3, 5], [0, 1]]).equilibria
    assert only.attacker.tolist() == only.defender.tolist() == [0, 1]
    assert (only.attacker_payoff, only.defender_payoff) == (1, 1)


def test_a_degenerate_game_is_told_and_its_corners_found() -> None:
    # Nisan and others, "Algorithmic Game Theory" (2007), example 3.1 with a tie: the row's first
    # choice is answered by both columns, and one end of that range is an equilibrium too.
    found = general_sum([[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]])
    assert "degenerate" in found.notes[0]
    corners = {tuple(np.round([*p.attacker, *p.defender], 6)) for p in found.equilibria}
    third = round(1 / 3, 6)
    two = round(2 / 3, 6)
    assert corners == {
        (1, 0, 0, 1, 0),
        (1, 0, 0, two, third),
        (0, third, two, third, two),
    }


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (2, 2)])
def test_where_everything_ties_there_is_an_answer(shape: tuple[int, int]) -> None:
    found = general_sum(np.ones(shape), np.ones(shape))
    assert found.equilibria
    assert all(each.gap == 0 for each in found.equilibria)


@settings(max_examples=25)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1), st.booleans())
def test_it_agrees_with_the_linear_program(
    rows: int, columns: int, seed: int, coarse: bool
) -> None:
    table = np.random.default_rng(seed).random((rows, columns))
    table = np.round(3 * table) / 3 if coarse else table
    expected, found = zero_sum(table), general_sum(table, -table)
    assert found.equilibria
    for each in found.equilibria:
        assert each.attacker_payoff == pytest.approx(expected.value, abs=1e-6)
    if not coarse:
        (only,) = found.equilibria
        assert only.attacker == pytest.approx(expected.attacker, abs=1e-6)
        assert only.defender == pytest.approx(expected.defender, abs=1e-6)


def test_a_large_pool_follows_paths_and_says_so() -> None:
    rng = np.random.default_rng(4)
    ours, theirs = rng.random((2, 9, 9))
    found = general_sum(ours, theirs)
    assert found.method == "Lemke-Howson"
    assert "more equilibria" in found.notes[0]
    for each in found.equilibria:
        assert (ours @ each.defender).max() == pytest.approx(each.attacker_payoff)
        assert (each.attacker @ theirs).max() == pytest.approx(each.defender_payoff)


def test_matrices_of_two_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="shapes"):
        general_sum([[1, 2]], [[1], [2]])
