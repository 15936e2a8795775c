"""Label flipping: captured drones lie about what they saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from wargame.card import Dimensions
from wargame.pipeline.access import Uploader
from wargame.pipeline.attack_roles import UploadAttack
from wargame.stages import Access, Stage, Strength


class LabelFlip(UploadAttack):
    """Flips the labels of a share of the captured drones' records, class by class."""

    name: ClassVar[str] = "label_flip"
    title: ClassVar[str] = "Label flipping"
    stage: ClassVar[Stage] = Stage.COLLECT
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    upkeep: ClassVar[int] = 1
    lasts: ClassVar[tuple[int, int, int]] = (3, 3, 3)
    source: ClassVar[str] = "S2 2.3(1)"
    atlas: ClassVar[str | None] = "AML.T0020"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.CONTRIBUTOR}),)
    dimensions: ClassVar[Dimensions | None] = Dimensions("black-box", "-", "non-targeted", "-", "-")
    summary: ClassVar[str] = "Captured drones upload true tiles with wrong labels"
    text: ClassVar[str] = (
        "The tiles are genuine, only the labels lie, and always in the same way: forests become "
        "pastures, rivers become lakes. A model trained on them moves its boundary. The lie is "
        "cheap and needs no knowledge of the model; its neighbours in feature space give it away, "
        "the more so the more labels are flipped."
    )
    countered_by: ClassVar[tuple[str, ...]] = (
        "label_sanitation",
        "compare_and_rollback",
        "authenticate_contributors",
        "gold_set",
    )
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"share": 0.4},
        Strength.MEDIUM: {"share": 0.7},
        Strength.HEAVY: {"share": 1.0},
    }

    share: float = Field(0.5, gt=0, le=1, description="share of captured records to relabel")
    step: int = Field(1, ge=1, description="class c is called c + step")

    def upload(self, uploader: Uploader, rng: np.random.Generator) -> None:
        """Relabels a random share of the records, each class as the next."""
        count = round(self.share * len(uploader))
        for at in rng.choice(len(uploader), count, replace=False).tolist():
            label = (int(uploader.labels[at]) + self.step) % len(uploader.class_names)
            uploader.upload(at, label=label)
