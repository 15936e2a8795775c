"""Alpha-rank: the papers' games, and a chain solved by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wargame.theory.alpha_rank import alpha_rank
from wargame.theory.equilibrium import Matrix


def test_rock_paper_scissors_is_one_cycle() -> None:
    found = alpha_rank([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    assert found.profiles == pytest.approx(np.full((3, 3), 1 / 9), abs=1e-6)


def test_biased_rock_paper_scissors_keeps_the_cycle() -> None:
    # Omidshafiei and others (2019), section 3.2.2: at strong selection the stakes do not matter,
    # only who beats whom.
    found = alpha_rank([[0, -0.5, 1], [0.5, 0, -0.1], [-1, 0.1, 0]])
    assert found.attackers == pytest.approx([1 / 3] * 3, abs=0.01)


def test_battle_of_the_sexes_has_two_sinks() -> None:
    # The paper's section 3.2.3: evolution ends half of the time in each pure equilibrium.
    found = alpha_rank([[3, 0], [0, 2]], [[2, 0], [0, 3]])
    assert found.profiles == pytest.approx(np.array([[0.5, 0], [0, 0.5]]), abs=1e-3)
    assert found.order()[:2] == [(0, 0), (1, 1)]


def test_matching_pennies_never_rests() -> None:
    assert alpha_rank([[1, -1], [-1, 1]]).profiles == pytest.approx(np.full((2, 2), 1 / 4))


def test_prisoners_dilemma_ends_in_its_one_sink() -> None:
    found = alpha_rank([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    assert found.profiles[1, 1] == pytest.approx(1, abs=1e-3)


def test_dominated_agents_are_not_held() -> None:
    # The first attacker and the second defender are better whatever the other side does.
    found = alpha_rank([[0.6, 0.5], [0.5, 0.4]])
    assert found.attackers == pytest.approx([1, 0], abs=1e-3)
    assert found.defenders == pytest.approx([0, 1], abs=1e-3)
    assert alpha_rank([[0.5]]).profiles.tolist() == [[1.0]]


@settings(max_examples=10)
@given(st.integers(1, 3), st.integers(2, 3), st.integers(0, 2**32 - 1))
def test_the_masses_are_stationary(rows: int, columns: int, seed: int) -> None:
    table = np.random.default_rng(seed).random((rows, columns))
    found = alpha_rank(table)
    chain = _chain(table, found.epsilon)
    masses = found.profiles.ravel()
    assert masses.sum() == pytest.approx(1)
    assert masses @ chain == pytest.approx(masses, abs=1e-9)


def _chain(table: Matrix, epsilon: float) -> Matrix:
    """The response graph's chain, written down once more from the paper."""
    rows, columns = table.shape
    chain = np.zeros((rows * columns, rows * columns))
    step = 1 / (rows + columns - 2)
    for here in range(rows * columns):
        a, d = divmod(here, columns)
        others = [(r, d, table[r, d] - table[a, d]) for r in range(rows) if r != a]
        others += [(a, c, table[a, d] - table[a, c]) for c in range(columns) if c != d]
        for r, c, gain in others:
            chain[here, r * columns + c] = step * (1 - epsilon if gain > 0 else epsilon)
        chain[here, here] = 1 - chain[here].sum()
    return chain
