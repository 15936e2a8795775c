"""Fake node: drones that do not exist upload maps nobody flew (a Sybil attack)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from wargame.card import Dimensions
from wargame.kernels.confusable import confusable, likeness
from wargame.pipeline.access import Uploader
from wargame.pipeline.attack_roles import UploadAttack
from wargame.stages import Access, Stage, Strength


class FakeNode(UploadAttack):
    """Registers sham drones that upload mirrored copies of captured tiles as another class."""

    name: ClassVar[str] = "fake_node"
    title: ClassVar[str] = "Fake nodes"
    stage: ClassVar[Stage] = Stage.COLLECT
    costs: ClassVar[tuple[int, int, int]] = (2, 3, 5)
    upkeep: ClassVar[int] = 1
    lasts: ClassVar[tuple[int, int, int]] = (3, 3, 3)
    source: ClassVar[str] = "S0 6"
    atlas: ClassVar[str | None] = "AML.T0059"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.CONTRIBUTOR}),)
    dimensions: ClassVar[Dimensions | None] = Dimensions("black-box", "-", "non-targeted", "-", "-")
    summary: ClassVar[str] = "Sham drones upload constructed tiles without ever flying"
    text: ClassVar[str] = (
        "Where anyone may register a drone, an attacker registers many (a Sybil attack). They "
        "never fly: each builds its records from captured tiles, mirrored so that none equals its "
        "original, and states the class that the tile resembles. So the harm is no longer bound "
        "by how many drones were captured. Numbers are its strength and also what betrays it: the "
        "intake swells. An intake that demands the signature of an enrolled drone stops every one "
        "of them; a filter that looks at the records alone must find them one by one."
    )
    countered_by: ClassVar[tuple[str, ...]] = (
        "authenticate_contributors",
        "label_sanitation",
        "compare_and_rollback",
        "gold_set",
    )
    measured_by: ClassVar[tuple[str, ...]] = ("junk_stored",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"ratio": 1.0},
        Strength.MEDIUM: {"ratio": 2.0},
        Strength.HEAVY: {"ratio": 3.0},
    }

    ratio: float = Field(2.0, gt=0, le=20, description="sham records for each captured one")

    def upload(self, uploader: Uploader, rng: np.random.Generator) -> None:
        """Sends `ratio` times as many sham records as the captured drones hold."""
        labels, n_classes = uploader.labels, len(uploader.class_names)
        if len(uploader) == 0:
            return
        twin = confusable(likeness(uploader.images, labels, n_classes), labels)
        count = round(self.ratio * len(uploader))
        chosen = rng.integers(0, len(uploader), count)
        # Down, across, or both: never the captured tile itself.
        turns = rng.integers(1, 4, count)
        for at, turn in zip(chosen.tolist(), turns.tolist(), strict=True):
            image = uploader.images[at]
            image = image[::-1] if turn & 1 else image
            image = image[:, ::-1] if turn & 2 else image
            uploader.register_sham(np.ascontiguousarray(image), int(twin[labels[at]]))
