"""Against SciPy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from wargame.lab.statistics import adjusted, p_value, series

GAPS = st.lists(st.floats(-1, 1).map(lambda v: round(v, 4)), min_size=2, max_size=12)


@given(GAPS)
def test_p_values_are_those_of_the_paired_t_test(values: list[float]) -> None:
    if len(set(values)) == 1:
        assert p_value(values) == (1.0 if values[0] == 0 else 0.0)
        return
    assert p_value(values) == pytest.approx(stats.ttest_1samp(values, 0).pvalue, rel=1e-6)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_q_values_are_those_of_benjamini_and_hochberg(ps: list[float]) -> None:
    assert adjusted(ps) == pytest.approx(stats.false_discovery_control(ps).tolist())


@given(GAPS)
def test_intervals_are_students(values: list[float]) -> None:
    found = series(values)
    assert found.low is not None
    assert found.high is not None
    error = stats.sem(values)
    if error > 1e-12:
        low, high = stats.t.interval(0.95, len(values) - 1, loc=stats.tmean(values), scale=error)
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_one_seed_has_no_interval_and_no_test() -> None:
    assert series([0.4]) == ((0.4,), 0.4, None, None)
    with pytest.raises(ValueError, match="two"):
        p_value([0.4])
    assert adjusted([]) == []
