"""The network in plain NumPy, against sums made one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from wargame.game import network

Arrays = dict[str, NDArray[np.float32]]


def by_hand(arrays: Arrays, activation: str, seen: list[float]) -> list[float]:
    """The forward pass in plain Python, one sum at a time."""
    at = seen
    for name in ("hidden.0", "hidden.1", "action"):
        weight, bias = arrays[f"{name}.weight"], arrays[f"{name}.bias"]
        at = [
            math.fsum(float(w) * x for w, x in zip(row, at, strict=True)) + float(b)
            for row, b in zip(weight, bias, strict=True)
        ]
        if name != "action":
            at = [math.tanh(x) if activation == "tanh" else max(x, 0.0) for x in at]
    return at


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_the_network_is_the_sum_it_says(activation: network.Activation) -> None:
    rng = np.random.default_rng(5)
    wanted = network.shapes(11, (7, 5), 4)
    arrays = {name: rng.standard_normal(s).astype(np.float32) for name, s in wanted.items()}
    seen = rng.standard_normal((3, 11)).astype(np.float32)
    found = network.Network(arrays, activation).logits(seen)
    expected = [by_hand(arrays, activation, [float(x) for x in row]) for row in seen]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@given(st.lists(st.tuples(st.floats(-50, 50), st.booleans()), min_size=1, max_size=60), st.data())
def test_only_legal_actions_are_ever_chosen(
    pairs: list[tuple[float, bool]], data: st.DataObject
) -> None:
    logits = np.array([0.0, *(each for each, _ in pairs)])
    legal = np.array([True, *(fine for _, fine in pairs)])
    best = network.greedy(logits, legal)
    assert legal[best]
    assert logits[best] == max(logits[legal])
    assert not any(legal[i] and logits[i] == logits[best] for i in range(best))
    share = network.probabilities(logits, legal)
    assert math.isclose(share.sum(), 1.0, rel_tol=1e-9)
    assert not share[~legal].any()
    seed = data.draw(st.integers(0, 2**32))
    assert legal[network.sample(logits, legal, np.random.default_rng(seed))]


def test_drawing_follows_the_softmax() -> None:
    logits, legal = np.log([1.0, 2.0, 50.0, 5.0]), np.array([True, True, False, True])
    rng = np.random.default_rng(2)
    counts = np.bincount([network.sample(logits, legal, rng) for _ in range(8000)], minlength=4)
    np.testing.assert_allclose(counts / 8000, [1 / 8, 2 / 8, 0, 5 / 8], atol=0.02)
