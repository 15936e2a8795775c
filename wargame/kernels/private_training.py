"""Differentially private training: DP-SGD (Abadi 2016) through Opacus."""

from __future__ import annotations

import warnings

import torch
from opacus import GradSampleModule
from opacus.accountants import RDPAccountant
from opacus.optimizers import DPOptimizer
from torch import Tensor, nn
from torch.nn import functional

from wargame.kernels.training import Perturb, Progress, TrainSettings, learning_rate


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
    perturb: Perturb | None = None,
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
        perturb: moves each record of a batch on its own before it is learned (adversarial
            training); what it does must depend on that record and the model alone.
        progress: called after every step.

    Returns:
        Epsilon spent, by Renyi accounting.

    Raises:
        ValueError: more records in a batch than there are, no noise, or batch normalisation.
    """
    if not 0 < settings.batch_size <= len(x) or noise_multiplier <= 0:
        raise ValueError("batch_size must lie in 1..n and noise_multiplier above zero")
    _refuse_batch_normalisation(model)
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
        batch = x[rows]
        if perturb is not None and len(rows):
            # The hooks would take the attack's own passes for records' gradients.
            wrapped.disable_hooks()
            batch = perturb(model, batch, y[rows], generator)
            wrapped.enable_hooks()
        _backward(wrapped, batch, y[rows], settings.label_smoothing)
        optimizer.step()
        optimizer.zero_grad()
        accountant.step(noise_multiplier=noise_multiplier, sample_rate=rate)
        if progress is not None:
            progress(step + 1, settings.steps)
    wrapped.to_standard_module().eval()
    with warnings.catch_warnings():
        # At the end of its range of orders the accountant warns that the bound is loose, not wrong.
        warnings.filterwarnings("ignore", message="Optimal order is the")
        return float(accountant.get_epsilon(delta))


def _backward(wrapped: nn.Module, x: Tensor, y: Tensor, smoothing: float) -> None:
    loss = functional.cross_entropy(wrapped(x), y, label_smoothing=smoothing)
    with warnings.catch_warnings():
        # True of every first layer: records need no gradient.
        warnings.filterwarnings("ignore", message="Full backward hook is firing")
        loss.backward()


def _refuse_batch_normalisation(model: nn.Module) -> None:
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d):
            raise ValueError(f"{type(module).__name__} mixes records; build with another norm")


def _torch_optimizer(model: nn.Module, settings: TrainSettings) -> torch.optim.Optimizer:
    lr, decay = settings.lr, settings.weight_decay
    if settings.optimizer == "adam":
        return torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=decay)
    momentum = settings.momentum
    return torch.optim.SGD(
        model.parameters(), lr=lr, momentum=momentum, weight_decay=decay, nesterov=momentum > 0
    )
