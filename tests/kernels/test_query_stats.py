from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import shapiro
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from wargame.kernels.query_stats import (
    calibrate_alarm,
    minimum_distances,
    query_alarm,
    without_outliers,
)

Session = tuple[np.ndarray, np.ndarray]


class Service:
    """A really trained classifier of digits, and natural sessions of queries to it."""

    def __init__(self) -> None:
        x, y = load_digits(return_X_y=True)
        self.x = x / 16.0
        self.model = LogisticRegression(max_iter=2000).fit(self.x[:500], y[:500])

    def answer(self, queries: np.ndarray) -> Session:
        return queries, self.model.predict(queries)

    def natural(self, rng: np.random.Generator, n: int = 200) -> Session:
        return self.answer(self.x[rng.choice(len(self.x), n, replace=False)])

    def jacobian(self, rng: np.random.Generator, n: int = 200, step: float = 0.1) -> Session:
        """Papernot's augmentation: from a few seeds, double by steps along the gradient's sign."""
        queries = self.x[rng.choice(len(self.x), 25, replace=False)]
        while len(queries) < n:
            direction = np.sign(self.model.coef_[self.model.predict(queries)])
            queries = np.concatenate([queries, np.clip(queries + step * direction, 0.0, 1.0)])
        return self.answer(queries[:n])

    def synthetic(self, rng: np.random.Generator, n: int = 200) -> Session:
        """Searches around one image, as decision-based attacks do."""
        start = self.x[rng.integers(len(self.x))]
        spread = rng.exponential(0.2, size=(n, 1))
        return self.answer(np.clip(start + spread * rng.normal(size=(n, 64)), 0.0, 1.0))


@pytest.fixture(scope="module")
def service() -> Service:
    return Service()


@pytest.fixture(scope="module")
def threshold(service: Service) -> float:
    rng = np.random.default_rng(0)
    return calibrate_alarm((service.natural(rng) for _ in range(100)), 0.05)


def test_natural_queries_pass_at_the_calibrated_rate(service: Service, threshold: float) -> None:
    rng = np.random.default_rng(1)
    alarms = [query_alarm(*service.natural(rng), threshold).alarm for _ in range(100)]
    assert np.mean(alarms) <= 0.13


@pytest.mark.parametrize("kind", ["jacobian", "synthetic"])
def test_queries_made_from_each_other_raise_the_alarm(
    service: Service, threshold: float, kind: str
) -> None:
    rng = np.random.default_rng(2)
    make = service.jacobian if kind == "jacobian" else service.synthetic
    alarms = [query_alarm(*make(rng), threshold).alarm for _ in range(20)]
    assert np.mean(alarms) >= 0.9


def test_distances_are_those_of_scipy_to_earlier_queries_of_the_class() -> None:
    rng = np.random.default_rng(3)
    x, classes = rng.normal(size=(1300, 7)) + 50.0, rng.integers(0, 3, 1300)
    whole = cdist(x, x)
    expected = []
    for i in range(1300):
        earlier = np.flatnonzero(classes[:i] == classes[i])
        if len(earlier):
            expected.append(whole[i, earlier].min())
    assert minimum_distances(x, classes) == pytest.approx(np.array(expected))
    assert len(minimum_distances(x)) == 1299


def test_the_statistic_is_shapiro_wilk_without_outliers() -> None:
    queries = np.cumsum(np.random.default_rng(4).normal(10, 1, size=300))[:, None]
    distances = np.diff(queries[:, 0])
    kept = distances[np.abs(distances - distances.mean()) <= 3 * distances.std()]
    assert without_outliers(minimum_distances(queries)) == pytest.approx(kept)
    report = query_alarm(queries, None, 0.9)
    assert report.w == pytest.approx(shapiro(kept).statistic)
    assert not report.alarm


def test_pixels_repeats_and_short_sessions() -> None:
    image = np.random.default_rng(5).integers(0, 256, (1, 8, 8, 3)).astype(np.uint8)
    repeated = query_alarm(np.repeat(image, 120, axis=0), None, 0.5)
    assert (repeated.w, repeated.alarm) == (0.0, True)
    short = query_alarm(np.zeros((4, 3)), None, 0.99)
    assert np.isnan(short.w)
    assert not short.alarm
    assert minimum_distances(np.zeros((0, 3))).shape == (0,)
    with pytest.raises(ValueError, match="calibration"):
        calibrate_alarm([], 0.1)
