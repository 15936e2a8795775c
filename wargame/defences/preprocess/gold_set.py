"""Gold set: a small vetted set weighs in training, and a part of it checks the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field

from wargame.card import Kind
from wargame.kernels.intervals import Estimate
from wargame.pipeline.defence_roles import HeldOutTest, Plan, TrainingDefence
from wargame.stages import Stage, Strength


class GoldSet(TrainingDefence, HeldOutTest):
    """Adds tiles that people have checked to the training data, each with the weight of many."""

    name: ClassVar[str] = "gold_set"
    title: ClassVar[str] = "Gold set"
    stage: ClassVar[Stage] = Stage.PREPROCESS
    kind: ClassVar[Kind] = Kind.VERIFICATION
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    lasts: ClassVar[tuple[int, int, int]] = (4, 4, 4)
    source: ClassVar[str] = "S0 7.2(2)"
    atlas: ClassVar[str | None] = "AML.M0008"
    summary: ClassVar[str] = "Vetted tiles weigh in training and tell what the model is worth"
    text: ClassVar[str] = (
        "People label about a hundred tiles by hand, away from the drones. Most of them join the "
        "training data with up to several times the weight of an upload, so that poison is "
        "outvoted where they speak; the rest are never trained on and measure each new model. It "
        "is the one instrument that sees the model's worth without asking the senders. But it is "
        "small: its reading is off by several points by chance alone, it knows nothing of "
        "triggers, and a heavy weight makes the model learn these few tiles by heart."
    )
    counters: ClassVar[tuple[str, ...]] = ("label_flip", "drift_poison", "fake_node", "tamper")
    instruments: ClassVar[tuple[str, ...]] = ("gold_set.accuracy",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"weight": 1.0},
        Strength.MEDIUM: {"weight": 3.0},
        Strength.HEAVY: {"weight": 6.0},
    }

    weight: float = Field(3.0, ge=0, le=100, description="weight of a vetted tile in the loss")

    def plan(self, plan: Plan) -> Plan:
        """The plan with the vetted tiles in it."""
        return replace(plan, vetted_weight=max(plan.vetted_weight, self.weight))

    def alarming(self, right: Estimate, opening: float) -> bool:
        """Whether even chance cannot explain a loss of more than three points."""
        return right.high < opening - 0.03
