"""Zero-sum equilibria: textbook answers, OpenSpiel's own program, and what never changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from wargame.theory.equilibrium import (
    Matrix,
    equilibrium_of,
    exploitability,
    exploited,
    nash_conv,
    zero_sum,
)

TABLES = st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.integers(-8, 8).map(lambda n: n / 8))
)
ROCK_PAPER_SCISSORS = [[0, -1, 1], [1, 0, -1], [-1, 1, 0]]


@pytest.mark.parametrize(
    ("table", "attacker", "defender", "value"),
    [
        # Matching pennies; rock, paper, scissors.
        ([[1, -1], [-1, 1]], [1 / 2, 1 / 2], [1 / 2, 1 / 2], 0),
        (ROCK_PAPER_SCISSORS, [1 / 3] * 3, [1 / 3] * 3, 0),
        # Rock wins twice as much: each weight goes with the stake that the other two play for.
        ([[0, -1, 2], [1, 0, -1], [-2, 1, 0]], [1 / 4, 1 / 2, 1 / 4], [1 / 4, 1 / 2, 1 / 4], 0),
        # A saddle point, and an agent that is dominated.
        ([[4, 2], [3, 1]], [1, 0], [0, 1], 2),
        ([[3, -1], [-2, 4], [-3, -2]], [6 / 10, 4 / 10, 0], [1 / 2, 1 / 2], 1),
        # All payoffs are one: any mixture is optimal, and the even one is chosen.
        ([[7, 7, 7], [7, 7, 7]], [1 / 2] * 2, [1 / 3] * 3, 7),
        # Paper has a twin, with which it shares its weight.
        (
            [[0, -1, -1, 1], [1, 0, 0, -1], [1, 0, 0, -1], [-1, 1, 1, 0]],
            [1 / 3, 1 / 6, 1 / 6, 1 / 3],
            [1 / 3, 1 / 6, 1 / 6, 1 / 3],
            0,
        ),
    ],
)
def test_textbook(
    table: list[list[float]], attacker: list[float], defender: list[float], value: float
) -> None:
    found = zero_sum(table)
    assert found.attacker == pytest.approx(attacker, abs=1e-7)
    assert found.defender == pytest.approx(defender, abs=1e-7)
    assert found.value == pytest.approx(value, abs=1e-7)
    assert found.gap == pytest.approx(0, abs=1e-7)


def splits(left: int, places: int) -> list[tuple[int, ...]]:
    if places == 1:
        return [(left,)]
    return [(n, *rest) for n in range(left + 1) for rest in splits(left - n, places - 1)]


def test_blotto_with_five_soldiers_on_three_fields() -> None:
    plans = np.array(splits(5, 3))
    table = np.sign(np.sign(plans[:, None, :] - plans[None, :, :]).sum(axis=2))
    assert table.shape == (21, 21)
    found = zero_sum(table)
    # Symmetric, so worth nothing; all soldiers on one field lose two (Borel, 1921).
    assert found.value == pytest.approx(0, abs=1e-7)
    assert found.attacker[plans.max(axis=1) == 5] == pytest.approx(0, abs=1e-7)
    assert found.attacker == pytest.approx(found.defender, abs=1e-7)
    # The plans of three, one and one, and of two, two and one, which win for sure by turns.
    solution = np.where(np.isin(plans.max(axis=1), (2, 3)) & (plans.min(axis=1) >= 0), 1.0, 0.0)
    assert (found.attacker[solution == 0] == 0).all()


@given(st.lists(st.floats(-1, 1).map(lambda x: round(x, 3)), min_size=4, max_size=4))
def test_two_by_two_in_closed_form(numbers: list[float]) -> None:
    a, b, c, d = numbers
    table = np.array([[a, b], [c, d]])
    low, high = table.min(axis=1).max(), table.max(axis=0).min()
    value = low if low == high else (a * d - b * c) / (a + d - b - c)
    assert zero_sum(table).value == pytest.approx(value, abs=1e-7)


@settings(max_examples=60)
@given(TABLES)
def test_nobody_gains_by_deviating(table: Matrix) -> None:
    found = zero_sum(table)
    for weights in (found.attacker, found.defender):
        assert weights.min() >= 0
        assert weights.sum() == pytest.approx(1)
    assert nash_conv(table, found.attacker, found.defender) == found.gap < 1e-6
    assert exploited(table, found, found.value) == pytest.approx((0, 0), abs=1e-6)
    short = exploitability(table)
    # Who is always played in equilibrium cannot be exploited, and nobody gets past the value.
    assert short.attackers[found.attacker > 1 - 1e-9] == pytest.approx(0, abs=1e-6)
    assert (short.attackers >= 0).all()
    assert (short.defenders >= 0).all()
    assert short.attackers.min() + short.defenders.min() == pytest.approx(
        table.max(axis=0).min() - table.min(axis=1).max(), abs=1e-6
    )


@settings(max_examples=60)
@given(TABLES, st.floats(0.01, 100), st.floats(-50, 50), st.randoms(use_true_random=False))
def test_units_and_order_change_nothing(
    table: Matrix, scale: float, shift: float, random: object
) -> None:
    found = zero_sum(table)
    moved = zero_sum(scale * table + shift)
    assert moved.value == pytest.approx(scale * found.value + shift, abs=1e-6 * max(1, scale))
    assert moved.attacker == pytest.approx(found.attacker, abs=1e-5)
    assert moved.defender == pytest.approx(found.defender, abs=1e-5)
    rows = list(range(table.shape[0]))
    random.shuffle(rows)  # type: ignore[attr-defined]
    other = zero_sum(table[rows])
    assert other.attacker == pytest.approx(found.attacker[rows], abs=1e-5)
    assert other.defender == pytest.approx(found.defender, abs=1e-5)
    mirrored = zero_sum(-table.T)
    assert mirrored.value == pytest.approx(-found.value, abs=1e-6)
    assert mirrored.attacker == pytest.approx(found.defender, abs=1e-5)


@settings(max_examples=25)
@given(TABLES, st.integers(0, 2**32 - 1))
def test_nash_conv_is_openspiels(table: Matrix, seed: int) -> None:
    import pyspiel  # type: ignore[import-not-found]
    from open_spiel.python import policy
    from open_spiel.python.algorithms import exploitability as openspiel

    rng = np.random.default_rng(seed)
    mixtures = [rng.dirichlet(np.ones(count)) for count in table.shape]
    game = pyspiel.convert_to_turn_based(
        pyspiel.create_matrix_game(table.tolist(), (-table).tolist())
    )
    both = policy.TabularPolicy(game)
    for player, mixture in enumerate(mixtures):
        both.action_probability_array[player, : len(mixture)] = mixture
    assert nash_conv(table, *mixtures) == pytest.approx(openspiel.nash_conv(game, both), abs=1e-9)


def test_exploitability_by_hand() -> None:
    # Rock alone loses 1 to paper; the even mixture loses nothing.
    short = exploitability(ROCK_PAPER_SCISSORS)
    assert short.attackers == pytest.approx([1, 1, 1])
    assert short.defenders == pytest.approx([1, 1, 1])
    assert nash_conv(ROCK_PAPER_SCISSORS, [1, 0, 0], [1, 0, 0]) == 2
    half = equilibrium_of(ROCK_PAPER_SCISSORS, [1 / 2, 1 / 2, 0], [1 / 3] * 3)
    assert half.gap == pytest.approx(1 / 2)
    assert exploited(ROCK_PAPER_SCISSORS, half, 0) == pytest.approx((1 / 2, 0))


@pytest.mark.parametrize("table", [[], [[]], [1, 2], [[1, float("nan")]], [[1, float("inf")]]])
def test_what_is_no_matrix_is_refused(table: object) -> None:
    with pytest.raises(ValueError, match="matrix of finite numbers"):
        zero_sum(table)  # type: ignore[arg-type]
