from __future__ import annotations

import numpy as np
import pytest
import torch

from wargame.defences.serve.api_authentication import ApiAuthentication
from wargame.defences.serve.feature_squeezing import FeatureSqueezing
from wargame.defences.serve.output_perturbation import OutputPerturbation
from wargame.defences.serve.query_monitor import QueryMonitor
from wargame.defences.serve.rate_limit import RateLimit
from wargame.defences.serve.traffic_monitor import TrafficMonitor
from wargame.kernels.traffic import flood_arrivals, poisson_arrivals
from wargame.pipeline.arrivals import Arrivals, merged
from wargame.pipeline.serve import Desk
from wargame.stages import STRENGTHS, Strength


def _generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def _predict(x: torch.Tensor) -> torch.Tensor:
    """Steep in the mean grey level; NaN rows for black tiles, as an inner guard would refuse."""
    level = x.mean((1, 2, 3))
    answers = torch.stack([level * 40, 20 - level * 40, torch.zeros_like(level)], 1).softmax(1)
    return torch.where((level == 0)[:, None], torch.nan, answers)


TILES = torch.rand((400, 3, 8, 8), generator=_generator())


@pytest.mark.parametrize("strength", STRENGTHS)
def test_squeezing_refuses_the_stated_share_and_counts_its_passes(strength: Strength) -> None:
    card = FeatureSqueezing.at(strength)
    asked = 0

    def counted(x: torch.Tensor) -> torch.Tensor:
        nonlocal asked
        asked += len(x)
        return _predict(x)

    threshold = card.calibrate(_predict, TILES[:200], _generator())
    answers = card.answer(counted, TILES[200:], threshold, _generator())
    assert abs(float(answers[:, 0].isnan().float().mean()) - card.false_alarm) < 0.06
    assert asked == card.passes * 200


@pytest.mark.parametrize("size", [(1, 1), (1, 7)])
@pytest.mark.parametrize("strength", STRENGTHS)
def test_tiles_smaller_than_the_window_are_squeezed_too(
    strength: Strength, size: tuple[int, int]
) -> None:
    card, tiles = FeatureSqueezing.at(strength), TILES[:, :, : size[0], : size[1]]
    threshold = card.calibrate(_predict, tiles[:200], _generator())
    answers = card.answer(_predict, tiles[200:], threshold, _generator())
    assert not answers[:, 0].isnan().all()


def test_an_answer_that_hangs_on_single_pixels_is_refused() -> None:
    calm = torch.full((100, 3, 8, 8), 0.5) + 0.02 * TILES[:100]

    def fragile(x: torch.Tensor) -> torch.Tensor:
        spike = (x.amax((1, 2, 3)) > 0.9).float()
        return torch.stack([spike, 1 - spike], 1)

    card = FeatureSqueezing.at(Strength.MEDIUM)
    threshold = card.calibrate(fragile, calm, _generator())
    attacked = calm.clone()
    attacked[:, :, 4, 4] = 1.0
    assert card.answer(fragile, attacked, threshold, _generator()).isnan().all()
    assert not card.answer(fragile, calm, threshold, _generator()).isnan().any()


@pytest.mark.parametrize("strength", STRENGTHS)
def test_perturbed_answers_tell_less_and_name_the_same_class(strength: Strength) -> None:
    card = OutputPerturbation.at(strength)
    x = torch.cat([TILES[:50] * torch.linspace(0.2, 1, 50)[:, None, None, None], TILES[:1] * 0])
    plain, told = _predict(x), card.answer(_predict, x, 0.0, _generator())
    assert told[-1].isnan().all()
    assert len(told[:-1].unique(dim=0)) < len(plain[:-1].unique(dim=0))
    top = plain[:-1].max(1)
    margin = top.values - plain[:-1].topk(2).values[:, 1] > 0.11
    assert torch.equal(told[:-1].argmax(1)[margin], top.indices[margin])


def test_the_label_form_is_one_hot() -> None:
    told = OutputPerturbation.at(Strength.HEAVY).answer(_predict, TILES, 0.0, _generator())
    assert torch.equal(told, torch.nn.functional.one_hot(told.argmax(1), 3).float())


def _arrivals(requests: object, *, signed: bool) -> Arrivals:
    from wargame.kernels.traffic import Arrivals as Requests

    assert isinstance(requests, Requests)
    return Arrivals(requests, np.full(len(requests), signed))


def _honest(seed: int, rate: float = 20.0) -> Arrivals:
    rng = np.random.default_rng(seed)
    return _arrivals(poisson_arrivals(rate, 60.0, rng, clients=20), signed=True)


def _flood() -> Arrivals:
    return _arrivals(flood_arrivals(200.0, 60.0, np.random.default_rng(1), bots=4), signed=False)


@pytest.mark.parametrize("card", [RateLimit, TrafficMonitor])
@pytest.mark.parametrize("strength", STRENGTHS)
def test_a_flood_is_cut_and_ordinary_traffic_mostly_passes(
    card: type[RateLimit | TrafficMonitor], strength: Strength
) -> None:
    guard, both = card.at(strength), merged([_honest(2), _flood()])[0]
    admitted, alarm, _ = guard.admit(both, _honest(3))
    hostile = both.requests.hostile
    assert alarm
    assert admitted[hostile].mean() < 0.2
    assert admitted[~hostile].mean() > 0.6
    assert not guard.admit(_honest(4), _honest(3))[1]


@pytest.mark.parametrize("card", [RateLimit, TrafficMonitor])
def test_stricter_refuses_more_honest_requests(card: type[RateLimit | TrafficMonitor]) -> None:
    busy, ordinary = _honest(5, rate=50.0), _honest(6)
    shares = [card.at(each).admit(busy, ordinary)[0].mean() for each in STRENGTHS]
    assert shares[0] > shares[1] > shares[2]


def test_a_key_never_gets_more_than_rate_and_burst_allow() -> None:
    guard, flood = RateLimit.at(Strength.MEDIUM), _flood()
    admitted, _, _ = guard.admit(flood, _honest(3))
    for bot in np.unique(flood.requests.client):
        count = int(admitted[flood.requests.client == bot].sum())
        assert count <= guard.burst + guard.rate * 60.0 + 1


def test_only_signed_requests_pass() -> None:
    both = merged([_honest(2), _flood()])[0]
    admitted, alarm, _ = ApiAuthentication.at(Strength.LIGHT).admit(both, _honest(3))
    assert np.array_equal(admitted, ~both.requests.hostile)
    assert alarm


NATURE = np.random.default_rng(9).normal(size=(500, 30)).astype(np.float32)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_near_copies_are_noticed_and_nature_is_not(strength: Strength) -> None:
    card = QueryMonitor.at(strength)
    judge = card.monitor(NATURE[:100])
    assert judge is not None
    rng = np.random.default_rng(10)
    seeds = NATURE[100:130]
    search = np.concatenate(
        [seeds + 0.01 * rng.normal(size=seeds.shape).astype(np.float32) for _ in range(4)]
    )
    assert judge.suspects(search)
    sessions = [NATURE[100 + 10 * at : 200 + 10 * at] for at in range(30)]
    false = np.mean([judge.suspects(session) for session in sessions])
    assert false <= 3 * card.false_alarm + 0.05


def test_a_desk_holds_each_key_to_its_quota_and_blocks_keys_one_by_one() -> None:
    desk = Desk({}, {"rate_limit": 10}, 3)
    assert desk.passes(NATURE[:25]) == 25
    assert desk.passes(NATURE[:25]) == 5
    assert desk.blocked == {"rate_limit": 3}
    assert desk.passes(NATURE[:1]) == 0
