from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, permutation_test

from wargame.kernels.drift import (
    class_mean,
    class_shift_tests,
    drift_fraction,
    drift_target_shift,
    drifted,
    largest_mean_shift,
    mean_shift_test,
)


def _images(seed: int, n: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 6, 6, 3)).astype(np.uint8)


@given(st.floats(0, 1))
def test_the_mean_moves_by_just_the_fraction(fraction: float) -> None:
    images, anchor = _images(0, 8), _images(1, 1)
    moved = drifted(images, anchor, fraction)
    expected = images + fraction * (anchor.astype(float) - images)
    assert np.abs(moved - expected).max() <= 0.5 + 1e-4


def test_drift_moves_one_class_only_and_ends_at_the_anchors() -> None:
    images, labels = _images(2, 30), np.arange(30) % 3
    anchors = _images(3, 4)
    shifted, moved = drift_target_shift(images, labels, 1, anchors, 1.0, np.random.default_rng(0))
    assert (labels[moved] == 1).all()
    assert len(moved) == 10
    rest = labels != 1
    assert np.array_equal(shifted[rest], images[rest])
    assert all((anchors == image).all(axis=(1, 2, 3)).any() for image in shifted[moved])


def test_the_schedule_grows_to_its_ceiling() -> None:
    steps = [drift_fraction(r, 0.15, 0.5) for r in range(5)]
    assert steps == pytest.approx([0.15, 0.3, 0.45, 0.5, 0.5])


def test_class_mean_is_the_mean() -> None:
    images, labels = _images(4, 20), np.arange(20) % 2
    expected = np.rint(images[labels == 1].mean(axis=0))
    assert np.array_equal(class_mean(images, labels, 1)[0], expected)
    with pytest.raises(ValueError, match="class 7"):
        class_mean(images, labels, 7)


def test_one_feature_agrees_with_scipy_permutation_test() -> None:
    rng = np.random.default_rng(5)
    reference, batch = rng.normal(size=(40, 1)), rng.normal(0.1, 1.0, size=(25, 1))

    def gap(a: np.ndarray, b: np.ndarray, axis: int) -> np.ndarray:
        return np.asarray(np.abs(a.mean(axis=axis) - b.mean(axis=axis)))

    oracle = permutation_test(
        (reference[:, 0], batch[:, 0]),
        gap,
        vectorized=True,
        n_resamples=4000,
        alternative="greater",
        rng=np.random.default_rng(6),
    )
    ours = mean_shift_test(reference, batch, rng, permutations=4000)
    assert ours == pytest.approx(oracle.pvalue, abs=0.025)
    assert 0.01 < ours < 0.5


def test_false_alarms_keep_to_their_level_with_many_correlated_features() -> None:
    rng = np.random.default_rng(7)
    mixing = rng.normal(size=(20, 20))
    alarms = sum(
        mean_shift_test(
            rng.normal(size=(60, 20)) @ mixing, rng.normal(size=(30, 20)) @ mixing, rng, 99
        )
        <= 0.1
        for _ in range(200)
    )
    low, high = binom.ppf([0.001, 0.999], 200, 0.1)
    assert low <= alarms <= high


def test_a_shift_of_one_feature_is_found() -> None:
    rng = np.random.default_rng(8)
    reference, batch = rng.normal(size=(200, 30)), rng.normal(size=(100, 30))
    batch[:, 4] += 0.8
    assert mean_shift_test(reference, batch, rng, 199) == pytest.approx(1 / 200)
    assert 0.5 < largest_mean_shift(reference, batch) < 1.1


def test_constant_features_and_empty_sides() -> None:
    rng = np.random.default_rng(9)
    assert mean_shift_test(np.ones((5, 3)), np.ones((4, 3)), rng, 19) == 1.0
    with pytest.raises(ValueError, match="both sides"):
        mean_shift_test(np.ones((0, 3)), np.ones((4, 3)), rng)


def test_drift_of_one_class_shows_within_it_though_the_whole_batch_hides_it() -> None:
    rng = np.random.default_rng(10)
    labels = np.arange(300) % 10
    reference, batch = rng.normal(size=(300, 20)), rng.normal(size=(300, 20))
    batch[labels == 6, 0] += 1.5
    within = class_shift_tests((reference, labels), (batch, labels), 11, rng, 999)
    assert within[6] <= 0.05 / 10
    assert np.nanargmin(within) == 6
    assert np.isnan(within[10])
    assert mean_shift_test(reference, batch, rng, 999) > 0.05 / 10
