from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from wargame.kernels.labels import (
    harmful_flip,
    margins,
    most_harmful_order,
    pairwise_flip,
    random_flip,
)


@given(st.integers(0, 40), st.integers(0, 60), st.integers(2, 7), st.integers(0, 2**32))
def test_random_flip_changes_just_the_asked_number_to_other_classes(
    n: int, count: int, n_classes: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_classes, n)
    flipped = random_flip(y, n_classes, count, rng).apply(y)
    assert np.count_nonzero(flipped != y) == min(n, count)
    assert ((flipped >= 0) & (flipped < n_classes)).all()


def test_random_flip_is_uniform_over_the_other_classes_and_repeatable() -> None:
    y = np.zeros(6000, dtype=np.int64)
    flips = random_flip(y, 5, 6000, np.random.default_rng(1))
    counts = np.bincount(flips.label, minlength=5)
    assert counts[0] == 0
    assert chisquare(counts[1:]).pvalue > 0.001
    again = random_flip(y, 5, 6000, np.random.default_rng(1))
    assert np.array_equal(flips.label, again.label)


def test_pairwise_flip_follows_the_map_and_no_other_class() -> None:
    y = np.repeat(np.arange(4, dtype=np.uint8), 10)
    flips = pairwise_flip(y, {0: 2, 3: 1}, 100, np.random.default_rng(0))
    changed = flips.apply(y)
    assert changed.dtype == y.dtype
    assert list(changed) == [2] * 10 + [1] * 10 + [2] * 10 + [1] * 10
    few = pairwise_flip(y, {0: 2}, 3, np.random.default_rng(0))
    assert len(few.index) == 3
    assert (y[few.index] == 0).all()
    with pytest.raises(ValueError, match="itself"):
        pairwise_flip(y, {1: 1}, 1, np.random.default_rng(0))


def test_harmful_flip_takes_the_surest_records_to_their_least_likely_class() -> None:
    scores = np.array([[0.9, 0.1, 0.0], [0.4, 0.5, 0.1], [0.0, 0.2, 0.8], [0.2, 0.1, 0.7]])
    y = np.array([0, 0, 2, 2])
    assert margins(scores, y) == pytest.approx([0.8, -0.1, 0.6, 0.5])
    assert list(most_harmful_order(margins(scores, y))) == [0, 2, 3, 1]
    flips = harmful_flip(y, scores, 3)
    assert list(flips.index) == [0, 2, 3]
    assert list(flips.label) == [2, 0, 1]


def test_harmful_flip_hurts_a_model_more_than_random_flips_do() -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    datasets = pytest.importorskip("sklearn.datasets")
    x, y = datasets.load_digits(return_X_y=True)
    x = x / 16.0
    train, test = slice(0, 600), slice(900, 1797)

    def accuracy(labels: np.ndarray) -> float:
        model = linear.LogisticRegression(max_iter=2000).fit(x[train], labels)
        return float(model.score(x[test], y[test]))

    clean = linear.LogisticRegression(max_iter=2000).fit(x[train], y[train])
    harmful = harmful_flip(y[train], clean.decision_function(x[train]), 150).apply(y[train])
    blind = [
        random_flip(y[train], 10, 150, np.random.default_rng(s)).apply(y[train]) for s in range(3)
    ]
    assert accuracy(harmful) < min(accuracy(labels) for labels in blind)
    assert max(accuracy(labels) for labels in blind) < accuracy(y[train])


def test_negative_counts_and_single_classes_are_refused() -> None:
    with pytest.raises(ValueError, match="count"):
        random_flip(np.zeros(3, dtype=np.int64), 2, -1, np.random.default_rng(0))
    with pytest.raises(ValueError, match="two classes"):
        random_flip(np.zeros(3, dtype=np.int64), 1, 1, np.random.default_rng(0))
