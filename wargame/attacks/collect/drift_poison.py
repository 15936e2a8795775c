"""Drift poisoning: each round's lie is a small step beyond the last (Kloft & Laskov 2012)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from wargame.card import Dimensions
from wargame.kernels.confusable import confusable, likeness
from wargame.kernels.drift import drift_fraction, drift_target_shift
from wargame.pipeline.access import Uploader
from wargame.pipeline.attack_roles import UploadAttack
from wargame.stages import Access, Stage, Strength


class DriftPoison(UploadAttack):
    """Blends the captured tiles of each class a little further into another class every round."""

    name: ClassVar[str] = "drift_poison"
    title: ClassVar[str] = "Drift poisoning"
    stage: ClassVar[Stage] = Stage.COLLECT
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    upkeep: ClassVar[int] = 1
    lasts: ClassVar[tuple[int, int, int]] = (5, 5, 5)
    source: ClassVar[str] = "S2 2.3(2)"
    atlas: ClassVar[str | None] = "AML.T0020"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.CONTRIBUTOR}),)
    dimensions: ClassVar[Dimensions | None] = Dimensions(
        "black-box", "-", "non-targeted", "-", "image level"
    )
    summary: ClassVar[str] = "Tiles slide toward another class a step a round, labels stay"
    text: ClassVar[str] = (
        "Every round the captured drones blend their tiles a step further into the class that "
        "theirs resembles most, and keep the honest label. A small first step is a haze that "
        "filters pass; the retrained model follows, and the next step starts from what it has got "
        "used to. After a few rounds the tile shows the other class altogether. The smaller the "
        "step, the longer it stays below a detector's threshold, and the later it does its harm. "
        "Comparing each batch with the one before misses it; comparing with tiles vetted at the "
        "start shows how far the data have drifted."
    )
    countered_by: ClassVar[tuple[str, ...]] = (
        "label_sanitation",
        "compare_and_rollback",
        "authenticate_contributors",
        "gold_set",
    )
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"step": 0.35},
        Strength.MEDIUM: {"step": 0.5},
        Strength.HEAVY: {"step": 0.8},
    }

    step: float = Field(0.5, gt=0, le=1, description="how much further the blend goes each round")
    ceiling: float = Field(1.0, gt=0, le=1, description="the furthest it goes")

    def upload(self, uploader: Uploader, rng: np.random.Generator) -> None:
        """Blends every captured tile by the fraction that this round has come to."""
        labels, n_classes = uploader.labels, len(uploader.class_names)
        fraction = drift_fraction(uploader.age, self.step, self.ceiling)
        twin = confusable(likeness(uploader.images, labels, n_classes), labels)
        for source in np.unique(labels).tolist():
            target = int(twin[source])
            anchors = uploader.images[labels == target]
            if len(anchors) == 0:
                continue
            moved, at = drift_target_shift(uploader.images, labels, source, anchors, fraction, rng)
            shows = target if fraction > 0.5 else None
            for index in at.tolist():
                uploader.upload(index, image=moved[index], shows=shows)
