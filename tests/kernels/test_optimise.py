from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from torch import nn

from tests.kernels.victims import seeded
from wargame.kernels.optimise import SGD, AdamW, Optimiser

Peer = Callable[[list[nn.Parameter]], torch.optim.Optimizer]
Ours = Callable[[list[nn.Parameter]], Optimiser]


def parameters() -> list[nn.Parameter]:
    dice = seeded(0)
    return [nn.Parameter(torch.randn(shape, generator=dice)) for shape in ((4, 3), (4,))]


def loss(weights: list[nn.Parameter], x: torch.Tensor) -> torch.Tensor:
    return (torch.tanh(x @ weights[0].T) + weights[1]).square().mean()


PAIRS: list[tuple[Ours, Peer]] = [
    (lambda p: AdamW(p), lambda p: torch.optim.AdamW(p, weight_decay=0.0)),
    (lambda p: AdamW(p, 0.1), lambda p: torch.optim.AdamW(p, weight_decay=0.1)),
    (lambda p: SGD(p), lambda p: torch.optim.SGD(p)),
    (
        lambda p: SGD(p, 0.9, 0.05),
        lambda p: torch.optim.SGD(p, momentum=0.9, weight_decay=0.05, nesterov=True),
    ),
]


@pytest.mark.parametrize(("ours", "peer"), PAIRS)
def test_thirty_steps_equal_torchs(ours: Ours, peer: Peer) -> None:
    mine, theirs = parameters(), parameters()
    optimiser, reference = ours(mine), peer(theirs)
    dice = seeded(1)
    for step in range(30):
        x, lr = torch.randn(8, 3, generator=dice), 0.1 / (1 + step)
        loss(mine, x).backward()
        optimiser.step(lr)
        reference.zero_grad()
        loss(theirs, x).backward()
        reference.param_groups[0]["lr"] = lr
        reference.step()
    for one, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


def test_gradients_are_dropped_and_missing_ones_are_zero() -> None:
    used, unused = parameters()
    before = unused.detach().clone()
    used.square().sum().backward()
    AdamW([used, unused]).step(0.1)
    assert used.grad is None
    assert torch.equal(unused, before)


def test_training_does_not_load_the_compiler() -> None:
    code = (
        "import sys, torch; from wargame.kernels.training import TrainSettings, fit\n"
        "fit(torch.nn.Linear(2, 2), torch.ones(4, 2), torch.tensor([0, 1, 0, 1]),"
        " TrainSettings(2, 2, 0.1), generator=torch.Generator())\n"
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "torch._dynamo" not in run.stdout.split()
