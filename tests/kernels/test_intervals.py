from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from wargame.kernels.intervals import Estimate, from_scalar, mean, proportion

counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(deadline=None)
@given(counts)
def test_wilson_equals_scipy(count: tuple[int, int]) -> None:
    successes, n = count
    theirs = stats.binomtest(successes, n).proportion_ci(0.95, method="wilson")
    ours = proportion(successes, n)
    assert ours.value == successes / n
    assert ours.low == pytest.approx(theirs.low, abs=1e-12)
    assert ours.high == pytest.approx(theirs.high, abs=1e-12)


@settings(deadline=None)
@given(counts)
def test_wilson_bounds_solve_the_score_equation(count: tuple[int, int]) -> None:
    successes, n = count
    estimate = proportion(successes, n)
    for bound in (estimate.low, estimate.high):
        if 0.0 < bound < 1.0:
            score = abs(estimate.value - bound) / math.sqrt(bound * (1 - bound) / n)
            assert score == pytest.approx(1.959963984540054, rel=1e-6)


@settings(deadline=None)
@given(counts)
def test_failures_mirror_successes(count: tuple[int, int]) -> None:
    successes, n = count
    one, other = proportion(successes, n), proportion(n - successes, n)
    assert one.low == pytest.approx(1.0 - other.high, abs=1e-12)


@pytest.mark.parametrize(("share", "n"), [(0.5, 50), (0.9, 100), (0.02, 300)])
def test_wilson_covers_about_95_percent(share: float, n: int) -> None:
    drawn = np.random.default_rng(0).binomial(n, share, size=4000)
    table = [proportion(k, n) for k in range(n + 1)]
    covered = np.mean([table[k].low <= share <= table[k].high for k in drawn])
    assert 0.92 < covered < 0.98


def test_t_interval_covers_95_percent_of_small_samples() -> None:
    samples = np.random.default_rng(0).normal(3.0, 2.0, size=(4000, 5))
    covered = np.mean([e.low <= 3.0 <= e.high for e in map(mean, samples)])
    assert covered == pytest.approx(0.95, abs=0.012)


def test_mean_equals_scipy() -> None:
    values = np.random.default_rng(1).normal(size=30)
    low, high = stats.t.interval(0.95, 29, loc=values.mean(), scale=stats.sem(values))
    estimate = mean(values)
    assert (estimate.low, estimate.high) == pytest.approx((low, high))
    assert estimate.n == 30


def test_edges() -> None:
    assert from_scalar(3) == Estimate(3.0, 3.0, 3.0, 0)
    assert proportion(0, 0) == Estimate(0.5, 0.0, 1.0, 0)
    assert mean([2.0]) == Estimate(2.0, -math.inf, math.inf, 1)
    assert mean([2.0, 2.0]) == Estimate(2.0, 2.0, 2.0, 2)
    with pytest.raises(ValueError, match="no values"):
        mean([])
    with pytest.raises(ValueError, match="successes"):
        proportion(3, 2)
    with pytest.raises(ValueError, match="interval"):
        Estimate(1.0, 2.0, 3.0, 1)


def test_importing_loads_neither_torch_nor_scipy() -> None:
    code = "import sys, wargame.kernels.intervals as i; i.proportion(1, 2); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "scipy"} & set(run.stdout.split())
