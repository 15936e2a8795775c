"""Training small classifiers from tensors in memory, plain and adversarial."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from wargame.kernels.gradient import frozen, input_gradient, without_gradients
from wargame.kernels.optimise import SGD, AdamW, Optimiser

Perturb = Callable[[nn.Module, Tensor, Tensor, torch.Generator], Tensor]
"""Replaces a batch (model, images, labels, generator) by images to train on."""

Progress = Callable[[int, int], None]
"""Told the steps done and the steps in all."""

WARM_UP = 0.2
"""Share of the steps in which the learning rate climbs, before its cosine descent."""


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """How to train.

    Attributes:
        steps: gradient steps.
        batch_size: records in a step.
        lr: the highest learning rate.
        weight_decay: decoupled for Adam (AdamW), L2 for SGD.
        optimizer: adam, or sgd with Nesterov's momentum.
        momentum: for sgd only.
        augment: mirror half of the records each way, which suits scenes seen from above.
        label_smoothing: share of each label spread over all classes.
    """

    steps: int
    batch_size: int
    lr: float
    weight_decay: float = 0.0
    optimizer: Literal["adam", "sgd"] = "adam"
    momentum: float = 0.9
    augment: bool = False
    label_smoothing: float = 0.0


def fit(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    settings: TrainSettings,
    *,
    generator: torch.Generator,
    perturb: Perturb | None = None,
    progress: Progress | None = None,
    sample_weights: Tensor | None = None,
) -> None:
    """Trains the model in place on cross entropy and leaves it in evaluation mode.

    Args:
        model: returns logits (n,k).
        x: images (n,c,h,w) in [0,1], or rows (n,d).
        y: labels (n,) int64.
        settings: how to train.
        generator: source of batches and augmentation, and handed to `perturb`.
        perturb: makes the adversarial examples of adversarial training.
        progress: called after every step.
        sample_weights: weight (n,) of each record in the loss, scaled here to a mean of one.

    Raises:
        ValueError: no records, or weights that are negative or all zero.
    """
    weights = _normalised(sample_weights, len(x))
    layout = torch.channels_last if x.ndim == 4 else torch.contiguous_format
    _lay_out(model, layout)
    x = x.contiguous(memory_format=layout)
    optimiser = _optimiser(model, settings)
    model.train()
    for step, rows in enumerate(_batches(len(x), settings, generator)):
        images, labels = x[rows], y[rows]
        if settings.augment:
            images = _mirrored(images, generator)
        if perturb is not None:
            images = perturb(model, images, labels, generator)
        loss = functional.cross_entropy(
            model(images), labels, reduction="none", label_smoothing=settings.label_smoothing
        )
        (loss if weights is None else loss * weights[rows]).mean().backward()
        optimiser.step(learning_rate(settings, step))
        if progress is not None:
            progress(step + 1, settings.steps)
    _lay_out(model, torch.contiguous_format)
    model.eval()


def predict_probs(model: nn.Module, x: Tensor, batch_size: int = 500) -> Tensor:
    """Probabilities (n,k) of images (n,c,h,w), in evaluation mode, without a graph."""
    with frozen(model), torch.no_grad():
        return torch.cat([model(part).softmax(dim=1) for part in x.split(batch_size)])


def fgsm_rs_perturb(epsilon: float, alpha: float) -> Perturb:
    """Fast adversarial training (Wong 2020): one step of length `alpha` from a random start.

    Args:
        epsilon: L-infinity radius, in pixel units of [0,1].
        alpha: step length; the paper takes 1.25 times the radius.
    """

    def perturb(model: nn.Module, x: Tensor, y: Tensor, generator: torch.Generator) -> Tensor:
        noise = epsilon * (2.0 * torch.rand(x.shape, generator=generator) - 1.0)
        start = (x + noise).clamp(0.0, 1.0)
        with without_gradients(model):
            moved = start + alpha * input_gradient(model, start, y).sign()
        return moved.clamp(x - epsilon, x + epsilon).clamp(0.0, 1.0)

    return perturb


def _normalised(weights: Tensor | None, n: int) -> Tensor | None:
    if n == 0:
        raise ValueError("no records to train on")
    if weights is None:
        return None
    if len(weights) != n or bool((weights < 0).any()) or not bool(weights.sum() > 0):
        raise ValueError("weights must be one a record, none negative, not all zero")
    return weights.float() / weights.float().mean()


def _lay_out(model: nn.Module, layout: torch.memory_format) -> None:
    for parameter in model.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=layout)


def _optimiser(model: nn.Module, settings: TrainSettings) -> Optimiser:
    if settings.optimizer == "adam":
        return AdamW(model.parameters(), settings.weight_decay)
    return SGD(model.parameters(), settings.momentum, settings.weight_decay)


def learning_rate(settings: TrainSettings, step: int) -> float:
    """The rate at a step from 0: a linear climb, then a cosine descent."""
    done = (step + 1) / settings.steps
    fall = max(done - WARM_UP, 0.0) / (1.0 - WARM_UP)
    # A hundredth stays, so that the last step still counts.
    return settings.lr * min(done / WARM_UP, 0.01 + 0.99 * (1.0 + math.cos(math.pi * fall)) / 2.0)


def _batches(n: int, settings: TrainSettings, generator: torch.Generator) -> Iterator[Tensor]:
    """Indices of each step's batch, epoch after epoch in fresh order; a last part batch is left."""
    size = min(settings.batch_size, n)
    order, start = torch.randperm(n, generator=generator), 0
    for _ in range(settings.steps):
        if start + size > n:
            order, start = torch.randperm(n, generator=generator), 0
        yield order[start : start + size]
        start += size


def _mirrored(x: Tensor, generator: torch.Generator) -> Tensor:
    for axis in (2, 3):
        chosen = torch.rand((len(x), 1, 1, 1), generator=generator) < 0.5
        x = torch.where(chosen, x.flip(axis), x)
    return x
