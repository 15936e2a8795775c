"""The victim model: built untrained, and brought back from the weights in the store."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from wargame.catalog import model_module
from wargame.pipeline.context import Context
from wargame.pipeline.source import deal
from wargame.pipeline.tensors import to_tensor
from wargame.store import Arrays, Artifact

if TYPE_CHECKING:
    import torch
    from torch import nn


class Family(Protocol):
    """What a module in models/ offers."""

    def build(
        self,
        image_shape: tuple[int, int, int],
        n_classes: int,
        generator: torch.Generator,
        *,
        width: int = ...,
        norm: str = ...,
        mean: Sequence[float] = ...,
        std: Sequence[float] = ...,
    ) -> nn.Module:
        """An untrained model; its weights come from the generator alone."""
        ...

    def features(self, model: nn.Module, x: torch.Tensor) -> torch.Tensor:
        """(n, d) penultimate activations."""
        ...


def family(context: Context) -> Family:
    """The victim's module in models/."""
    return cast("Family", model_module(context.setting("model")))


def untrained(context: Context, generator: torch.Generator, norm: str = "batch") -> nn.Module:
    """A fresh model of the victim's family."""
    tiles = deal(context.world)
    more: dict[str, Any] = {}
    if norm == "none":
        # What batch normalisation would learn, from tiles outside the training data.
        scaled = tiles.vetted.images / 255.0
        mean = scaled.mean((0, 1, 2))
        std = np.maximum(scaled.std((0, 1, 2)), 1 / 255)  # a channel may be the same everywhere
        more = {"mean": mean.tolist(), "std": std.tolist()}
    return family(context).build(
        tiles.image_shape,
        tiles.n_classes,
        generator,
        width=context.setting("width"),
        norm=norm,
        **more,
    )


_loaded: OrderedDict[str, nn.Module] = OrderedDict()


def load(context: Context, weights: Artifact) -> nn.Module:
    """The model with these weights, in evaluation mode; the last few are kept in memory."""
    import torch

    if weights.content not in _loaded:
        norm = "batch" if any("running_mean" in name for name in weights.arrays) else "none"
        model = untrained(context, torch.Generator().manual_seed(0), norm)
        state = {name: torch.from_numpy(np.array(a)) for name, a in weights.arrays.items()}
        model.load_state_dict(state)
        model.eval().requires_grad_(False)
        _loaded[weights.content] = model
        while len(_loaded) > 8:
            _loaded.popitem(last=False)
    _loaded.move_to_end(weights.content)
    return _loaded[weights.content]


def probs(context: Context, weights: Artifact, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, k) class probabilities."""
    from wargame.kernels.training import predict_probs

    found = predict_probs(load(context, weights), to_tensor(images))
    return cast("NDArray[np.float32]", found.numpy())


def features(context: Context, weights: Artifact, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, d) penultimate activations."""
    import torch

    model = load(context, weights)
    with torch.no_grad():
        parts = [family(context).features(model, part) for part in to_tensor(images).split(500)]
    return cast("NDArray[np.float32]", torch.cat(parts).numpy())


def vetted_right(context: Context, weights: Artifact) -> Artifact:
    """Share of the defender's vetted tiles that a model reads right: facts share and n."""

    def work() -> tuple[Arrays, Mapping[str, Any]]:
        vetted = deal(context.world).vetted
        right = probs(context, weights, vetted.images).argmax(1) == vetted.labels
        return {}, {"share": float(right.mean()), "n": len(vetted)}

    return context.make("vetted", [weights.content], work)
