"""Encrypted store: records and weights lie at rest as ciphertext."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from wargame.card import Kind
from wargame.pipeline.defence_roles import AtRestDefence
from wargame.stages import Stage, Strength

if TYPE_CHECKING:
    import numpy as np


class EncryptedStore(AtRestDefence):
    """AES-256-GCM at rest, each record bound to its number; the key is not on the node."""

    name: ClassVar[str] = "encrypted_store"
    title: ClassVar[str] = "Encrypted store"
    stage: ClassVar[Stage] = Stage.STORE
    kind: ClassVar[Kind] = Kind.HIDING
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    lasts: ClassVar[tuple[int, int, int]] = (1, 3, 6)
    source: ClassVar[str] = "S2 3.4(1)"
    atlas: ClassVar[str | None] = "AML.M0012"
    summary: ClassVar[str] = "Records and weights at rest are ciphertext to whoever holds a node"
    text: ClassVar[str] = (
        "Records and weights are encrypted before they reach a storage node, under a key that "
        "stays with the cloud. A thief carries away noise; and since the cipher is authenticated "
        "and binds each record to its number, a node can neither change records nor swap them "
        "unseen. What it spoils is refused, and lost. What was stolen before the key was in use "
        "stays stolen, and poison that came in by the front door is encrypted like everything "
        "else. There is no weak form of it: the strength is how many rounds the key stays safe, "
        "and the price is a few bytes a record and a little work for every read and write."
    )
    counters: ClassVar[tuple[str, ...]] = ("checkpoint_theft", "shard_corruption")
    measured_by: ClassVar[tuple[str, ...]] = ("overhead",)
    instruments: ClassVar[tuple[str, ...]] = ("encrypted_store.refused",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {},
        Strength.MEDIUM: {},
        Strength.HEAVY: {},
    }

    def seal(self, key: bytes, blobs: list[bytes]) -> list[bytes]:
        """Ciphertexts in the same order."""
        from wargame.kernels.at_rest import seal_record

        return [seal_record(key, at, blob) for at, blob in enumerate(blobs)]

    def check(
        self,
        key: bytes,
        stored: list[bytes],
        read: list[bytes | None],
        rng: np.random.Generator,
    ) -> list[bytes | None]:
        """The records decrypted; None where the tag does not fit."""
        from wargame.kernels.at_rest import open_record

        del stored, rng
        return [
            None if blob is None else open_record(key, at, blob) for at, blob in enumerate(read)
        ]
