from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn

from models import strided_cnn
from tests.attacks.served import evaluation, labels, own, scores
from tests.kernels.victims import seeded, victim
from wargame.attacks.serve.fgsm import Fgsm
from wargame.attacks.serve.pgd import Pgd
from wargame.attacks.serve.square import Square
from wargame.attacks.serve.substitute import Substitute
from wargame.pipeline.access import WhiteBox
from wargame.stages import STRENGTHS, Strength

RADIUS = 40.0
"""Of 255: digits are 16 grey levels, so what fools them is larger than on photographs."""


def wrong(x: Tensor, y: Tensor) -> float:
    return float((victim()(x).argmax(1) != y).float().mean())


def white_box() -> WhiteBox:
    return WhiteBox(victim(), strided_cnn.features)


@pytest.mark.parametrize(
    "card",
    [Fgsm.at(Strength.MEDIUM, {"epsilon": RADIUS}), Pgd.at(Strength.MEDIUM, {"epsilon": RADIUS})],
)
def test_gradients_fool_more_than_noise_within_the_radius(card: Fgsm | Pgd) -> None:
    x, y = evaluation()
    moved = card.evade(white_box(), x, y, own(), seeded(0))
    noise = torch.randint(0, 2, x.shape, generator=seeded(1)) * 2 - 1
    noisy = (x + noise * RADIUS / 255).clamp(0, 1)
    assert float((moved - x).abs().max()) <= RADIUS / 255 + 1e-6
    assert wrong(moved, y) > wrong(noisy, y) + 0.3


def test_pgd_fools_at_least_as_much_as_one_step() -> None:
    x, y = evaluation()
    one = Fgsm.at(Strength.MEDIUM, {"epsilon": 20}).evade(white_box(), x, y, own(), seeded(0))
    many = Pgd.at(Strength.MEDIUM, {"epsilon": 20, "steps": 20}).evade(
        white_box(), x, y, own(), seeded(0)
    )
    assert wrong(many, y) >= wrong(one, y)


def test_square_fools_with_scores_alone_and_pays_for_each_query() -> None:
    x, y = evaluation()
    oracle = scores()
    moved = Square.at(Strength.MEDIUM, {"epsilon": RADIUS, "queries": 30}).evade(
        oracle, x, y, own(), seeded(0)
    )
    assert float((moved - x).abs().max()) <= RADIUS / 255 + 1e-6
    assert wrong(moved, y) > wrong(x, y) + 0.2
    assert len(x) < oracle.asked <= 30 * len(x)


def test_square_leaves_the_tiles_alone_when_every_query_is_refused() -> None:
    x, y = evaluation()
    oracle = scores(quota=0)
    assert torch.equal(
        Square.at(Strength.MEDIUM, {"queries": 5}).evade(oracle, x, y, own(), seeded(0)), x
    )
    assert oracle.refused == oracle.asked > 0


def test_stand_in_transfers_better_than_noise() -> None:
    x, y = evaluation()
    oracle = labels()
    card = Substitute.at(Strength.MEDIUM, {"epsilon": RADIUS, "tiles": 150, "smoothing": 1})
    moved = card.evade(oracle, x, y, own(), seeded(0))
    signs = torch.randint(0, 2, x.shape, generator=seeded(1)) * 2 - 1
    noisy = (x + signs * RADIUS / 255).clamp(0, 1)
    assert oracle.asked == 300
    assert float((moved - x).abs().max()) <= RADIUS / 255 + 1e-6
    assert wrong(moved, y) > wrong(noisy, y) + 0.1


def test_stand_in_learns_only_what_was_answered() -> None:
    x, y = evaluation()
    assert torch.equal(
        Substitute.at(Strength.MEDIUM).evade(labels(quota=0), x, y, own(), seeded(0)), x
    )
    limited = labels(quota=60)
    moved = Substitute.at(Strength.MEDIUM, {"epsilon": RADIUS, "tiles": 50}).evade(
        limited, x, y, own(), seeded(0)
    )
    assert limited.refused == 40
    assert not torch.equal(moved, x)


@pytest.mark.parametrize("kind", [Fgsm, Pgd, Square, Substitute])
def test_strengths_grow_in_radius_or_queries(kind: type[Fgsm]) -> None:
    at = [kind.at(strength).knobs() for strength in STRENGTHS]
    for light, heavy in pairwise(at):
        assert heavy["epsilon"] >= light["epsilon"]
        assert heavy != light


@pytest.mark.parametrize(
    "card",
    [
        Fgsm.at(Strength.MEDIUM),
        Pgd.at(Strength.MEDIUM),
        Square.at(Strength.MEDIUM),
        Substitute.at(Strength.MEDIUM),
    ],
)
def test_refuses_the_wrong_access(card: Fgsm) -> None:
    x, y = evaluation()
    wrong_access = (
        labels() if card.needs != "api-label" else WhiteBox(nn.Identity(), lambda m, t: t)
    )
    with pytest.raises(TypeError, match="needs"):
        card.evade(wrong_access, x, y, own(), seeded(0))
