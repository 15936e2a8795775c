from __future__ import annotations

import numpy as np
import pytest

from wargame.attacks.serve.request_flood import RequestFlood
from wargame.attacks.serve.unauthorized_api import UnauthorizedApi
from wargame.kernels import traffic
from wargame.pipeline.access import FrontDoor
from wargame.pipeline.arrivals import Arrivals
from wargame.stages import STRENGTHS, Strength

DOOR = FrontDoor(honest_rate=20.0, stolen_keys=3, pass_ms=10.0)
SECONDS = 200.0


def sent(card: RequestFlood | UnauthorizedApi, door: FrontDoor = DOOR) -> Arrivals:
    return card.traffic(door, SECONDS, np.random.default_rng(0))


@pytest.mark.parametrize("strength", STRENGTHS)
def test_flood_takes_more_than_its_share_of_a_server_that_never_rests(strength: Strength) -> None:
    card = RequestFlood.at(strength)
    flood = sent(card)
    honest = traffic.poisson_arrivals(
        DOOR.honest_rate, SECONDS, np.random.default_rng(1), cost=DOOR.pass_ms
    )
    both = traffic.merge(flood.requests, honest)
    served = ~np.isnan(traffic.serve(both, queue_limit=50))
    capacity, offered = 1e3 / DOOR.pass_ms, (card.rate + 1) * DOOR.honest_rate
    # The server never rests, so it serves its capacity; a stream steadier than honest traffic
    # takes each place that falls free first, so honest requests get less than their proportion.
    assert served.sum() == pytest.approx(capacity * SECONDS, rel=0.03)
    assert 0.2 * capacity / offered < served[~both.hostile].mean() < capacity / offered


@pytest.mark.parametrize("strength", STRENGTHS)
def test_flood_comes_unsigned_from_strangers_who_share_it(strength: Strength) -> None:
    card = RequestFlood.at(strength)
    flood = sent(card)
    assert len(flood) == int(card.rate * DOOR.honest_rate * SECONDS)
    assert flood.requests.hostile.all()
    assert not flood.signed.any()
    clients, counts = np.unique(flood.requests.client, return_counts=True)
    assert clients.min() >= 1_000_000
    assert len(clients) == card.bots
    assert np.ptp(counts) <= 1


@pytest.mark.parametrize("strength", STRENGTHS)
def test_stolen_keys_are_real_drones_used_at_the_rate(strength: Strength) -> None:
    card = UnauthorizedApi.at(strength)
    calls = sent(card)
    expected = card.rate * DOOR.honest_rate * SECONDS
    assert abs(len(calls) - expected) < 5 * np.sqrt(expected)
    assert set(calls.requests.client.tolist()) == {0, 1, 2}
    assert calls.requests.hostile.all()
    assert not calls.signed.any()
    assert (np.diff(calls.requests.time) >= 0).all()


def test_no_stolen_key_no_call() -> None:
    assert len(sent(UnauthorizedApi.at(Strength.MEDIUM), FrontDoor(20.0, 0, 10.0))) == 0
