from __future__ import annotations

import numpy as np
import pytest
import torch
from art.attacks.evasion import MomentumIterativeMethod
from art.estimators.classification import PyTorchClassifier
from scipy.ndimage import uniform_filter
from torch.nn import functional

from tests.kernels.victims import seeded, unseen, victim
from wargame.kernels.transfer import momentum_ascent, smoothed


def test_momentum_agrees_with_art() -> None:
    x, y = unseen(40)
    model = victim()
    wrapped = PyTorchClassifier(
        model, torch.nn.CrossEntropyLoss(), (1, 8, 8), 10, clip_values=(0.0, 1.0)
    )
    theirs = MomentumIterativeMethod(
        wrapped, eps=0.1, eps_step=0.025, max_iter=6, decay=0.9, verbose=False
    ).generate(x.numpy(), functional.one_hot(y, 10).numpy())
    ours = momentum_ascent(model, x, y, 0.1, step_size=0.025, steps=6, decay=0.9)
    same = np.isclose(ours.numpy(), theirs, atol=1e-5).mean()
    assert same > 0.99


@pytest.mark.parametrize("size", [1, 3, 5])
def test_smoothing_is_the_mean_over_a_window(size: int) -> None:
    gradient = torch.randn((2, 3, 9, 7), generator=seeded(0))
    expected = uniform_filter(gradient.numpy(), (1, 1, size, size), mode="constant")
    np.testing.assert_allclose(smoothed(gradient, size).numpy(), expected, atol=1e-6)


@pytest.mark.parametrize("smoothing", [1, 3])
def test_result_stays_in_the_ball_and_the_range(smoothing: int) -> None:
    x, y = unseen(30)
    moved = momentum_ascent(victim(), x, y, 0.2, step_size=0.15, steps=5, smoothing=smoothing)
    assert float((moved - x).abs().max()) <= 0.2 + 1e-6
    assert float(moved.min()) >= 0.0
    assert float(moved.max()) <= 1.0
    assert float((victim()(moved).argmax(1) == y).float().mean()) < 0.5


def test_refuses_what_makes_no_sense() -> None:
    x, y = unseen(2)
    with pytest.raises(ValueError, match="odd"):
        momentum_ascent(victim(), x, y, 0.1, step_size=0.1, steps=1, smoothing=4)
    with pytest.raises(ValueError, match="epsilon"):
        momentum_ascent(victim(), x, y, -0.1, step_size=0.1, steps=1)
