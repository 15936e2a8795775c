"""Shard corruption: a compromised storage node returns invalid data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from wargame.kernels.confusable import confusable, likeness
from wargame.pipeline.access import StorageNode
from wargame.pipeline.attack_roles import ShardAttack
from wargame.pipeline.wire import Packet, pack
from wargame.stages import Access, Stage, Strength


class ShardCorruption(ShardAttack):
    """Serves a share of the records on one node wrongly, whenever training asks for them."""

    name: ClassVar[str] = "shard_corruption"
    title: ClassVar[str] = "Shard corruption"
    stage: ClassVar[Stage] = Stage.STORE
    costs: ClassVar[tuple[int, int, int]] = (2, 3, 4)
    upkeep: ClassVar[int] = 1
    lasts: ClassVar[tuple[int, int, int]] = (2, 2, 2)
    source: ClassVar[str] = "S0 3.1(4)"
    atlas: ClassVar[str | None] = "AML.T0059"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.STORAGE}),)
    summary: ClassVar[str] = "A storage node hands training other records than it was given"
    text: ClassVar[str] = (
        "A big store is spread over nodes, and training believes what each one returns. The "
        "captured node answers with relabelled records, old ones included, so it spoils in one "
        "round what honest drones gathered in many. The harm lasts just as long as the node lies: "
        "the store itself is whole, and the next honest reading mends the model. A ledger of "
        "digests made at the time of storing names every changed record; encryption at rest "
        "leaves the node nothing it could change unseen."
    )
    countered_by: ClassVar[tuple[str, ...]] = ("hash_ledger", "encrypted_store")
    measured_by: ClassVar[tuple[str, ...]] = ("bad_served",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"share": 0.5},
        Strength.MEDIUM: {"share": 0.75},
        Strength.HEAVY: {"share": 1.0},
    }

    share: float = Field(0.75, gt=0, le=1, description="share of the node's records to corrupt")
    invalid: Literal["relabelled", "noise"] = Field(
        "relabelled", description="what is served: the tile as the class it resembles, or noise"
    )

    def at_rest(self, node: StorageNode, rng: np.random.Generator) -> None:
        """Corrupts a random share of the records held."""
        held = node.held
        chosen = rng.choice(len(held), round(self.share * len(held)), replace=False)
        # The node reads all it holds to learn which classes look alike.
        read = {at: node.read(at) for at in held}
        readable = {at: packet for at, packet in read.items() if packet is not None}
        twin = _twins(list(readable.values()))
        for at in sorted(held[index] for index in chosen.tolist()):
            packet = readable.get(at)
            if packet is None:
                node.serve(at, rng.bytes(len(node.raw(at))))
            else:
                node.serve(at, pack(self._corrupt(packet, twin, rng)))

    def _corrupt(self, packet: Packet, twin: list[int], rng: np.random.Generator) -> Packet:
        if self.invalid == "relabelled":
            return packet._replace(label=twin[packet.label])
        noise = rng.integers(0, 256, packet.image.shape).astype(np.uint8)
        return packet._replace(image=noise)


def _twins(packets: list[Packet]) -> list[int]:
    if not packets:
        return []
    images = np.stack([packet.image for packet in packets])
    labels = np.asarray([packet.label for packet in packets], np.int64)
    n_classes = max(2, int(labels.max()) + 1)
    return [int(twin) for twin in confusable(likeness(images, labels, n_classes), labels)]
