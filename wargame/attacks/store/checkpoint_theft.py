"""Checkpoint theft: a storage node's owner copies the weights file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from wargame.card import Dimensions
from wargame.pipeline.access import StorageNode
from wargame.pipeline.attack_roles import CheckpointAttack
from wargame.stages import Access, Stage, Strength


class CheckpointTheft(CheckpointAttack):
    """Copies the weights each time they are released, and so opens the white-box cards."""

    name: ClassVar[str] = "checkpoint_theft"
    title: ClassVar[str] = "Checkpoint theft"
    stage: ClassVar[Stage] = Stage.STORE
    costs: ClassVar[tuple[int, int, int]] = (2, 3, 4)
    lasts: ClassVar[tuple[int, int, int]] = (1, 3, 6)
    source: ClassVar[str] = "S2 2.6(3)"
    atlas: ClassVar[str | None] = "AML.T0025"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.STORAGE}),)
    dimensions: ClassVar[Dimensions | None] = None
    summary: ClassVar[str] = "Copies the weights file and so turns black-box into white-box"
    text: ClassVar[str] = (
        "Weights lie on a storage node like any other file. Whoever holds the node copies them, "
        "and from then on computes gradients of the real model at home: what could only be asked "
        "before can now be looked into, which opens the white-box attacks. Reading leaves no "
        "trace in any model or measurement, so no instrument warns. A retrained model makes the "
        "copy stale; the strength is for how many releases the foothold lasts. Encryption at rest "
        "leaves the thief with noise, but calls no copy back that was taken before."
    )
    countered_by: ClassVar[tuple[str, ...]] = ("encrypted_store",)
    measured_by: ClassVar[tuple[str, ...]] = ("weights_read",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {},
        Strength.MEDIUM: {},
        Strength.HEAVY: {},
    }

    def steal(self, node: StorageNode) -> bytes:
        """The weights file as it lies there."""
        return node.checkpoint()
