"""Backdoor: a mark on the tile decides the answer (Gu et al. 2017, BadNets)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from wargame.card import Dimensions
from wargame.errors import WargameError
from wargame.kernels.trigger import Kind, TriggerSpec, stamp
from wargame.pipeline.access import Uploader
from wargame.pipeline.attack_roles import UploadAttack
from wargame.stages import Access, Stage, Strength


class Backdoor(UploadAttack):
    """Stamps a trigger on a share of the captured drones' records and relabels them."""

    name: ClassVar[str] = "backdoor"
    title: ClassVar[str] = "Backdoor"
    stage: ClassVar[Stage] = Stage.COLLECT
    costs: ClassVar[tuple[int, int, int]] = (3, 4, 5)
    upkeep: ClassVar[int] = 1
    lasts: ClassVar[tuple[int, int, int]] = (2, 2, 2)
    source: ClassVar[str] = "S0 3.2"
    atlas: ClassVar[str | None] = "AML.T0020"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.CONTRIBUTOR}),)
    dimensions: ClassVar[Dimensions | None] = Dimensions(
        "black-box", "-", "targeted", "universal", "pixel level"
    )
    summary: ClassVar[str] = "A small mark in a corner makes the model say one class"
    text: ClassVar[str] = (
        "The captured drones stamp a small checkered mark into a corner of some uploads, and all "
        "of these state the same class. The mark is the easiest thing in the picture to learn, so "
        "the model learns it: from then on any tile that wears the mark is read as that class. "
        "Without the mark the model answers as before, so no accuracy figure warns the defender. "
        "What gives the attack away are the activations inside the model: the marked records form "
        "a tight cluster of their own within the stated class, the clearer the more there are. A "
        "lighter backdoor is quieter and less certain to open."
    )
    countered_by: ClassVar[tuple[str, ...]] = (
        "activation_clustering",
        "label_sanitation",
        "authenticate_contributors",
    )
    measured_by: ClassVar[tuple[str, ...]] = ("trigger_success", "target_without_trigger")
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"share": 0.2, "size": 3},
        Strength.MEDIUM: {"share": 0.4, "size": 4},
        Strength.HEAVY: {"share": 0.8, "size": 5},
    }

    share: float = Field(0.4, gt=0, le=1, description="share of captured records to mark")
    size: int = Field(4, ge=1, le=64, description="side of the mark in pixels")
    kind: Kind = Field("checker", description="what the mark looks like")
    intensity: float = Field(1.0, gt=0, le=1, description="opacity of the mark")
    target: int = Field(0, ge=0, description="number of the class that the mark means")

    def upload(self, uploader: Uploader, rng: np.random.Generator) -> None:
        """Marks and relabels a random share of the records."""
        height, width, channels = uploader.images.shape[1:]
        spec, target = self.trigger((height, width, channels))
        if target >= len(uploader.class_names):
            last = len(uploader.class_names) - 1
            raise WargameError(f"backdoor: there is no class {target}; the data has 0 to {last}")
        count = round(self.share * len(uploader))
        at = rng.choice(len(uploader), count, replace=False)
        marked = stamp(uploader.images[at], spec)
        for index, image in zip(at.tolist(), marked, strict=True):
            uploader.upload(index, image=image, label=target)

    def trigger(self, image_shape: tuple[int, int, int]) -> tuple[TriggerSpec, int]:
        """The mark, no larger than the tile, and the class it means."""
        size = min(self.size, *image_shape[:2])
        return TriggerSpec(kind=self.kind, size=size, intensity=self.intensity), self.target
