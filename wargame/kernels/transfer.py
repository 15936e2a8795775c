"""Evasion made to transfer: momentum (Dong 2018) over smoothed gradients (Dong 2019)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from wargame.kernels.gradient import CHUNK, frozen, input_gradient

TINY = 1e-12


def smoothed(gradient: Tensor, size: int) -> Tensor:
    """Mean of each channel of (n,c,h,w) over `size` x `size` pixels; zeros lie beyond the edge.

    Raises:
        ValueError: an even or negative size.
    """
    if size < 1 or size % 2 == 0:
        raise ValueError(f"the size must be odd: {size}")
    return functional.avg_pool2d(gradient, size, stride=1, padding=size // 2)


def momentum_ascent(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    epsilon: float,
    *,
    step_size: float,
    steps: int,
    decay: float = 1.0,
    smoothing: int = 1,
) -> Tensor:
    """MI-FGSM, and with `smoothing` above 1 its translation-invariant form TI-MI-FGSM.

    A gradient says much about the model it comes from and little about others. Its memory over
    the steps, and its mean over neighbouring pixels, keep what models have in common.

    Args:
        model: returns logits (n,k).
        x: images (n,c,h,w) in [0,1].
        y: true labels (n,), int64.
        epsilon: L-infinity radius, in pixel units of [0,1].
        step_size: length of each step.
        steps: gradient steps.
        decay: share of the memory kept from step to step, the paper's mu.
        smoothing: odd side in pixels of the square that each gradient is averaged over.

    Returns:
        Images (n,c,h,w) in [0,1], detached.

    Raises:
        ValueError: a negative radius, no step, or an even smoothing.
    """
    if epsilon < 0 or steps < 1:
        raise ValueError(f"epsilon must be >= 0 and steps >= 1: {epsilon}, {steps}")
    done = []
    with frozen(model):
        for centre, label in zip(x.split(CHUNK), y.split(CHUNK), strict=True):
            low, high = (centre - epsilon).clamp(min=0.0), (centre + epsilon).clamp(max=1.0)
            current, memory = centre, torch.zeros_like(centre)
            for _ in range(steps):
                gradient = smoothed(input_gradient(model, current, label), smoothing)
                scale = gradient.abs().mean((1, 2, 3), keepdim=True).clamp_min(TINY)
                memory = decay * memory + gradient / scale
                current = (current.detach() + step_size * memory.sign()).clamp(low, high)
            done.append(current)
    return torch.cat(done) if done else x.clone()
