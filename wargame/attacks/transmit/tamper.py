"""Tampering: a man in the middle rewrites records in flight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from wargame.kernels.confusable import confusable, likeness
from wargame.pipeline.access import Link
from wargame.pipeline.attack_roles import LinkAttack
from wargame.pipeline.wire import Packet, pack
from wargame.stages import Access, Stage, Strength


class Tamper(LinkAttack):
    """Rewrites the label of a share of all records on the link; garbles what it cannot read."""

    name: ClassVar[str] = "tamper"
    title: ClassVar[str] = "Man in the middle"
    stage: ClassVar[Stage] = Stage.TRANSMIT
    costs: ClassVar[tuple[int, int, int]] = (2, 4, 5)
    upkeep: ClassVar[int] = 1
    lasts: ClassVar[tuple[int, int, int]] = (3, 3, 3)
    source: ClassVar[str] = "S0 6"
    atlas: ClassVar[str | None] = "AML.T0020"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.NETWORK}),)
    summary: ClassVar[str] = "Rewrites the labels of honest records in flight"
    text: ClassVar[str] = (
        "Between drone and cloud the attacker takes a packet, writes another class into it and "
        "sends it on. No drone need be captured, and the lies come from every sender alike, so a "
        "search for bad drones finds none. That is its advantage over a captured drone, which "
        "spoils only its own records. Whatever authenticates the record itself ends it: under an "
        "encrypted channel or a signature a changed byte no longer fits, and the record is "
        "refused. Refused is not repaired: the records are lost, and the alarm that counts them "
        "tells the defender that somebody sits on the link."
    )
    countered_by: ClassVar[tuple[str, ...]] = (
        "encrypted_channel",
        "authenticate_contributors",
        "label_sanitation",
        "gold_set",
        "traffic_monitor",
    )
    measured_by: ClassVar[tuple[str, ...]] = ("accepted", "changed")
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"share": 0.3},
        Strength.MEDIUM: {"share": 0.5},
        Strength.HEAVY: {"share": 0.7},
    }

    share: float = Field(0.5, gt=0, le=1, description="share of the packets to rewrite")

    def transmit(self, link: Link, rng: np.random.Generator) -> None:
        """Rewrites a random share of the packets."""
        chosen = rng.choice(len(link), round(self.share * len(link)), replace=False).tolist()
        found = {at: link.read(at) for at in chosen}
        readable = {at: packet for at, packet in found.items() if packet is not None}
        for at, label in _lies(readable).items():
            link.write(at, pack(readable[at]._replace(label=label)))
        for at in sorted(found.keys() - readable.keys()):
            link.write(at, _garbled(link.raw(at), rng))


def _lies(packets: Mapping[int, Packet]) -> dict[int, int]:
    """For each packet the class that its stated class resembles most."""
    if not packets:
        return {}
    images = np.stack([packet.image for packet in packets.values()])
    labels = np.asarray([packet.label for packet in packets.values()], np.int64)
    # The link does not say how many classes there are: those seen, and one more if it is alone.
    n_classes = max(2, int(labels.max()) + 1)
    twin = confusable(likeness(images, labels, n_classes), labels)
    return {at: int(twin[label]) for at, label in zip(packets, labels, strict=True)}


def _garbled(blob: bytes, rng: np.random.Generator) -> bytes:
    """The bytes with one of them changed."""
    at, flip = int(rng.integers(0, len(blob))), int(rng.integers(1, 256))
    return blob[:at] + bytes([blob[at] ^ flip]) + blob[at + 1 :]
