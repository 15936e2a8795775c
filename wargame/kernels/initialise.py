"""Layers whose parameters come from one explicit generator, never from the global one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

Layer = TypeVar("Layer", nn.Conv2d, nn.Linear)


class Standardise(nn.Module):
    """Maps images (n,c,h,w) from [0,1] to (x - mean) / std by channel; the numbers are buffers."""

    mean: Tensor
    std: Tensor

    def __init__(self, channels: int, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        if len(mean) not in (1, channels) or len(std) != len(mean) or min(std) <= 0:
            raise ValueError(f"one mean and one positive std, or {channels}: {mean}, {std}")
        self.register_buffer("mean", torch.tensor(mean).reshape(-1, 1, 1))
        self.register_buffer("std", torch.tensor(std).reshape(-1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Standardised images of the same shape."""
        return (x - self.mean) / self.std


def conv(
    inputs: int,
    outputs: int,
    size: int,
    generator: torch.Generator,
    *,
    stride: int = 1,
    bias: bool = True,
) -> nn.Conv2d:
    """A convolution, padded to keep its size at stride 1, with He's normal weights (He 2015)."""
    layer = nn.Conv2d(
        inputs, outputs, size, stride=stride, padding=size // 2, bias=bias, device="meta"
    )
    return _drawn(layer, math.sqrt(2.0), generator)


def linear(
    inputs: int, outputs: int, generator: torch.Generator, *, gain: float = math.sqrt(2.0)
) -> nn.Linear:
    """A linear layer with normal weights of deviation gain / sqrt(inputs) and zero biases."""
    layer = nn.Linear(inputs, outputs, device="meta")
    return _drawn(layer, gain, generator)


def head(inputs: int, n_classes: int, generator: torch.Generator) -> nn.Linear:
    """The last layer: small weights, so that training starts near the uniform prediction."""
    return linear(inputs, n_classes, generator, gain=0.3)


def _drawn(layer: Layer, gain: float, generator: torch.Generator) -> Layer:
    # Not skip_init: to leave the meta device, it imports sympy, which takes a second.
    for name, parameter in list(layer.named_parameters()):
        setattr(layer, name, nn.Parameter(torch.empty(parameter.shape)))
    with torch.no_grad():
        layer.weight.normal_(0.0, gain / math.sqrt(layer.weight[0].numel()), generator=generator)
        if layer.bias is not None:
            layer.bias.zero_()
    return layer
