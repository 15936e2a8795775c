"""Differentially private training: DP-SGD (Abadi 2016) through Opacus."""

from __future__ import annotations

import torch
from opacus import GradSampleModule
from opacus.accountants import RDPAccountant
from opacus.optimizers import DPOptimizer
from torch import Tensor, nn
from torch.nn import functional

from wargame.kernels.training import Progress, TrainSettings, learning_rate


def fit_private(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    settings: TrainSettings,
    *,
    noise_multiplier: float,
    max_grad_norm: float,
    generator: torch.Generator,
    delta: float,
    progress: Progress | None = None,
) -> float:
    """DP-SGD (Abadi 2016) in place through Opacus: Poisson batches, per-record clipping, noise.

    The model must treat records apart: no batch normalisation. Numbers built into it, such as
    channel means, must be public. No augmentation, as it would not change the accounting.

    Args:
        model: returns logits (n,k).
        x: images (n,c,h,w) or rows (n,d).
        y: labels (n,) int64.
        settings: how to train; the batch size is the mean of the Poisson batches.
        noise_multiplier: noise deviation over the clipping norm, above zero.
        max_grad_norm: L2 norm to which each record's gradient is clipped.
        generator: source of batches and noise. It is seeded for repeatability, so the guarantee
            holds only against those who do not know the seed.
        delta: the probability with which the guarantee may fail.
        progress: called after every step.

    Returns:
        Epsilon spent, by Renyi accounting.

    Raises:
        ValueError: no records, more in a batch than there are, or no noise.
    """
    if not 0 < settings.batch_size <= len(x) or noise_multiplier <= 0:
        raise ValueError("batch_size must lie in 1..n and noise_multiplier above zero")
    rate = settings.batch_size / len(x)
    model.train()
    wrapped, accountant = GradSampleModule(model), RDPAccountant()
    optimizer = DPOptimizer(
        _torch_optimizer(model, settings),
        noise_multiplier=noise_multiplier,
        max_grad_norm=max_grad_norm,
        expected_batch_size=settings.batch_size,
        generator=generator,
    )
    for step in range(settings.steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(settings, step)
        rows = torch.nonzero(torch.rand(len(x), generator=generator) < rate).flatten()
        optimizer.zero_grad()
        functional.cross_entropy(
            wrapped(x[rows]), y[rows], label_smoothing=settings.label_smoothing
        ).backward()
        optimizer.step()
        accountant.step(noise_multiplier=noise_multiplier, sample_rate=rate)
        if progress is not None:
            progress(step + 1, settings.steps)
    wrapped.to_standard_module().eval()
    return float(accountant.get_epsilon(delta))


def _torch_optimizer(model: nn.Module, settings: TrainSettings) -> torch.optim.Optimizer:
    lr, decay = settings.lr, settings.weight_decay
    if settings.optimizer == "adam":
        return torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=decay)
    momentum = settings.momentum
    return torch.optim.SGD(
        model.parameters(), lr=lr, momentum=momentum, weight_decay=decay, nesterov=momentum > 0
    )
