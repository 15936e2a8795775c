"""A policy's network in plain NumPy: dense layers, and a choice among the legal actions.

It computes in float64 from float32 weights, so that the last bits of a machine's sums do not
decide between two moves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wargame.errors import WargameError

Activation = Literal["tanh", "relu"]
Weights = Mapping[str, NDArray[np.float32]]
"""`hidden.K.weight` (out, in) and `hidden.K.bias` (out,) from K = 0 on, then `action.*`."""
Floats = NDArray[np.float64]

LARGEST = 1e6
"""Greatest size of a weight: within it no sum of any network that is allowed overflows."""

_SHAPES: dict[Activation, Callable[[Floats], Floats]] = {
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0.0),
}


def shapes(inputs: int, hidden: tuple[int, ...], actions: int) -> dict[str, tuple[int, ...]]:
    """The arrays that a network of these sizes has, by name."""
    found: dict[str, tuple[int, ...]] = {}
    before = inputs
    for number, width in enumerate(hidden):
        found[f"hidden.{number}.weight"] = (width, before)
        found[f"hidden.{number}.bias"] = (width,)
        before = width
    return {**found, "action.weight": (actions, before), "action.bias": (actions,)}


def check(weights: Mapping[str, NDArray[Any]], wanted: Mapping[str, tuple[int, ...]]) -> None:
    """Checks names, shapes, kind and values of the arrays.

    Raises:
        WargameError: the first array that is wrong, and how.
    """
    lacking, extra = sorted(set(wanted) - set(weights)), sorted(set(weights) - set(wanted))
    if lacking or extra:
        said = [f"lacks {', '.join(lacking)}"] * bool(lacking)
        said += [f"has {', '.join(map(ascii, extra))} besides"] * bool(extra)
        raise WargameError(" and ".join(said))
    for name, shape in wanted.items():
        array = weights[name]
        if array.shape != shape:
            raise WargameError(f"{name} has the shape {array.shape}, and {shape} is needed")
        if array.dtype != np.float32:
            raise WargameError(f"{name} holds {array.dtype} numbers, and float32 is needed")
        if not np.isfinite(array).all():
            raise WargameError(f"{name} holds a number that is not finite")
        if array.size and float(np.abs(array).max()) > LARGEST:
            raise WargameError(f"{name} holds a number beyond {LARGEST:,.0f}")


class Network:
    """Dense layers with one activation between them.

    Args:
        weights: as `check` accepts them.
        activation: after every hidden layer.
    """

    def __init__(self, weights: Weights, activation: Activation) -> None:
        hidden = sum(name.startswith("hidden.") for name in weights) // 2
        names = [*(f"hidden.{number}" for number in range(hidden)), "action"]
        self._layers = [
            (
                np.ascontiguousarray(weights[f"{name}.weight"].T, dtype=np.float64),
                weights[f"{name}.bias"].astype(np.float64),
            )
            for name in names
        ]
        self._shape = _SHAPES[activation]

    def logits(self, observation: NDArray[np.float32]) -> Floats:
        """One number an action: shape (..., inputs) to (..., actions)."""
        at: Floats = observation.astype(np.float64)
        for matrix, bias in self._layers[:-1]:
            at = self._shape(at @ matrix + bias)
        matrix, bias = self._layers[-1]
        found: Floats = at @ matrix + bias
        return found


def greedy(logits: Floats, legal: NDArray[np.bool_]) -> int:
    """The legal action with the greatest logit; of equals the lowest."""
    return int(np.argmax(np.where(legal, logits, -np.inf)))


def probabilities(logits: Floats, legal: NDArray[np.bool_]) -> Floats:
    """Softmax over the legal actions; 0 for the others. Shape (actions,)."""
    kept = np.where(legal, logits, -np.inf)
    grown: Floats = np.exp(kept - kept.max())
    found: Floats = grown / grown.sum()
    return found


def sample(logits: Floats, legal: NDArray[np.bool_], rng: np.random.Generator) -> int:
    """A legal action drawn by its probability; takes one number from the generator."""
    allowed = np.flatnonzero(legal)
    upto = np.cumsum(probabilities(logits, legal)[allowed])
    place = int(np.searchsorted(upto, rng.random() * upto[-1], side="right"))
    return int(allowed[min(place, len(allowed) - 1)])
