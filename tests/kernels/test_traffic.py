from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wargame.kernels.traffic import (
    AllOf,
    Arrivals,
    TokenBucket,
    flood_arrivals,
    merge,
    poisson_arrivals,
    serve,
    simulate,
)
from wargame.kernels.traffic_anomaly import AnomalyDetector, trailing_counts


def _wait(arrivals: Arrivals, capacity: float = 1.0) -> float:
    latency = serve(arrivals, capacity, queue_limit=10**9)
    return float(np.mean(latency - arrivals.cost / capacity))


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_mean_wait_is_that_of_m_d_1_and_m_m_1(load: float) -> None:
    rng = np.random.default_rng(0)
    arrivals = poisson_arrivals(100.0 * load, 1500.0, rng, cost=10.0)
    deterministic = load * 10.0 / (2 * (1 - load))
    assert _wait(arrivals) == pytest.approx(deterministic, rel=0.1)
    exponential = replace(arrivals, cost=rng.exponential(10.0, len(arrivals)))
    assert _wait(exponential) == pytest.approx(2 * deterministic, rel=0.12)
    # Twice the capacity at twice the cost is the same queue at half the scale.
    assert _wait(replace(arrivals, cost=arrivals.cost * 2), 2.0) == pytest.approx(_wait(arrivals))


@pytest.mark.parametrize(("load", "limit"), [(0.8, 3), (1.5, 5)])
def test_a_full_queue_refuses_as_often_as_m_m_1_k(load: float, limit: int) -> None:
    rng = np.random.default_rng(1)
    arrivals = poisson_arrivals(100.0 * load, 500.0, rng)
    arrivals = replace(arrivals, cost=rng.exponential(10.0, len(arrivals)))
    report = simulate(arrivals, queue_limit=limit)
    places = limit + 1
    blocked = (1 - load) * load**places / (1 - load ** (places + 1))
    assert report.refused_honest / len(arrivals) == pytest.approx(blocked, rel=0.06)
    assert report.utilisation == pytest.approx(load * (1 - blocked), rel=0.03)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32), st.floats(0.2, 4.0), st.integers(0, 20))
def test_every_request_is_counted_once_and_none_overtakes(
    seed: int, capacity: float, limit: int
) -> None:
    rng = np.random.default_rng(seed)
    honest = poisson_arrivals(60.0, 2.0, rng, clients=5, cost=9.0)
    traffic = merge(honest, flood_arrivals(90.0, 1.0, rng, bots=3, cost=4.0, start=0.5))
    report = simulate(traffic, capacity, limit)
    assert report.served_honest + report.refused_honest == len(honest)
    assert report.served_hostile + report.refused_hostile == 90
    assert 0.0 <= report.utilisation <= 1.0 + 1e-9
    latency = serve(traffic, capacity, limit)
    leaving = (traffic.time * 1e3 + latency)[~np.isnan(latency)]
    assert (np.diff(leaving) > 0).all()


@given(
    st.lists(st.floats(0, 3), min_size=1, max_size=80),
    st.floats(0.1, 20),
    st.integers(1, 6),
)
def test_a_bucket_never_lets_more_through_than_rate_and_burst(
    gaps: list[float], rate: float, burst: int
) -> None:
    bucket = TokenBucket(rate, burst)
    times = np.cumsum(gaps)
    passed = [float(t) for t in times if bucket.admit(float(t), 1)]
    assert passed[0] == times[0]
    for i, first in enumerate(passed):
        for j in range(i, len(passed)):
            assert j - i + 1 <= burst + rate * (passed[j] - first) + 1e-6
    # One client's tokens are no other's.
    assert bucket.admit(float(times[-1]), 2)


def test_a_flood_starves_honest_clients_and_a_bucket_frees_them() -> None:
    rng = np.random.default_rng(2)
    honest = poisson_arrivals(50.0, 10.0, rng, clients=25, cost=10.0)
    traffic = merge(honest, flood_arrivals(2000.0, 10.0, rng, bots=4, cost=10.0))
    alone = simulate(honest)
    open_door = simulate(traffic)
    limited = simulate(traffic, admit=TokenBucket(5.0, 10.0))
    assert alone.served_honest == len(honest)
    assert open_door.served_honest < 0.15 * len(honest)
    assert open_door.latency_p95 > 5 * alone.latency_p95
    assert limited.served_honest > 0.97 * len(honest)
    assert limited.served_hostile <= 4 * (10 + 5 * 10)


