"""Response oracles on games that are known: exploitability falls to nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wargame.stages import Side
from wargame.theory.equilibrium import Vector, nash_conv, zero_sum
from wargame.theory.psro import Iteration, psro

from .matrix_oracle import MatrixOracle

ROCK_PAPER_SCISSORS = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])


def test_rock_paper_scissors_from_rock() -> None:
    told: list[Iteration] = []
    done = psro(MatrixOracle(ROCK_PAPER_SCISSORS), ["0"], ["0"], iterations=9, told=told.append)
    assert done == told
    # Paper answers rock, then scissors paper, then all three are there.
    assert [each.attackers for each in done] == [("0",), ("0", "1"), ("0", "1", "2")]
    assert [each.exploitability for each in done] == pytest.approx([2, 2, 0], abs=1e-6)
    assert done[-1].attacker_weights == pytest.approx([1 / 3] * 3)


def test_a_random_game_is_solved_and_every_bound_is_exact() -> None:
    table = np.random.default_rng(5).random((20, 20))
    done = psro(MatrixOracle(table), ["3"], ["7"], iterations=60, tolerance=1e-7)
    assert done[-1].exploitability < 1e-6
    assert done[-1].value == pytest.approx(zero_sum(table).value, abs=1e-6)
    assert len(done) < 25
    for each in done:
        # With best responses the bound is the meta-strategies' NashConv in the whole game.
        x, y = np.zeros(20), np.zeros(20)
        x[[int(n) for n in each.attackers]] = each.attacker_weights
        y[[int(n) for n in each.defenders]] = each.defender_weights
        assert each.exploitability == pytest.approx(nash_conv(table, x, y), abs=1e-6)
    assert done[0].exploitability > 10 * done[-2].exploitability > 0


@settings(max_examples=20)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_it_always_ends_in_the_value(rows: int, columns: int, seed: int) -> None:
    table = np.round(np.random.default_rng(seed).random((rows, columns)) * 4)
    done = psro(MatrixOracle(table), ["0"], ["0"], iterations=rows + columns)
    assert done[-1].final or done[-1].exploitability == 0
    assert done[-1].value == pytest.approx(zero_sum(table).value, abs=1e-6)


def test_a_run_goes_on_from_any_turn_as_if_undisturbed() -> None:
    table = np.random.default_rng(6).random((9, 9))
    whole = psro(MatrixOracle(table), ["0"], ["0"], iterations=12)
    assert len(whole) > 3
    for cut in range(1, len(whole)):
        read = Iteration.from_json(json.loads(json.dumps(whole[cut - 1].to_json())))
        assert read == whole[cut - 1]
        oracle = MatrixOracle(table)
        rest = psro(oracle, ["8"], ["8"], iterations=12, before=read)
        assert rest == whole[cut:]
        assert oracle.asked[0] == (Side.ATTACKER, cut + 1)


class Half(MatrixOracle):
    """Finds no defender."""

    def respond(
        self, side: Side, opponents: Sequence[str], weights: Vector, iteration: int
    ) -> str | None:
        if side is Side.DEFENDER:
            return None
        return super().respond(side, opponents, weights, iteration)


def test_where_one_side_finds_nothing_the_bound_is_the_other_sides() -> None:
    done = psro(Half(ROCK_PAPER_SCISSORS), ["0"], ["0"], iterations=9)
    assert [each.defenders for each in done] == [("0",), ("0",)]
    assert [(each.attacker_gain, each.defender_gain) for each in done] == [(1, 0), (0, 0)]


@pytest.mark.parametrize("pools", [([], ["0"]), (["0"], []), (["0", "0"], ["1"])])
def test_pools_that_are_none_are_refused(pools: tuple[list[str], list[str]]) -> None:
    with pytest.raises(ValueError, match="each once"):
        psro(MatrixOracle(ROCK_PAPER_SCISSORS), *pools, iterations=1)


def kuhn() -> np.ndarray[Any, np.dtype[np.float64]]:
    """Kuhn poker in normal form by OpenSpiel: each player's pure plans against the other's."""
    import pyspiel  # type: ignore[import-not-found]

    game = pyspiel.load_game("kuhn_poker")
    plans: list[list[dict[str, int]]] = []
    for player in range(2):
        cards = range(3)
        told = [f"{card}{h}" for card in cards for h in (("", "pb") if player == 0 else ("p", "b"))]
        plans.append([dict(zip(told, acts, strict=True)) for acts in product((0, 1), repeat=6)])

    def worth(state: Any, one: dict[str, int], two: dict[str, int]) -> float:
        if state.is_terminal():
            return float(state.returns()[0])
        if state.is_chance_node():
            parts: list[float] = [
                p * worth(state.child(a), one, two) for a, p in state.chance_outcomes()
            ]
            return float(sum(parts))
        plan = (one, two)[state.current_player()]
        return worth(state.child(plan[state.information_state_string()]), one, two)

    start = game.new_initial_state()
    return np.array([[worth(start, one, two) for two in plans[1]] for one in plans[0]])


def test_kuhn_poker_is_worth_what_kuhn_found() -> None:
    table = kuhn()
    assert table.shape == (64, 64)
    done = psro(MatrixOracle(table), ["0"], ["0"], iterations=64, tolerance=1e-7)
    assert done[-1].value == pytest.approx(-1 / 18, abs=1e-6)
    assert done[-1].exploitability < 1e-6
