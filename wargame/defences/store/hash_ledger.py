"""Hash ledger: a chain of digests tells stored records from changed ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from wargame.card import Kind
from wargame.pipeline.defence_roles import AtRestDefence
from wargame.stages import Stage, Strength

if TYPE_CHECKING:
    import numpy as np


class HashLedger(AtRestDefence):
    """Checks records that are read back against a chain of SHA-256 digests made when stored."""

    name: ClassVar[str] = "hash_ledger"
    title: ClassVar[str] = "Hash ledger"
    stage: ClassVar[Stage] = Stage.STORE
    kind: ClassVar[Kind] = Kind.DETECTION
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    lasts: ClassVar[tuple[int, int, int]] = (3, 3, 4)
    source: ClassVar[str] = "S2 3.4(3)"
    atlas: ClassVar[str | None] = "AML.M0014"
    summary: ClassVar[str] = "Chained digests: a record changed at rest is found and refused"
    text: ClassVar[str] = (
        "When a record is stored its digest joins a chain, each link made of the one before, as "
        "in a block chain. When training reads the record back, the digest is made again: a "
        "storage node cannot return anything else without finding a collision of SHA-256. The "
        "lighter forms check only a random share, drawn anew every round, and let the rest "
        "through. What fails is refused, not repaired, and the ledger hides nothing: a thief can "
        "still read. Poison that was poison when it was stored is certified as faithfully as the "
        "rest."
    )
    counters: ClassVar[tuple[str, ...]] = ("shard_corruption",)
    instruments: ClassVar[tuple[str, ...]] = ("hash_ledger.refused",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"share": 0.5},
        Strength.MEDIUM: {"share": 0.85},
        Strength.HEAVY: {"share": 1.0},
    }

    share: float = Field(1.0, gt=0, le=1, description="share of the records checked each round")

    def check(
        self,
        key: bytes,
        stored: list[bytes],
        read: list[bytes | None],
        rng: np.random.Generator,
    ) -> list[bytes | None]:
        """What was read, None where a checked record differs from the ledger."""
        from wargame.kernels.sealing import Ledger

        del key
        ledger = Ledger()
        for record in stored:
            ledger.add(record)
        count = round(self.share * len(read))
        checked = set(rng.choice(len(read), count, replace=False).tolist())
        return [
            None if at in checked and blob is not None and not ledger.verify(at, blob) else blob
            for at, blob in enumerate(read)
        ]