def test_the_detector_flags_bots_and_has_the_false_alarms_it_was_given() -> None:
    rng = np.random.default_rng(3)
    detector = AnomalyDetector.calibrate(poisson_arrivals(100.0, 60.0, rng, clients=25))
    honest = poisson_arrivals(100.0, 600.0, rng, clients=25)
    flood = flood_arrivals(500.0, 30.0, rng, bots=5)
    false_alarms = float(np.mean(detector.flag(honest)))
    # A client sends 4 requests/s: at its request the window holds 1 + Poisson(4) of them.
    over = 1.0 - sum(math.exp(-4) * 4**k / math.factorial(k) for k in range(int(detector.limit)))
    assert false_alarms == pytest.approx(over, rel=0.3)
    assert 0.0 < false_alarms < 0.1
    assert np.mean(detector.flag(flood)) > 0.95
    report = simulate(merge(honest, flood), 1.0, admit=AllOf(detector, TokenBucket(20.0, 20.0)))
    assert report.served_honest > 0.9 * len(honest)
    assert report.served_hostile < 0.1 * len(flood)


@settings(deadline=None)
@given(st.integers(0, 2**32), st.floats(0.05, 2.0))
def test_the_door_and_the_vectorised_detector_agree(seed: int, window: float) -> None:
    arrivals = poisson_arrivals(40.0, 3.0, np.random.default_rng(seed), clients=3)
    detector = AnomalyDetector(2.0, 1.0, window, 1.0)
    door = [
        detector.admit(t, c)
        for t, c in zip(arrivals.time.tolist(), arrivals.client.tolist(), strict=True)
    ]
    assert np.array_equal(~np.array(door, dtype=bool), detector.flag(arrivals))
    for i in range(len(arrivals)):
        same = arrivals.client[: i + 1] == arrivals.client[i]
        recent = arrivals.time[: i + 1] > arrivals.time[i] - window
        assert trailing_counts(arrivals, window)[i] == np.count_nonzero(same & recent)


def test_a_request_leaves_the_window_just_when_its_length_has_passed() -> None:
    time = np.array([0.0, 0.5, 1.0, 1.5])
    arrivals = Arrivals(time, np.zeros(4, dtype=np.int64), np.ones(4), np.zeros(4, dtype=bool))
    assert trailing_counts(arrivals, 1.0).tolist() == [1, 2, 2, 2]
    detector = AnomalyDetector(1.0, 1.0, 1.0, 0.5)
    assert [detector.admit(float(t), 0) for t in time] == [True, False, False, False]
    assert AnomalyDetector(1.0, 1.0, 0.5, 0.5).admit(9.0, 0)


def test_poisson_arrivals_have_the_rate_and_its_spread() -> None:
    rng = np.random.default_rng(4)
    counts = [len(poisson_arrivals(200.0, 1.0, rng)) for _ in range(400)]
    assert np.mean(counts) == pytest.approx(200, rel=0.02)
    assert np.var(counts) == pytest.approx(200, rel=0.25)
    arrivals = poisson_arrivals(200.0, 1.0, rng, start=5.0, first_client=7, clients=2)
    assert (np.diff(arrivals.time) >= 0).all()
    assert set(arrivals.client) == {7, 8}
    assert 5.0 <= arrivals.time[0] <= arrivals.time[-1] <= 6.0


def test_silence_is_reported_as_such_and_bad_settings_are_refused() -> None:
    nobody = poisson_arrivals(0.0, 1.0, np.random.default_rng(5))
    report = simulate(nobody)
    assert (report.served_honest, report.utilisation) == (0, 0.0)
    assert math.isnan(report.latency_p50)
    with pytest.raises(ValueError, match="capacity"):
        serve(nobody, 0.0)
    with pytest.raises(ValueError, match="rate"):
        TokenBucket(-1.0, 1.0)
    with pytest.raises(ValueError, match="calibration"):
        AnomalyDetector.calibrate(nobody)
    with pytest.raises(ValueError, match="window"):
        AnomalyDetector(1.0, 1.0, 0.0, 3.0)
