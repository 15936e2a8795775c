"""Label flipping: captured drones lie about what they saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from wargame.card import Dimensions
from wargame.kernels.confusable import confusable, likeness
from wargame.kernels.labels import Flips, margins, most_harmful_order, random_flip
from wargame.pipeline.access import Uploader
from wargame.pipeline.attack_roles import UploadAttack
from wargame.stages import Access, Stage, Strength


class LabelFlip(UploadAttack):
    """Flips the labels of a share of the captured drones' records (Biggio 2011)."""

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
        "The tiles are genuine, only the labels lie. Lies told at random name every other class "
        "and partly cancel out; so the attacker starts with the tiles most typical of their class "
        "and calls each class the one it resembles, the lies agree, and the model moves its "
        "boundary. No knowledge of the model is needed. The lies stay in the store when the card "
        "is gone, so the harm outlasts it. What gives a liar away are its neighbours: tiles that "
        "look alike carry another label. A vetted set shows the loss. One round does little, "
        "three do much."
    )
    countered_by: ClassVar[tuple[str, ...]] = (
        "label_sanitation",
        "compare_and_rollback",
        "authenticate_contributors",
        "gold_set",
    )
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"share": 0.5},
        Strength.MEDIUM: {"share": 0.75},
        Strength.HEAVY: {"share": 1.0},
    }

    share: float = Field(0.75, gt=0, le=1, description="share of captured records to relabel")
    order: Literal["random", "systematic"] = Field(
        "systematic",
        description="at random, or the most typical first, each as the class it resembles",
    )

    def upload(self, uploader: Uploader, rng: np.random.Generator) -> None:
        """Relabels a share of the records."""
        flips = self._flips(uploader, round(self.share * len(uploader)), rng)
        for at, label in zip(flips.index.tolist(), flips.label.tolist(), strict=True):
            uploader.upload(at, label=label)

    def _flips(self, uploader: Uploader, count: int, rng: np.random.Generator) -> Flips:
        labels, n_classes = uploader.labels, len(uploader.class_names)
        if self.order == "random":
            return random_flip(labels, n_classes, count, rng)
        scores = likeness(uploader.images, labels, n_classes)
        index = most_harmful_order(margins(scores, labels))[:count]
        return Flips(index, confusable(scores, labels)[labels[index]])
