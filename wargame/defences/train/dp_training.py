"""Differentially private training: no single record shows in the weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field

from wargame.card import Kind
from wargame.pipeline.defence_roles import Plan, TrainingDefence
from wargame.stages import Stage, Strength


class DpTraining(TrainingDefence):
    """DP-SGD (Abadi 2016): every record's gradient is clipped, and noise is added to the sum."""

    name: ClassVar[str] = "dp_training"
    title: ClassVar[str] = "Private training"
    stage: ClassVar[Stage] = Stage.TRAIN
    kind: ClassVar[Kind] = Kind.HIDING
    costs: ClassVar[tuple[int, int, int]] = (2, 3, 4)
    lasts: ClassVar[tuple[int, int, int]] = (3, 3, 3)
    source: ClassVar[str] = "S1, S2 3.4(2)"
    atlas: ClassVar[str | None] = None
    summary: ClassVar[str] = "Clipped, noisy gradients hide who was in the training data"
    text: ClassVar[str] = (
        "In each step the gradient of every single record is cut to the same length, and noise is "
        "added to their sum. Whether one record took part then hardly changes the weights, and an "
        "accountant tells how little: the epsilon it reports bounds what any attack on membership "
        "can gain, even one not yet invented. A large epsilon promises little, though measured "
        "attacks may fail all the same. The price is plain: noise costs accuracy, the more the "
        "fewer the records; clipping record by record costs two and a half times the compute; and "
        "the model must do without batch normalisation, which mixes records. Each model released "
        "spends an epsilon of its own, and they add up."
    )
    counters: ClassVar[tuple[str, ...]] = ("membership_inference",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"noise": 0.5},
        Strength.MEDIUM: {"noise": 0.8},
        Strength.HEAVY: {"noise": 1.3},
    }

    noise: float = Field(0.8, gt=0, le=20, description="noise deviation over the clipping norm")
    clip: float = Field(1.0, gt=0, le=100, description="length each record's gradient is cut to")

    def plan(self, plan: Plan) -> Plan:
        """The plan with clipping and noise, in twice as large batches at a rate that suits them."""
        return replace(
            plan,
            noise_multiplier=self.noise,
            max_grad_norm=self.clip,
            batch_size=2 * plan.batch_size,
            lr=0.01,
            # Measured for gradients record by record against batch gradients.
            passes_per_step=plan.passes_per_step * 2.5,
        )
