"""Paired comparisons: against SciPy, against the definition, and in words."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from wargame.arena.fleet import Fixture, Played
from wargame.lab.evaluation import Contestant, Evaluation, overlap
from wargame.lab.paired import compared, holm
from wargame.stages import Side

SEEDS = st.integers(0, 2**32 - 1)
P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=7)


def tables(seed: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 1, tuple(rng.integers((1, 1, 2), (5, 5, 9))))


def evaluation(missions: NDArray[np.float64], weights: NDArray[np.float64]) -> Evaluation:
    """An evaluation of these missions (A, D, S), each agent weighted."""
    a, d, s = missions.shape
    one, two = (
        tuple(
            Contestant(f"{side}{i}", f"{side}{i}", "", "", float(w)) for i, w in enumerate(given_)
        )
        for side, given_ in (("a", weights[:a]), ("d", weights[:d]))
    )
    played = [
        Played(Fixture(f"a{i}", f"d{j}", k), (float(missions[i, j, k]),), ((0, 0),))
        for k in range(s)
        for i in range(a)
        for j in range(d)
    ]
    return Evaluation(one, two, tuple(range(s)), 0.5, tuple(played))


@given(SEEDS)
def test_comparisons_are_paired_t_tests_over_the_mixture(seed: int) -> None:
    missions = tables(seed)
    weights = np.random.default_rng(seed).uniform(0.1, 3, 5)
    found = evaluation(missions, weights)
    assert (found.missions == missions).all()
    for side, axis in ((Side.ATTACKER, 1), (Side.DEFENDER, 0)):
        mixture = weights[: missions.shape[axis]] / weights[: missions.shape[axis]].sum()
        against = np.tensordot(missions, mixture, (axis, 0))
        assert found.against_mixture(side) == pytest.approx(against)
        for mean, values in zip(found.standings(side), against, strict=True):
            low, high = stats.ttest_1samp(values, 0).confidence_interval(0.95)
            assert (mean.mean, mean.low, mean.high) == pytest.approx((values.mean(), low, high))
        labels = [each.label for each in found.of(side)]
        for each in found.comparisons(side, labels[-1]):
            oracle = stats.ttest_rel(against[labels.index(each.agent)], against[-1])
            assert each.p == pytest.approx(oracle.pvalue, rel=1e-6)
            interval = oracle.confidence_interval(0.95)
            told = each.difference
            assert (told.low, told.high) == pytest.approx(tuple(interval), abs=1e-9)
            assert each.excludes_zero == (oracle.pvalue < 0.05)
            assert each.shown == (each.p_holm < 0.05)
        assert {each.agent for each in found.comparisons(side)} == set(labels[1:])


@given(P_VALUES)
def test_holm_is_the_closed_test_of_bonferroni(ps: list[float]) -> None:
    """A hypothesis holds where some intersection with it does: the definition of a closed test."""
    closed = [
        max(
            min(1.0, len(some) * min(ps[j] for j in some))
            for size in range(1, len(ps) + 1)
            for some in combinations(range(len(ps)), size)
            if i in some
        )
        for i in range(len(ps))
    ]
    assert holm(ps) == pytest.approx(closed)


def test_no_differences_and_constant_ones() -> None:
    values = [[0.25, 0.5, 0.75], [0.25, 0.5, 0.75], [0.5, 0.75, 1.0]]
    same, worse = compared(["base", "same", "worse"], values, "base")
    assert (same.p, same.shown) == (1.0, False)
    assert (worse.difference.mean, worse.p, worse.shown) == (0.25, 0.0, True)
    assert compared(["alone"], [[0.1, 0.2]], "alone") == []
    assert holm([]) == []


def test_what_one_of_many_comparisons_shows_alone_is_not_shown() -> None:
    rng = np.random.default_rng(3)
    base = rng.uniform(0.4, 0.6, 6)
    gap = np.array([0.01, 0.03, 0.0, 0.02, 0.025, 0.0])
    alone = compared(["base", "x"], [base, base + gap], "base")[0]
    assert 0.02 < alone.p < 0.05
    assert alone.shown
    others = rng.uniform(-0.02, 0.02, (4, 6))
    many = compared(
        ["base", "x", *"abcd"], [base, base + gap, *(base + each for each in others)], "base"
    )
    assert many[0].difference == alone.difference
    assert many[0].excludes_zero
    assert not many[0].shown


@given(SEEDS)
def test_wins_are_what_lies_above_par(seed: int) -> None:
    missions = tables(seed)
    cells = evaluation(missions, np.ones(5)).cells()
    for i, row in enumerate(cells):
        for j, cell in enumerate(row):
            above = [bool(each > 0.5) for each in missions[i, j]]
            assert cell.wins == pytest.approx(sum(above) / len(above))


def test_seeds_that_a_training_may_have_met() -> None:
    assert overlap(None, range(5)) == 0
    assert overlap((3, 100), range(5)) == 2
    assert overlap((0, 3), range(5)) == 4
    assert overlap((2**32, 2**62), range(100, 150)) == 0
