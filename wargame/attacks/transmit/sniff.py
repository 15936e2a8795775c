"""Sniffing: whoever sits on the link reads what passes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from wargame.pipeline.access import Link
from wargame.pipeline.attack_roles import LinkAttack
from wargame.stages import Access, Stage, Strength


class Sniff(LinkAttack):
    """Copies a share of the records in transit."""

    name: ClassVar[str] = "sniff"
    title: ClassVar[str] = "Sniffing"
    stage: ClassVar[Stage] = Stage.TRANSMIT
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    lasts: ClassVar[tuple[int, int, int]] = (2, 2, 2)
    source: ClassVar[str] = "S0 3.1(2), S2 2.5"
    atlas: ClassVar[str | None] = "AML.T0035"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.NETWORK}),)
    summary: ClassVar[str] = "Copies records as they pass on the link"
    text: ClassVar[str] = (
        "Drones send their tiles over a link that others share, and a record in the clear is a "
        "record for everyone. The sniffer changes nothing, so neither the store nor the model nor "
        "any instrument of the defender notices it: what is lost is confidentiality alone. The "
        "strength is how much of the traffic the tap can follow. There is one remedy, and it is "
        "complete: on an encrypted channel the tap reads noise."
    )
    countered_by: ClassVar[tuple[str, ...]] = ("encrypted_channel",)
    measured_by: ClassVar[tuple[str, ...]] = ("records_exposed",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"share": 0.3},
        Strength.MEDIUM: {"share": 0.6},
        Strength.HEAVY: {"share": 1.0},
    }

    share: float = Field(0.6, gt=0, le=1, description="share of the packets that the tap follows")

    def transmit(self, link: Link, rng: np.random.Generator) -> None:
        """Reads a random share of the packets."""
        for at in rng.choice(len(link), round(self.share * len(link)), replace=False).tolist():
            link.read(at)
