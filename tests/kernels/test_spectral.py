from __future__ import annotations

import numpy as np
import pytest

from wargame.kernels.spectral import spectral_scores, suspects, top_direction


@pytest.mark.parametrize(("rows", "columns"), [(40, 6), (6, 40)])
def test_scores_of_rank_one_data_are_the_squared_coordinates(rows: int, columns: int) -> None:
    rng = np.random.default_rng(0)
    along = rng.normal(size=rows)
    unit = rng.normal(size=columns)
    unit /= np.linalg.norm(unit)
    features = np.outer(along, unit) + rng.normal(size=columns) * 100
    scores = spectral_scores(features, np.zeros(rows, dtype=np.int64), 1)
    assert scores == pytest.approx((along - along.mean()) ** 2, abs=1e-9)


@pytest.mark.parametrize(("rows", "columns"), [(30, 12), (12, 30)])
def test_the_direction_is_that_of_the_singular_value_decomposition(rows: int, columns: int) -> None:
    x = np.random.default_rng(1).normal(size=(rows, columns))
    expected = np.linalg.svd(x)[2][0]
    assert abs(float(top_direction(x) @ expected)) == pytest.approx(1.0)


def test_scores_equal_those_of_art() -> None:
    art = pytest.importorskip("art.defences.detector.poison")
    x = np.random.default_rng(2).normal(size=(50, 8))
    # ART centres before it looks for the direction, but not before it projects.
    x -= x.mean(axis=0)
    ours = spectral_scores(x, np.zeros(50, dtype=np.int64), 1)
    theirs = art.SpectralSignatureDefense.spectral_signature_scores(x).ravel()
    # ART reports the length of the projection; the paper, and we, its square.
    assert ours == pytest.approx(theirs**2)


def test_a_hidden_cluster_is_found_and_clean_classes_pay_as_much() -> None:
    rng = np.random.default_rng(3)
    features = rng.normal(size=(400, 16))
    labels = np.repeat([0, 1], 200)
    poison = np.arange(20)
    features[poison] += 2.0 * np.ones(16)
    marked = suspects(spectral_scores(features, labels, 2), labels, 2, 0.1)
    assert marked[poison].all()
    assert np.bincount(labels[marked]).tolist() == [30, 30]


def test_degenerate_classes_score_zero() -> None:
    features = np.ones((4, 3))
    scores = spectral_scores(features, np.array([0, 0, 0, 1]), 3)
    assert scores.tolist() == [0.0] * 4
    with pytest.raises(ValueError, match="expected_share"):
        suspects(scores, np.zeros(4, dtype=np.int64), 1, 1.5)
