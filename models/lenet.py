"""LeNet-5 (LeCun 1998) with rectifiers and maximum pooling."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from wargame.kernels.initialise import Standardise, conv, head, linear


def build(
    image_shape: tuple[int, int, int],
    n_classes: int,
    generator: torch.Generator,
    *,
    mean: Sequence[float] = (0.13,),
    std: Sequence[float] = (0.31,),
) -> nn.Sequential:
    """An untrained network from images (n,c,h,w) in [0,1] to logits (n, n_classes).

    Args:
        image_shape: (height, width, channels).
        n_classes: number of logits.
        generator: source of every initial parameter.
        mean: of the images, one number or one a channel; the default is that of digits.
        std: of the images, likewise.
    """
    height, length, channels = image_shape
    flat = 16 * (height // 4) * (length // 4)
    return nn.Sequential(
        Standardise(channels, mean, std),
        conv(channels, 6, 5, generator),
        nn.ReLU(),
        nn.MaxPool2d(2),
        conv(6, 16, 5, generator),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        linear(flat, 120, generator),
        nn.ReLU(),
        linear(120, 84, generator),
        nn.ReLU(),
        head(84, n_classes, generator),
    )


def features(model: nn.Module, x: Tensor) -> Tensor:
    """Penultimate activations (n,f): what the linear head sees."""
    if not isinstance(model, nn.Sequential):
        raise TypeError(f"not a model of this file: {type(model).__name__}")
    hidden: Tensor = model[:-1](x)
    return hidden
