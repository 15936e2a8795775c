from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

from wargame.kernels.labels import random_flip
from wargame.kernels.neighbours import knn_disagreement, nearest, relabel


def _digits(n: int) -> tuple[np.ndarray, np.ndarray]:
    x, y = load_digits(return_X_y=True)
    # A little noise, so that no two distances are equal and every method must agree.
    return x[:n] + np.random.default_rng(0).normal(scale=0.01, size=(n, x.shape[1])), y[:n]


def test_disagreement_matches_scikit_learn_on_new_records() -> None:
    x, y = _digits(700)
    oracle = KNeighborsClassifier(9).fit(x[:500], y[:500])
    expected = 1.0 - oracle.predict_proba(x[500:])[np.arange(200), y[500:]]
    ours = knn_disagreement(x[:500], y[:500], x[500:], y[500:], 9)
    assert ours == pytest.approx(expected, abs=1e-12)


def test_self_is_excluded_as_scikit_learn_does_far_from_the_origin() -> None:
    x, y = _digits(1300)
    x = x + 1e5
    found = nearest(x, x, 5, np.arange(1300))
    oracle = KNeighborsClassifier(5).fit(x, y).kneighbors(return_distance=False)
    assert np.array_equal(np.sort(found, axis=1), np.sort(oracle, axis=1))


def test_only_known_records_leave_themselves_out() -> None:
    x = np.array([[0.0], [1.0], [10.0]])
    found = nearest(x, x[:2], 1, np.array([-1, 1]))
    assert found.ravel().tolist() == [0, 0]
    with pytest.raises(ValueError, match="k must"):
        nearest(x, x, 3, np.arange(3))


def test_relabel_repairs_most_flipped_labels_and_few_others() -> None:
    x, y = _digits(600)
    flips = random_flip(y, 10, 90, np.random.default_rng(2))
    poisoned = flips.apply(y)
    result = relabel(x, poisoned, x, poisoned, 10, min_share=0.5, self_index=np.arange(600))
    assert np.mean(result.labels[flips.index] == y[flips.index]) > 0.9
    assert np.count_nonzero(result.labels != y) < 0.2 * len(flips.index)
    assert np.array_equal(result.changed, result.labels != poisoned)


def test_relabel_agrees_with_scikit_learn_votes_and_honours_min_share() -> None:
    x, y = _digits(700)
    votes = KNeighborsClassifier(7).fit(x[:500], y[:500]).predict_proba(x[500:])
    wrong = (y[500:] + 1) % 10
    for share in (0.5, 0.8, 1.0):
        ours = relabel(x[:500], y[:500], x[500:], wrong, 7, min_share=share)
        sure = votes.max(axis=1) >= share - 1e-9
        assert np.array_equal(ours.changed, sure & (votes[np.arange(200), wrong] < votes.max(1)))
        assert np.array_equal(ours.labels[ours.changed], votes.argmax(1)[ours.changed])
