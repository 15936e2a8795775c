"""Membership inference: which tiles was the model trained on? (Yeom 2018, Carlini 2022)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wargame.card import Dimensions
from wargame.pipeline.access import Possessions, ScoreOracle
from wargame.pipeline.attack_roles import Findings, QueryAttack
from wargame.stages import Access, Stage, Strength

if TYPE_CHECKING:
    import torch
    from torch import nn

KEPT = 12
"""Shadow models kept at most."""


class MembershipInference(QueryAttack):
    """Asks about each tile in question and compares with models that never saw it."""

    name: ClassVar[str] = "membership_inference"
    title: ClassVar[str] = "Membership inference"
    stage: ClassVar[Stage] = Stage.SERVE
    costs: ClassVar[tuple[int, int, int]] = (1, 3, 4)
    lasts: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    source: ClassVar[str] = "S2 2.6(1)"
    atlas: ClassVar[str | None] = "AML.T0024.000"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.API_SCORE}),)
    dimensions: ClassVar[Dimensions | None] = Dimensions("black-box", "-", "-", "-", "-")
    summary: ClassVar[str] = "Tells training tiles by how sure the model is of them"
    text: ClassVar[str] = (
        "A model is surer of what it was trained on. The light attack asks for each tile's score "
        "and calls a small loss membership, but an easy tile has a small loss anyway. So the "
        "heavier attack trains shadow models on tiles of its own, sees how sure a model is that "
        "never met the tile, and scores only the excess: a likelihood ratio. One query for each "
        "tile looks like any customer's, so little gives it away. It lives on overfitting: private "
        "training takes it away at a price in accuracy; answers cut down to the label leave only "
        "the weaker question whether the label is right."
    )
    countered_by: ClassVar[tuple[str, ...]] = ("dp_training", "output_perturbation")
    measured_by: ClassVar[tuple[str, ...]] = ("auc", "tpr_at_1_fpr", "queries")
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"shadows": 0},
        Strength.MEDIUM: {"shadows": 2},
        Strength.HEAVY: {"shadows": 3, "effort": 0.75},
    }

    shadows: int = Field(2, ge=0, le=64, description="new shadow models a round; 0: loss threshold")
    effort: float = Field(0.7, gt=0, le=64, description="their training steps, in the victim's own")
    share: float = Field(0.6, gt=0, le=1, description="share of own tiles that each learns from")
    lr: float = Field(0.01, gt=0, le=1, description="the shadows' highest learning rate")

    def query(
        self,
        oracle: ScoreOracle,
        candidates: tuple[torch.Tensor, torch.Tensor],
        own: Possessions,
        generator: torch.Generator,
        build: Callable[[torch.Generator], nn.Module],
    ) -> Findings:
        """One score for each candidate; where the service refused, the middle of the others."""
        x, y = candidates
        probs = oracle.scores(x).numpy()
        known = ~np.isnan(probs).any(axis=1)
        scores = np.zeros(len(x), np.float64)
        loot: Mapping[str, NDArray[Any]] = own.loot
        if known.any():
            if self.shadows:
                loot = self._shadows(own, generator, build)
            beside = _answers(loot, x[known], build, generator)
            scores[known] = _scores(probs[known], y.numpy()[known], beside)
            scores[~known] = np.median(scores[known])
        return Findings(scores=scores, loot=loot)

    def _shadows(
        self,
        own: Possessions,
        generator: torch.Generator,
        build: Callable[[torch.Generator], nn.Module],
    ) -> dict[str, NDArray[Any]]:
        """Weights of the shadow models so far, stacked (m, ...), with this round's new ones."""
        import torch

        from wargame.kernels.training import TrainSettings, fit

        steps = max(1, round(self.effort * own.steps / self.shadows))
        size = max(1, round(self.share * len(own.x)))
        states = []
        for _ in range(self.shadows):
            model = build(generator)
            rows = torch.randperm(len(own.x), generator=generator)[:size]
            settings = TrainSettings(steps=steps, batch_size=64, lr=self.lr)
            fit(model, own.x[rows], own.y[rows], settings, generator=generator)
            states.append({name: value.numpy() for name, value in model.state_dict().items()})
        fresh = {name: np.stack([state[name] for state in states]) for name in states[0]}
        if own.loot.keys() != fresh.keys():
            return fresh
        return {name: np.concatenate([own.loot[name], fresh[name]])[-KEPT:] for name in fresh}


def _answers(
    stacked: Mapping[str, NDArray[Any]],
    x: torch.Tensor,
    build: Callable[[torch.Generator], nn.Module],
    generator: torch.Generator,
) -> NDArray[np.float32]:
    """(m,n,k) what each shadow model says of x."""
    import torch

    from wargame.kernels.training import predict_probs

    found = []
    model = build(generator)
    for index in range(len(next(iter(stacked.values()), ()))):
        state = {name: torch.from_numpy(np.array(value[index])) for name, value in stacked.items()}
        model.load_state_dict(state)
        found.append(predict_probs(model, x).numpy())
    return np.stack(found) if found else np.zeros((0, len(x), 0), np.float32)


def _scores(
    probs: NDArray[np.float32], y: NDArray[np.int64], beside: NDArray[np.float32]
) -> NDArray[np.float64]:
    """The strongest score that answers of this kind allow."""
    from wargame.kernels import membership

    if bool((probs.max(axis=1) > 1 - 1e-6).all()):
        right = membership.label_only_scores(probs.argmax(axis=1), y)
        # A right answer on a tile that others get wrong says more than one on an easy tile.
        easy = beside[:, np.arange(len(y)), y].mean(axis=0) if len(beside) else 0.0
        return np.asarray(right - easy, np.float64)
    if len(beside) < 2:
        return membership.loss_threshold_scores(probs, y)
    return membership.shadow_scores(probs, y, beside)
