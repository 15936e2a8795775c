"""Policies of the tests' own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.game import policy
from wargame.game.scenario import Scenario
from wargame.stages import Side

MADE = policy.Made(
    command="wargame train tiny --side attacker",
    steps=1000,
    seed=3,
    fidelity="drill",
    opponents=("vigilant", "random"),
    worlds=(2**32, 2**32 + 63),
)
Arrays = dict[str, NDArray[np.float32]]


def described(rules: Scenario, side: Side = Side.ATTACKER, **more: Any) -> policy.Settings:
    facts: dict[str, Any] = {
        "name": "learner",
        "title": "The learner",
        "character": "Learned by playing",
        "hidden": (7, 5),
        "activation": "tanh",
        "play": "greedy",
        "made": MADE,
    }
    return policy.describe(rules, side, **{**facts, **more})


def drawn(known: policy.Settings, seed: int = 0, scale: float = 1.0) -> Arrays:
    rng = np.random.default_rng(seed)
    return {
        name: (scale * rng.standard_normal(shape)).astype(np.float32)
        for name, shape in known.shapes.items()
    }


def written(folder: Path, rules: Scenario, seed: int = 0, **more: Any) -> Path:
    known = described(rules, **more)
    policy.save(folder, known, drawn(known, seed))
    return folder
