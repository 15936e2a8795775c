"""A multilayer perceptron on flattened inputs."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from wargame.kernels.initialise import Standardise, head, linear


def build(
    image_shape: tuple[int, int, int],
    n_classes: int,
    generator: torch.Generator,
    *,
    width: int = 16,
    norm: str = "none",
    hidden: Sequence[int] | None = None,
    mean: Sequence[float] = (0.4,),
    std: Sequence[float] = (0.17,),
) -> nn.Sequential:
    """An untrained network from images (n,c,h,w) in [0,1] to logits (n, n_classes).

    Args:
        image_shape: (height, width, channels).
        n_classes: number of logits.
        generator: source of every initial parameter.
        width: an eighth of the units of the one hidden layer, unless `hidden` is given.
        norm: "batch" normalises after each hidden layer, anything else does not.
        hidden: units of each hidden layer.
        mean: of the images, one number or one a channel.
        std: of the images, likewise.
    """
    height, length, channels = image_shape
    layers: list[nn.Module] = [Standardise(channels, mean, std), nn.Flatten()]
    inputs = height * length * channels
    for units in (8 * width,) if hidden is None else hidden:
        layers.append(linear(inputs, units, generator))
        layers += [nn.BatchNorm1d(units)] if norm == "batch" else []
        layers.append(nn.ReLU())
        inputs = units
    return nn.Sequential(*layers, head(inputs, n_classes, generator))


def features(model: nn.Module, x: Tensor) -> Tensor:
    """Penultimate activations (n,f): what the linear head sees."""
    if not isinstance(model, nn.Sequential):
        raise TypeError(f"not a model of this file: {type(model).__name__}")
    hidden: Tensor = model[:-1](x)
    return hidden
