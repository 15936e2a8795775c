"""Likeness of classes, held against scikit-learn's scaler, centroids and distances."""

from __future__ import annotations

import numpy as np
import pytest

from wargame.kernels.confusable import confusable, likeness

from .natural import natural_images

sklearn_metrics = pytest.importorskip("sklearn.metrics")
StandardScaler = pytest.importorskip("sklearn.preprocessing").StandardScaler
NearestCentroid = pytest.importorskip("sklearn.neighbors").NearestCentroid


def _scenes(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    images = natural_images(120, 12, rng)
    labels = rng.integers(0, 6, 120)
    channels = [images[..., channel].reshape(120, -1) for channel in range(3)]
    seen = np.stack([c.mean(1) for c in channels] + [c.std(1) for c in channels], axis=1)
    return images, labels, StandardScaler().fit_transform(seen)


@pytest.mark.parametrize("seed", range(3))
def test_likeness_is_the_distance_to_the_nearest_centroid_rule(seed: int) -> None:
    images, labels, seen = _scenes(seed)
    rule = NearestCentroid().fit(seen, labels)
    scores = likeness(images, labels, 6)
    distance = sklearn_metrics.pairwise_distances(seen, rule.centroids_)
    assert np.allclose(scores, -np.square(distance), atol=1e-9)
    assert np.array_equal(scores.argmax(1), rule.predict(seen))


@pytest.mark.parametrize("seed", range(3))
def test_the_twin_is_the_class_with_the_nearest_centroid(seed: int) -> None:
    images, labels, seen = _scenes(seed)
    centroids = NearestCentroid().fit(seen, labels).centroids_
    apart = sklearn_metrics.pairwise_distances(centroids)
    np.fill_diagonal(apart, np.inf)
    assert np.array_equal(confusable(likeness(images, labels, 6), labels), apart.argmin(1))


def test_classes_without_images_are_nobodys_twin() -> None:
    images, _, _ = _scenes(3)
    labels = np.where(np.arange(120) < 60, 1, 4)
    scores = likeness(images, labels, 6)
    assert np.isneginf(scores[:, [0, 2, 3, 5]]).all()
    twin = confusable(scores, labels)
    assert (twin[1], twin[4]) == (4, 1)
    alone = np.full(120, 5)
    assert confusable(likeness(images, alone, 6), alone)[5] == 0
    assert all(twin != np.arange(6))
