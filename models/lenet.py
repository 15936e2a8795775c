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
    width: int = 6,
    norm: str = "none",
    mean: Sequence[float] = (0.13,),
    std: Sequence[float] = (0.31,),
) -> nn.Sequential:
    """An untrained network from images (n,c,h,w) in [0,1] to logits (n, n_classes).

    Args:
        image_shape: (height, width, channels).
        n_classes: number of logits.
        generator: source of every initial parameter.
        width: channels of the first convolution, 6 in the original; the rest grows with it.
        norm: "batch" normalises after each convolution, anything else does not.
        mean: of the images, one number or one a channel; the default is that of digits.
        std: of the images, likewise.
    """
    height, length, channels = image_shape
    layers: list[nn.Module] = [Standardise(channels, mean, std)]
    for outputs in (width, 16 * width // 6):
        layers.append(conv(channels, outputs, 5, generator, bias=norm != "batch"))
        layers += [nn.BatchNorm2d(outputs)] if norm == "batch" else []
        layers += [nn.ReLU(), nn.MaxPool2d(2)]
        channels = outputs
    inputs = channels * (height // 4) * (length // 4)
    layers.append(nn.Flatten())
    for units in (20 * width, 14 * width):
        layers += [linear(inputs, units, generator), nn.ReLU()]
        inputs = units
    return nn.Sequential(*layers, head(inputs, n_classes, generator))


def features(model: nn.Module, x: Tensor) -> Tensor:
    """Penultimate activations (n,f): what the linear head sees."""
    if not isinstance(model, nn.Sequential):
        raise TypeError(f"not a model of this file: {type(model).__name__}")
    hidden: Tensor = model[:-1](x)
    return hidden
