"""Image-scaling attack: people see one picture, the model another (Xiao et al. 2019)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from wargame.card import Dimensions
from wargame.kernels.confusable import confusable, likeness
from wargame.kernels.scaling import capture, embed
from wargame.pipeline.access import Uploader
from wargame.pipeline.attack_roles import UploadAttack
from wargame.stages import Access, Stage, Strength


class ScalingAttack(UploadAttack):
    """Hides a tile of another class in the pixels that down-scaling reads."""

    name: ClassVar[str] = "scaling_attack"
    title: ClassVar[str] = "Image scaling"
    stage: ClassVar[Stage] = Stage.PREPROCESS
    costs: ClassVar[tuple[int, int, int]] = (2, 3, 4)
    upkeep: ClassVar[int] = 1
    lasts: ClassVar[tuple[int, int, int]] = (2, 2, 2)
    source: ClassVar[str] = "S0 3.2, 6"
    atlas: ClassVar[str | None] = "AML.T0020"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.CONTRIBUTOR}),)
    dimensions: ClassVar[Dimensions | None] = Dimensions(
        "black-box", "-", "targeted", "individual", "pixel level"
    )
    summary: ClassVar[str] = "At full size a true tile; scaled down, another class appears"
    text: ClassVar[str] = (
        "A camera captures more pixels than the model reads, and a fast scaler reads only one "
        "pixel of each block. Whoever sets just these pixels shows one picture to people and "
        "another to the model. Each upload looks like a true tile under its true label, so a "
        "person who checks it finds nothing wrong; only after scaling does a tile of another "
        "class stand under that label, and it poisons the training. A scaler that uses every "
        "pixel undoes the trick, and comparing two scalers exposes it. The strength is the share "
        "of captures that carry a hidden tile."
    )
    countered_by: ClassVar[tuple[str, ...]] = ("scaling_filter",)
    measured_by: ClassVar[tuple[str, ...]] = ("read_as_hidden", "read_as_stated")
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"share": 0.4},
        Strength.MEDIUM: {"share": 0.7},
        Strength.HEAVY: {"share": 1.0},
    }

    share: float = Field(0.7, gt=0, le=1, description="share of captures that hide another tile")

    def upload(self, uploader: Uploader, rng: np.random.Generator) -> None:
        """Embeds in each chosen capture a captured tile of the class it resembles."""
        labels, n_classes = uploader.labels, len(uploader.class_names)
        twin = confusable(likeness(uploader.images, labels, n_classes), labels)
        chosen = rng.choice(len(uploader), round(self.share * len(uploader)), replace=False)
        for at in chosen.tolist():
            shows = int(twin[labels[at]])
            hidden = np.flatnonzero(labels == shows)
            if len(hidden) == 0:
                continue
            tile = uploader.images[[int(rng.choice(hidden))]]
            cover = capture(uploader.images[[at]], uploader.factor)
            uploader.upload(at, large=embed(cover, tile, uploader.factor)[0], shows=shows)
