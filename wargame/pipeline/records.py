"""Records: labelled tiles with their sender, and what only the referee knows of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """n labelled tiles.

    `truth` and `planted` are the referee's; no card may read them (access objects hide them).
    """

    images: Images
    """(n, h, w, c) uint8 at the model's resolution."""
    labels: Labels
    """(n,) as stated by the sender."""
    senders: NDArray[np.int32]
    """(n,) drone number; sham drones count from 1000."""
    truth: Labels
    """(n,) true class, -1 where the record shows none."""
    planted: Mask
    """(n,) touched by an attacker."""
    large: Mapping[int, Images] = field(default_factory=dict)
    """Position to full-resolution capture (H, W, c), where it is not plainly the up-scaled tile."""

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, index: NDArray[np.int64] | Mask) -> Self:
        """The records at these positions (or under this mask), in order."""
        where = np.flatnonzero(index) if index.dtype == np.bool_ else index
        kept = {old: new for new, old in enumerate(where.tolist())} if self.large else {}
        return replace(
            self,
            images=self.images[where],
            labels=self.labels[where],
            senders=self.senders[where],
            truth=self.truth[where],
            planted=self.planted[where],
            large={kept[old]: image for old, image in self.large.items() if old in kept},
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For the store."""
        out: dict[str, NDArray[Any]] = {
            "images": self.images,
            "labels": self.labels,
            "senders": self.senders,
            "truth": self.truth,
            "planted": self.planted.astype(np.uint8),
        }
        if self.large:
            at = sorted(self.large)
            out["large_at"] = np.asarray(at, np.int64)
            out["large"] = np.stack([self.large[index] for index in at])
        return out

    def digest(self) -> str:
        """Digest of everything but captures at full resolution."""
        total = hashlib.sha256()
        for array in (self.images, self.labels, self.senders, self.truth, self.planted):
            total.update(f"{array.dtype.str}{array.shape}".encode())
            total.update(np.ascontiguousarray(array).data)
        return total.hexdigest()[:40]

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """From the store."""
        large = {}
        if "large" in arrays:
            pairs = zip(arrays["large_at"].tolist(), arrays["large"], strict=True)
            large = dict(pairs)
        return cls(
            images=arrays["images"],
            labels=arrays["labels"],
            senders=arrays["senders"],
            truth=arrays["truth"],
            planted=arrays["planted"].astype(np.bool_),
            large=large,
        )

    @classmethod
    def honest(cls, images: Images, labels: Labels, senders: NDArray[np.int32]) -> Self:
        """Genuine captures."""
        labels = labels.astype(np.int64)
        return cls(images, labels, senders, labels.copy(), np.zeros(len(labels), np.bool_))


def concatenate(parts: list[Records]) -> Records:
    """All records of all parts, in order (captures at full resolution are not kept)."""
    return Records(
        images=np.concatenate([part.images for part in parts]),
        labels=np.concatenate([part.labels for part in parts]),
        senders=np.concatenate([part.senders for part in parts]),
        truth=np.concatenate([part.truth for part in parts]),
        planted=np.concatenate([part.planted for part in parts]),
    )
