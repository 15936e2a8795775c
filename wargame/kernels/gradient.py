"""Gradient-sign evasion under an L-infinity bound (Goodfellow 2015, Madry 2018)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional

CHUNK = 250


@contextmanager
def without_gradients(model: nn.Module) -> Iterator[nn.Module]:
    """The model with no parameter asking for a gradient; restored on leaving."""
    wants = [(parameter, parameter.requires_grad) for parameter in model.parameters()]
    try:
        for parameter, _ in wants:
            parameter.requires_grad_(False)
        yield model
    finally:
        for parameter, wanted in wants:
            parameter.requires_grad_(wanted)


@contextmanager
def frozen(model: nn.Module) -> Iterator[nn.Module]:
    """The model in evaluation mode with no parameter asking for a gradient; restored on leaving."""
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        with without_gradients(model):
            yield model
    finally:
        for module, training in modes:
            module.training = training


def input_gradient(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """Gradient (n,c,h,w) of each record's own cross entropy, by its own pixels."""
    x = x.detach().requires_grad_(True)
    loss = functional.cross_entropy(model(x), y, reduction="sum")
    return torch.autograd.grad(loss, x)[0]


def fgsm(model: nn.Module, x: Tensor, y: Tensor, epsilon: float) -> Tensor:
    """Fast gradient sign method: one step of length `epsilon`, from the record itself.

    Args:
        model: returns logits (n,k).
        x: images (n,c,h,w) in [0,1].
        y: true labels (n,), int64.
        epsilon: L-infinity radius, in pixel units of [0,1].

    Returns:
        Images (n,c,h,w) in [0,1], detached.
    """
    with frozen(model):
        return _ascend(model, x, y, x, epsilon, epsilon, 1)


def pgd(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    epsilon: float,
    *,
    step_size: float,
    steps: int,
    generator: torch.Generator,
    random_start: bool = True,
) -> Tensor:
    """Projected gradient descent, untargeted; without `random_start` it is BIM (Kurakin 2017).

    Shapes and units as in `fgsm`. The random start is uniform in the ball, clipped to [0,1].

    Raises:
        ValueError: a negative radius, or no step.
    """
    if epsilon < 0 or steps < 1:
        raise ValueError(f"epsilon must be >= 0 and steps >= 1: {epsilon}, {steps}")
    start = x
    if random_start:
        noise = torch.rand(x.shape, generator=generator, dtype=x.dtype)
        start = (x + epsilon * (2.0 * noise - 1.0)).clamp(0.0, 1.0)
    with frozen(model):
        return _ascend(model, x, y, start, epsilon, step_size, steps)


def _ascend(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    start: Tensor,
    epsilon: float,
    step_size: float,
    steps: int,
) -> Tensor:
    done = []
    chunks = zip(x.split(CHUNK), y.split(CHUNK), start.split(CHUNK), strict=True)
    for centre, label, current in chunks:
        low, high = (centre - epsilon).clamp(min=0.0), (centre + epsilon).clamp(max=1.0)
        for _ in range(steps):
            gradient = input_gradient(model, current, label)
            current = (current.detach() + step_size * gradient.sign()).clamp(low, high)
        done.append(current)
    return torch.cat(done) if done else x.clone()
