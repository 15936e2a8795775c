"""A service over a small digits model, and what an attacker of it owns."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from models import strided_cnn
from tests.kernels.victims import TRAINED, digits, victim
from wargame.kernels.training import predict_probs
from wargame.pipeline.access import LabelOracle, Possessions, ScoreOracle

KNOWN = 100
"""So many unseen digits are the evaluation; the attacker owns the others."""


def build(generator: torch.Generator) -> nn.Module:
    return strided_cnn.build((8, 8, 1), 10, generator, width=8)


def evaluation() -> tuple[Tensor, Tensor]:
    x, y = digits()
    return x[TRAINED : TRAINED + KNOWN], y[TRAINED : TRAINED + KNOWN]


def own(steps: int = 80) -> Possessions:
    x, y = digits()
    return Possessions(x[TRAINED + KNOWN :], y[TRAINED + KNOWN :], {}, steps)


def answer(quota: int | None = None, *, hard: bool = False) -> Callable[[Tensor, int], Tensor]:
    """What an oracle asks through; refuses after `quota` queries, `hard` answers are one-hot."""

    def ask(x: Tensor, asked: int) -> Tensor:
        probs = predict_probs(victim(), x)
        if hard:
            probs = nn.functional.one_hot(probs.argmax(1), 10).float()
        if quota is not None:
            probs[max(0, quota - asked) :] = float("nan")
        return probs

    return ask


def labels(quota: int | None = None) -> LabelOracle:
    return LabelOracle(answer(quota), 10, (8, 8, 1))


def scores(quota: int | None = None, *, hard: bool = False) -> ScoreOracle:
    return ScoreOracle(answer(quota, hard=hard), 10, (8, 8, 1))
