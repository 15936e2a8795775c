"""Compare and roll back: a batch that makes the model worse is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from wargame.card import Kind
from wargame.pipeline.defence_roles import BatchCheck
from wargame.stages import Stage, Strength


class CompareAndRollback(BatchCheck):
    """Trains with and without the newest batch and keeps it only if vetted tiles do not suffer."""

    name: ClassVar[str] = "compare_and_rollback"
    title: ClassVar[str] = "Compare and roll back"
    stage: ClassVar[Stage] = Stage.STORE
    kind: ClassVar[Kind] = Kind.VERIFICATION
    costs: ClassVar[tuple[int, int, int]] = (2, 3, 4)
    lasts: ClassVar[tuple[int, int, int]] = (3, 3, 3)
    source: ClassVar[str] = "S0 6"
    atlas: ClassVar[str | None] = "AML.M0008"
    summary: ClassVar[str] = "Trains with and without the newest batch; deletes a harmful one"
    text: ClassVar[str] = (
        "Two models are trained, one with the newest batch and one without, and both are shown "
        "the defender's vetted tiles. If the newer model is worse by more than the tolerance, "
        "the whole batch is deleted. That stops any attack whose harm shows at once, whatever it "
        "did, and misses one that harms slowly or only on triggers. Training costs twice. A "
        "hundred tiles measure a model to a few points only, so a strict tolerance throws away "
        "honest batches by bad luck, and a batch is always thrown away whole."
    )
    counters: ClassVar[tuple[str, ...]] = ("label_flip", "fake_node", "drift_poison")
    measured_by: ClassVar[tuple[str, ...]] = ("honest_dropped", "planted_dropped")
    instruments: ClassVar[tuple[str, ...]] = ("compare_and_rollback.change",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"tolerance": 0.06},
        Strength.MEDIUM: {"tolerance": 0.03},
        Strength.HEAVY: {"tolerance": 0.0},
    }

    tolerance: float = Field(0.03, ge=0, le=1, description="loss of accuracy that is put up with")

    def accept(self, before: float, after: float, n: int) -> bool:
        """Whether the loss is within the tolerance."""
        # Half a tile keeps shares that are equal from differing by rounding.
        return before - after <= self.tolerance + 0.5 / n
