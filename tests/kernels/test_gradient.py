from __future__ import annotations

import numpy as np
import pytest
import torch
from art.attacks.evasion import ProjectedGradientDescentPyTorch
from art.estimators.classification import PyTorchClassifier
from foolbox.attacks.fast_gradient_method import LinfFastGradientAttack
from foolbox.attacks.projected_gradient_descent import LinfProjectedGradientDescentAttack
from foolbox.models.pytorch import PyTorchModel
from torch import nn

from tests.kernels.victims import accuracy, seeded, unseen, victim
from wargame.kernels.gradient import CHUNK, fgsm, frozen, input_gradient, pgd

EPSILON = 0.15


@pytest.fixture(scope="module")
def peer() -> PyTorchModel:
    return PyTorchModel(victim(), bounds=(0, 1), device="cpu")


def test_fgsm_equals_foolbox(peer: PyTorchModel) -> None:
    x, y = unseen(300)
    assert len(x) > CHUNK, "the test must cross a chunk"
    theirs = LinfFastGradientAttack()(peer, x, y, epsilons=EPSILON)[1]
    torch.testing.assert_close(fgsm(victim(), x, y, EPSILON), theirs, atol=1e-5, rtol=0)


def test_pgd_equals_foolbox(peer: PyTorchModel) -> None:
    x, y = unseen(300)
    attack = LinfProjectedGradientDescentAttack(abs_stepsize=0.03, steps=8, random_start=False)
    theirs = attack(peer, x, y, epsilons=EPSILON)[1]
    ours = pgd(
        victim(), x, y, EPSILON, step_size=0.03, steps=8, generator=seeded(0), random_start=False
    )
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)


def test_pgd_equals_art() -> None:
    x, y = unseen(200)
    wrapped = PyTorchClassifier(
        victim(), loss=nn.CrossEntropyLoss(), input_shape=(1, 8, 8), nb_classes=10,
        clip_values=(0.0, 1.0), device_type="cpu",
    )  # fmt: skip
    attack = ProjectedGradientDescentPyTorch(
        wrapped, eps=EPSILON, eps_step=0.03, max_iter=8, num_random_init=0, verbose=False
    )
    theirs = torch.from_numpy(attack.generate(x.numpy(), np.eye(10, dtype=np.float32)[y]))
    ours = pgd(
        victim(), x, y, EPSILON, step_size=0.03, steps=8, generator=seeded(0), random_start=False
    )
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)


def test_more_steps_hurt_more_than_one_and_one_more_than_noise() -> None:
    x, y = unseen(300)
    noise = (x + EPSILON * (torch.rand(x.shape, generator=seeded(1)) * 2 - 1)).clamp(0, 1)
    single = fgsm(victim(), x, y, EPSILON)
    many = pgd(victim(), x, y, EPSILON, step_size=0.03, steps=10, generator=seeded(0))
    scores = [accuracy(victim(), images, y) for images in (x, noise, single, many)]
    assert scores[0] > 0.9
    assert scores[1] > scores[2] + 0.1
    assert scores[2] >= scores[3]


@pytest.mark.parametrize("epsilon", [0.0, 0.02, 0.3])
def test_pgd_stays_in_the_ball_and_the_box(epsilon: float) -> None:
    x, y = unseen(40)
    moved = pgd(victim(), x, y, epsilon, step_size=0.2, steps=3, generator=seeded(0))
    assert float((moved - x).abs().max()) <= epsilon + 1e-6
    assert float(moved.min()) >= 0.0
    assert float(moved.max()) <= 1.0


def test_the_generator_alone_decides_the_random_start() -> None:
    x, y = unseen(20)
    runs = [
        pgd(victim(), x, y, EPSILON, step_size=0.01, steps=1, generator=seeded(s))
        for s in (1, 1, 2)
    ]
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])


def test_no_steps_and_no_records() -> None:
    x, y = unseen(2)
    with pytest.raises(ValueError, match="steps"):
        pgd(victim(), x, y, EPSILON, step_size=0.1, steps=0, generator=seeded(0))
    assert fgsm(victim(), x[:0], y[:0], EPSILON).shape == (0, 1, 8, 8)


def test_frozen_restores_every_mode_even_after_an_error() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.Dropout(), nn.Linear(3, 2))
    model.train()
    model[1].eval()
    model[0].bias.requires_grad_(False)

    def state() -> list[bool]:
        return [m.training for m in model.modules()] + [p.requires_grad for p in model.parameters()]

    before = state()

    def fail_inside() -> None:
        with frozen(model):
            assert not any(state())
            raise KeyError

    with pytest.raises(KeyError):
        fail_inside()
    assert state() == before


def test_input_gradient_leaves_no_gradient_on_the_parameters() -> None:
    x, y = unseen(4)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    gradient = input_gradient(model, x, y)
    assert float(gradient.abs().max()) > 0
    assert all(p.grad is None for p in model.parameters())
