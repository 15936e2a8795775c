from __future__ import annotations

import pytest
import torch
from opacus.accountants import PRVAccountant
from torch import Tensor, nn

from models import strided_cnn
from models.strided_cnn import Norm
from tests.kernels.victims import TRAINED, accuracy, digits, seeded, unseen
from wargame.kernels.gradient import input_gradient
from wargame.kernels.private_training import fit_private
from wargame.kernels.training import TrainSettings

DELTA = 1e-5


def private(
    steps: int = 60, noise: float = 1.0, seed: int = 2, norm: Norm = "none"
) -> tuple[nn.Module, float]:
    x, y = digits()
    model = strided_cnn.build((8, 8, 1), 10, seeded(1), width=8, norm=norm)
    settings = TrainSettings(steps, 64, 1e-2)
    spent = fit_private(
        model, x[:TRAINED], y[:TRAINED], settings, noise_multiplier=noise, max_grad_norm=1.0,
        generator=seeded(seed), delta=DELTA,
    )  # fmt: skip
    return model, spent


def test_learns_under_noise() -> None:
    model, spent = private()
    assert accuracy(model, *unseen(700)) > 0.6
    assert 0.5 < spent < 10.0


def test_epsilon_bounds_the_tighter_accountant() -> None:
    _, spent = private(steps=30)
    peer = PRVAccountant()
    peer.history = [(1.0, 64 / TRAINED, 30)]
    exact = peer.get_epsilon(DELTA)
    assert exact < spent < 1.3 * exact


def test_noise_buys_privacy_and_costs_accuracy() -> None:
    gentle, weak = private(noise=0.5)
    harsh, strong = private(noise=8.0)
    assert strong < weak
    assert accuracy(harsh, *unseen(700)) < accuracy(gentle, *unseen(700)) - 0.1


def test_only_the_generator_decides_and_no_hook_stays() -> None:
    first, again, other = (private(steps=5, seed=s)[0] for s in (2, 2, 3))
    states = [list(m.state_dict().values()) for m in (first, again, other)]
    assert all(map(torch.equal, states[0], states[1]))
    assert not all(map(torch.equal, states[0], states[2]))
    assert not first.training
    assert not any(m._forward_hooks or m._backward_hooks for m in first.modules())
    assert not any(hasattr(p, "grad_sample") for p in first.parameters())


class Spy(nn.Linear):
    """Remembers how many records each batch had."""

    def __init__(self) -> None:
        super().__init__(2, 2)
        self.sizes: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        self.sizes.append(len(x))
        return super().forward(x)


def test_batches_are_poisson_and_may_be_empty() -> None:
    wrapped = nn.Sequential(Spy())
    x, y = torch.ones(200, 2), torch.zeros(200, dtype=torch.int64)
    fit_private(
        wrapped, x, y, TrainSettings(300, 2, 0.01), noise_multiplier=1.0, max_grad_norm=1.0,
        generator=seeded(0), delta=DELTA,
    )  # fmt: skip
    sizes = torch.tensor(wrapped[0].sizes).float()
    assert len(sizes) == 300
    assert float(sizes.min()) == 0.0
    # Binomial(200, 1/100): mean 2, variance 1.98; the bounds are four standard errors.
    assert float(sizes.mean()) == pytest.approx(2.0, abs=0.33)
    assert float(sizes.var()) == pytest.approx(1.98, abs=0.8)


def test_one_record_moves_a_step_by_no_more_than_the_clip() -> None:
    # Every record in the batch and hardly any noise: SGD moves by lr * mean of clipped gradients.
    x = 1000.0 * torch.randn(8, 2, generator=seeded(0))
    model = nn.Linear(2, 2)
    before = [p.detach().clone() for p in model.parameters()]
    settings = TrainSettings(1, 8, 1.0, optimizer="sgd", momentum=0.0)
    fit_private(
        model, x, torch.arange(8) % 2, settings, noise_multiplier=1e-6, max_grad_norm=0.25,
        generator=seeded(0), delta=DELTA,
    )  # fmt: skip
    moves = [(p.detach() - b).flatten() for p, b in zip(model.parameters(), before, strict=True)]
    assert 0.0 < float(torch.cat(moves).norm()) <= 0.01 * 0.25 + 1e-5


def test_batch_normalisation_and_empty_noise_are_refused() -> None:
    with pytest.raises(ValueError, match="BatchNorm2d"):
        private(norm="batch")
    with pytest.raises(ValueError, match="noise"):
        private(noise=0.0)


def test_adversarial_examples_are_learned_privately() -> None:
    """A perturbation is called for every filled batch, and changes what is learned."""
    generator = torch.Generator().manual_seed(5)
    x, y = torch.rand((40, 6), generator=generator), torch.randint(0, 2, (40,), generator=generator)
    learned, calls = [], []

    def push(
        model: nn.Module, batch: torch.Tensor, labels: torch.Tensor, source: torch.Generator
    ) -> torch.Tensor:
        del source
        calls.append(len(batch))
        return batch + 0.1 * input_gradient(model, batch, labels).sign()

    for perturb in (None, push):
        model = nn.Linear(6, 2)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.fill_(0.1)
        fit_private(
            model,
            x,
            y,
            TrainSettings(steps=8, batch_size=10, lr=0.05),
            noise_multiplier=1.0,
            max_grad_norm=1.0,
            generator=torch.Generator().manual_seed(6),
            delta=1e-3,
            perturb=perturb,
        )
        learned.append(model.weight.detach().clone())
    assert sum(calls) > 0
    assert not torch.equal(*learned)
