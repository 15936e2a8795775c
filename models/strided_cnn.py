"""Three convolutions of stride two and a linear head: much accuracy for little training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from wargame.kernels.initialise import Standardise, conv, head

Norm = Literal["batch", "layer", "none"]


def build(
    image_shape: tuple[int, int, int],
    n_classes: int,
    generator: torch.Generator,
    *,
    width: int = 16,
    norm: Norm = "batch",
    mean: Sequence[float] = (0.4,),
    std: Sequence[float] = (0.17,),
) -> nn.Sequential:
    """An untrained network from images (n,c,h,w) in [0,1] to logits (n, n_classes).

    Args:
        image_shape: (height, width, channels).
        n_classes: number of logits.
        generator: source of every initial parameter.
        width: channels of the first convolution; the others have two and four times as many.
        norm: after each convolution. Batch learns fastest; private and federated training need
            layer or none, which treat records apart.
        mean: of the images, one number or one a channel.
        std: of the images, likewise.
    """
    height, length, channels = image_shape
    layers: list[nn.Module] = [Standardise(channels, mean, std)]
    for outputs in (width, 2 * width, 4 * width):
        layers.append(conv(channels, outputs, 3, generator, stride=2, bias=norm != "batch"))
        layers += [*_normalisation(norm, outputs), nn.ReLU()]
        channels, height, length = outputs, (height + 1) // 2, (length + 1) // 2
    layers += [nn.Flatten(), head(channels * height * length, n_classes, generator)]
    return nn.Sequential(*layers)


def features(model: nn.Module, x: Tensor) -> Tensor:
    """Penultimate activations (n,f): what the linear head sees."""
    if not isinstance(model, nn.Sequential):
        raise TypeError(f"not a model of this file: {type(model).__name__}")
    hidden: Tensor = model[:-1](x)
    return hidden


def _normalisation(norm: Norm, channels: int) -> list[nn.Module]:
    if norm == "batch":
        return [nn.BatchNorm2d(channels)]
    if norm == "layer":
        return [nn.GroupNorm(1, channels)]
    return []
