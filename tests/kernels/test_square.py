from __future__ import annotations

import numpy as np
import pytest
import torch
from art.attacks.evasion import SquareAttack
from art.estimators.classification import PyTorchClassifier
from torch import Tensor, nn

from tests.kernels.victims import accuracy, seeded, unseen, victim
from wargame.kernels.square import square, square_side
from wargame.kernels.training import predict_probs

EPSILON = 0.12


class Service:
    """Answers with probabilities, counts its work, and refuses at random if told to."""

    def __init__(self, refused: float = 0.0) -> None:
        self.calls, self.rows, self.refused, self.dice = 0, 0, refused, seeded(9)

    def __call__(self, x: Tensor) -> Tensor:
        self.calls, self.rows = self.calls + 1, self.rows + len(x)
        probabilities = predict_probs(victim(), x)
        probabilities[torch.rand(len(x), generator=self.dice) < self.refused] = torch.nan
        return probabilities


def test_success_is_what_the_model_says_and_stays_in_the_ball() -> None:
    x, y = unseen(200)
    service = Service()
    found = square(service, x, y, EPSILON, max_queries=100, generator=seeded(0))
    wrong = victim()(found.x_adv).argmax(dim=1) != y
    assert torch.equal(found.success, wrong)
    assert float((found.x_adv - x).abs().max()) <= EPSILON + 1e-6
    assert 0.0 <= float(found.x_adv.min()) <= float(found.x_adv.max()) <= 1.0
    assert int(found.queries_used.sum()) == service.rows


def test_finds_as_many_as_art_for_the_same_budget() -> None:
    x, y = unseen(200)
    budget = 80
    found = square(Service(), x, y, EPSILON, max_queries=budget, generator=seeded(0))
    wrapped = PyTorchClassifier(
        nn.Sequential(victim(), nn.Softmax(dim=1)), loss=nn.CrossEntropyLoss(),
        input_shape=(1, 8, 8), nb_classes=10, clip_values=(0.0, 1.0), device_type="cpu",
    )  # fmt: skip
    np.random.seed(0)  # the peer draws from the global generator only
    attack = SquareAttack(wrapped, eps=EPSILON, max_iter=budget, nb_restarts=1, verbose=False)
    theirs = attack.generate(x.numpy(), np.eye(10, dtype=np.float32)[y])
    ours = float(found.success.float().mean())
    peer = 1.0 - accuracy(victim(), torch.from_numpy(theirs), y)
    spread = 3.0 * (2 * 0.25 / len(x)) ** 0.5
    assert ours > 1.0 - accuracy(victim(), x, y) + 0.1, "the attack must do something here"
    assert abs(ours - peer) < spread, (ours, peer)


def test_a_silent_service_teaches_nothing() -> None:
    x, y = unseen(10)
    found = square(lambda _: None, x, y, EPSILON, max_queries=7, generator=seeded(0))
    assert torch.equal(found.x_adv, x)
    assert not found.success.any()
    assert found.queries_used.tolist() == [7] * 10


def test_refusals_cost_success_but_never_count_as_one() -> None:
    x, y = unseen(200)
    free = square(Service(), x, y, EPSILON, max_queries=60, generator=seeded(0))
    limited = square(Service(0.8), x, y, EPSILON, max_queries=60, generator=seeded(0))
    assert int(limited.success.sum()) < int(free.success.sum())
    wrong = victim()(limited.x_adv).argmax(dim=1) != y
    assert bool(wrong[limited.success].all())


def test_images_already_wrong_cost_one_query_and_are_left_alone() -> None:
    x, y = unseen(100)
    relabelled = (y + 1) % 10
    found = square(Service(), x, relabelled, EPSILON, max_queries=5, generator=seeded(0))
    wrong = victim()(x).argmax(dim=1) != relabelled
    assert bool((found.queries_used[wrong] == 1).all())
    assert torch.equal(found.x_adv[wrong], x[wrong])


def test_the_same_generator_gives_the_same_search() -> None:
    x, y = unseen(30)
    first, again, other = (
        square(Service(), x, y, EPSILON, max_queries=20, generator=seeded(s)).x_adv
        for s in (3, 3, 4)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_sides_follow_the_published_schedule() -> None:
    # Shares 0.8 / 2**k at the marks of the authors' code, for 10,000 queries on 32 x 32.
    expected = {
        5: 29,
        30: 20,
        100: 14,
        300: 10,
        800: 7,
        1500: 5,
        3000: 4,
        5000: 3,
        7000: 2,
        9000: 1,
    }
    assert {step: square_side(step, 10_000, 32, 32) for step in expected} == expected


def test_a_negative_budget_is_refused() -> None:
    x, y = unseen(1)
    with pytest.raises(ValueError, match="max_queries"):
        square(Service(), x, y, EPSILON, max_queries=-1, generator=seeded(0))
