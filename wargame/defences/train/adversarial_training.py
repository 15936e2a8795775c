"""Adversarial training: the model learns on examples made against itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field

from wargame.card import Kind
from wargame.pipeline.defence_roles import Plan, TrainingDefence
from wargame.stages import Stage, Strength


class AdversarialTraining(TrainingDefence):
    """Replaces each training tile by a one-step adversarial version (Wong et al. 2020)."""

    name: ClassVar[str] = "adversarial_training"
    title: ClassVar[str] = "Adversarial training"
    stage: ClassVar[Stage] = Stage.TRAIN
    kind: ClassVar[Kind] = Kind.ROBUST_LEARNING
    costs: ClassVar[tuple[int, int, int]] = (3, 4, 5)
    upkeep: ClassVar[int] = 1
    lasts: ClassVar[tuple[int, int, int]] = (4, 4, 4)
    source: ClassVar[str] = "S2 3.2"
    atlas: ClassVar[str | None] = "AML.M0003"
    summary: ClassVar[str] = "Trains on adversarial tiles; costs clean accuracy and compute"
    text: ClassVar[str] = (
        "Every training step first attacks its own batch with one random-start gradient step, "
        "then learns the right answer for what came out. So the model has met such tiles before, "
        "and becomes smoother where attackers push. It is one of the few defences that have held "
        "up against attackers who know all about it, as far as the radius it was trained for and "
        "not much beyond. It is also the dearest: training costs twice the passes, and clean "
        "accuracy falls with the radius it must withstand. It does nothing about poison, and "
        "hides neither the data nor the model."
    )
    counters: ClassVar[tuple[str, ...]] = ("fgsm", "pgd", "square", "substitute")
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"epsilon": 2.0},
        Strength.MEDIUM: {"epsilon": 3.0},
        Strength.HEAVY: {"epsilon": 4.0},
    }

    epsilon: float = Field(3.0, gt=0, le=64, description="radius to withstand, of 255")
    share: float = Field(1.0, gt=0, le=1, description="share of each batch made adversarial")

    def plan(self, plan: Plan) -> Plan:
        """Twice the passes; each batch attacked before it is learned."""
        return replace(
            plan,
            epsilon=self.epsilon / 255,
            adversarial_share=self.share,
            passes_per_step=plan.passes_per_step * (1 + self.share),
        )
