"""A small convolutional victim on scikit-learn's digits, shared by the kernels' tests."""

from __future__ import annotations

from functools import cache

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn

from models import strided_cnn
from wargame.kernels.training import TrainSettings, fit

# Sums depend on the number of threads, and two threads crawl beside a busy process.
torch.set_num_threads(1)

TRAINED = 1000
"""The first so many digits are the victim's training set; the other 797 are unseen."""


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@cache
def digits() -> tuple[Tensor, Tensor]:
    """Images (1797,1,8,8) in [0,1], shuffled, and their labels."""
    x, y = load_digits(return_X_y=True)
    order = torch.randperm(len(x), generator=seeded(0))
    images = torch.from_numpy(x).float().reshape(-1, 1, 8, 8) / 16.0
    return images[order], torch.from_numpy(y).long()[order]


@cache
def victim() -> nn.Module:
    """Trained; about 95 % right on unseen digits. Tests must not change it."""
    x, y = digits()
    model = strided_cnn.build((8, 8, 1), 10, seeded(1), width=8)
    fit(model, x[:TRAINED], y[:TRAINED], TrainSettings(150, 64, 5e-3), generator=seeded(2))
    return model


def unseen(n: int) -> tuple[Tensor, Tensor]:
    x, y = digits()
    return x[TRAINED : TRAINED + n], y[TRAINED : TRAINED + n]


def accuracy(model: nn.Module, x: Tensor, y: Tensor) -> float:
    with torch.no_grad():
        return float((model(x).argmax(dim=1) == y).float().mean())
