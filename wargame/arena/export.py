"""Between a policy in training and the weights that are played: MaskablePPO's actor, by name.

The actor of sb3-contrib's MlpPolicy is a chain of linear layers with one activation between them,
apart from its critic; only the actor is played.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy
from stable_baselines3.common.torch_layers import FlattenExtractor
from torch import nn

from wargame.errors import WargameError
from wargame.game.network import Activation, Weights, check, shapes

_ACTIVATIONS: dict[type[nn.Module], Activation] = {nn.Tanh: "tanh", nn.ReLU: "relu"}


class Architecture(NamedTuple):
    """Sizes of an actor."""

    inputs: int
    hidden: tuple[int, ...]
    actions: int
    activation: Activation

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name to shape of its weights."""
        return shapes(self.inputs, self.hidden, self.actions)


def architecture(policy: MaskableActorCriticPolicy) -> Architecture:
    """The sizes of a policy's actor.

    Raises:
        WargameError: it is no chain of linear layers with tanh or ReLU between them.
    """
    layers = _layers(policy)
    activation = _ACTIVATIONS.get(policy.activation_fn)
    if activation is None:
        known = " or ".join(_ACTIVATIONS.values())
        raise WargameError(f"{policy.activation_fn.__name__} cannot be exported; use {known}")
    hidden = tuple(layer.out_features for layer in layers[:-1])
    return Architecture(layers[0].in_features, hidden, layers[-1].out_features, activation)


def weights(policy: MaskableActorCriticPolicy) -> dict[str, NDArray[np.float32]]:
    """A copy of the actor's weights, float32, named as a policy's folder keeps them.

    Raises:
        WargameError: the actor is no chain of linear layers, or training went to infinity.
    """
    wanted = architecture(policy).shapes
    found: dict[str, NDArray[np.float32]] = {}
    for name, layer in zip(_names(policy), _layers(policy), strict=True):
        found[f"{name}.weight"] = _array(layer.weight)
        found[f"{name}.bias"] = _array(layer.bias)
    check(found, wanted)
    return found


def into(policy: MaskableActorCriticPolicy, given: Weights) -> None:
    """Puts weights into a policy's actor, in place; its critic and optimizer stay as they are.

    Raises:
        WargameError: they do not fit; the policy stands as before.
    """
    check(given, architecture(policy).shapes)
    with torch.no_grad():
        for name, layer in zip(_names(policy), _layers(policy), strict=True):
            layer.weight.copy_(torch.tensor(given[f"{name}.weight"]))
            layer.bias.copy_(torch.tensor(given[f"{name}.bias"]))


def _names(policy: MaskableActorCriticPolicy) -> list[str]:
    return [*(f"hidden.{number}" for number in range(len(_layers(policy)) - 1)), "action"]


def _layers(policy: MaskableActorCriticPolicy) -> list[nn.Linear]:
    if type(policy.features_extractor) is not FlattenExtractor:
        kind = type(policy.features_extractor).__name__
        raise WargameError(f"a policy with a {kind} cannot be exported; use MlpPolicy")
    layers = [*policy.mlp_extractor.policy_net, policy.action_net]
    linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
    between = [layer for layer in layers if not isinstance(layer, nn.Linear)]
    if len(between) != len(linear) - 1 or any(
        layers[1::2][i] is not b for i, b in enumerate(between)
    ):
        raise WargameError("the actor is no chain of linear layers; it cannot be exported")
    return linear


def _array(tensor: torch.Tensor) -> NDArray[np.float32]:
    return np.array(tensor.detach().cpu().numpy(), dtype=np.float32)
