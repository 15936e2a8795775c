"""Access is a capability: the objects an attack is handed, each able to do just one kind of thing.

An attack cannot reach more than its object offers, so the threat model (knowledge, goal and
strategy of S2 2.2) holds by construction. Each object also keeps the referee's count of what was
done through it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wargame.pipeline.records import Images, Labels, Records
from wargame.pipeline.wire import Packet, unpack

if TYPE_CHECKING:
    import torch
    from torch import nn

SHAM = 1000
"""Sham drones are numbered from here."""


class Uploader:
    """`contributor`: may decide what its captured drones upload, and register sham ones."""

    def __init__(self, own: Records, class_names: tuple[str, ...], factor: int, age: int) -> None:
        self._own = own
        self._labels = own.labels.copy()
        self._images = own.images.copy()
        self._truth = own.truth.copy()
        self._large: dict[int, Images] = {}
        self._touched = np.zeros(len(own), np.bool_)
        self._sham: list[tuple[Images, int]] = []
        self.class_names = class_names
        self.factor = factor
        """Captures are this many times as wide and high as the tiles the model sees."""
        self.age = age
        """Rounds since the card was played, 0 in its first."""

    @property
    def images(self) -> Images:
        """(n, h, w, c) what the captured drones photographed this round."""
        return self._own.images

    @property
    def labels(self) -> Labels:
        """(n,) the honest labels of `images`."""
        return self._own.labels

    def __len__(self) -> int:
        return len(self._own)

    def upload(
        self,
        at: int,
        *,
        image: Images | None = None,
        label: int | None = None,
        large: Images | None = None,
        shows: int | None = None,
    ) -> None:
        """Uploads something else in place of capture `at` (`large`: at full resolution).

        `shows` tells the referee the true class of what the cloud will read, where it differs.
        """
        if shows is not None:
            self._truth[at] = shows
        if image is not None:
            self._images[at] = image
        if label is not None:
            self._labels[at] = label
        if large is not None:
            self._large[at] = large
        self._touched[at] = True

    def register_sham(self, image: Images, label: int) -> None:
        """Uploads a constructed record under a sham drone's name."""
        self._sham.append((image, label))

    def result(self) -> Records:
        """The referee's: what was uploaded, captured drones first, then sham ones."""
        own = Records(
            self._images,
            self._labels,
            self._own.senders,
            self._truth,
            self._own.planted | self._touched,
            self._large,
        )
        if not self._sham:
            return own
        count = len(self._sham)
        return Records(
            np.concatenate([own.images, np.stack([image for image, _ in self._sham])]),
            np.concatenate([own.labels, np.asarray([label for _, label in self._sham], np.int64)]),
            np.concatenate([own.senders, SHAM + np.arange(count, dtype=np.int32) // 10]),
            np.concatenate([own.truth, np.full(count, -1, np.int64)]),
            np.concatenate([own.planted, np.ones(count, np.bool_)]),
            own.large,
        )


class Link:
    """`network`: sits on the link; sees and may change the bytes of each packet in flight."""

    def __init__(self, packets: list[bytes]) -> None:
        self._packets = list(packets)
        self.changed = np.zeros(len(packets), np.bool_)
        self._read = np.zeros(len(packets), np.bool_)

    def __len__(self) -> int:
        return len(self._packets)

    def read(self, at: int) -> Packet | None:
        """The record in packet `at`, or None where the bytes cannot be understood."""
        found = unpack(self._packets[at])
        self._read[at] = found is not None
        return found

    def raw(self, at: int) -> bytes:
        """The bytes as they pass."""
        return self._packets[at]

    def write(self, at: int, blob: bytes) -> None:
        """Sends these bytes on in place of packet `at`."""
        self._packets[at] = blob
        self.changed[at] = True

    @property
    def packets(self) -> list[bytes]:
        """The referee's: what arrives."""
        return self._packets

    @property
    def exposed(self) -> int:
        """The referee's: records read in the clear."""
        return int(self._read.sum())


class StorageNode:
    """`storage`: holds one shard of the records at rest, and the checkpoint file."""

    def __init__(self, blobs: Mapping[int, bytes], checkpoint: bytes) -> None:
        self._blobs = dict(blobs)
        self._checkpoint = checkpoint
        self.changed: set[int] = set()

    @property
    def held(self) -> tuple[int, ...]:
        """Numbers of the records that lie on this node."""
        return tuple(self._blobs)

    def read(self, at: int) -> Packet | None:
        """Record `at`, or None where the bytes cannot be understood."""
        return unpack(self._blobs[at])

    def raw(self, at: int) -> bytes:
        """The bytes at rest."""
        return self._blobs[at]

    def serve(self, at: int, blob: bytes) -> None:
        """Returns these bytes from now on when record `at` is asked for."""
        self._blobs[at] = blob
        self.changed.add(at)

    def checkpoint(self) -> bytes:
        """The weights file at rest."""
        return self._checkpoint


@dataclass(slots=True)
class SupplyChain:
    """`supply-chain`: may offer the release a model file of its own making."""

    genuine: bytes
    offered: bytes | None = None

    def offer(self, blob: bytes) -> None:
        """Slips this file in where the genuine one would be loaded."""
        self.offered = blob


class Oracle:
    """The public service as one caller sees it: counts, bills, and passes the service's guards."""

    def __init__(
        self,
        answer: Callable[[torch.Tensor, int], torch.Tensor],
        n_classes: int,
        image_shape: tuple[int, int, int],
    ) -> None:
        self._answer = answer
        self.n_classes = n_classes
        self.image_shape = image_shape
        """(h, w, c)"""
        self.asked = 0
        self.refused = 0

    def _ask(self, x: torch.Tensor) -> torch.Tensor:
        import torch

        answers = self._answer(x, self.asked)
        self.asked += len(x)
        self.refused += int(torch.isnan(answers[:, 0]).sum())
        return answers


def top_labels(answers: torch.Tensor) -> torch.Tensor:
    """(n,) int64 labels of answers (n, k); -1 where the row is NaN: refused."""
    import torch

    return torch.where(torch.isnan(answers[:, 0]), -1, answers.nan_to_num().argmax(1))


class LabelOracle(Oracle):
    """`api-label`: top label only."""

    def labels(self, x: torch.Tensor) -> torch.Tensor:
        """(n,) int64 labels for x (n, c, h, w) in [0, 1]; -1 where the query was refused."""
        return top_labels(self._ask(x))


class ScoreOracle(LabelOracle):
    """`api-score`: class probabilities."""

    def scores(self, x: torch.Tensor) -> torch.Tensor:
        """(n, k) probabilities for x (n, c, h, w) in [0, 1]; NaN rows where refused."""
        return self._ask(x)


@dataclass(slots=True)
class WhiteBox:
    """`white-box`: holds weights (stolen, possibly of an earlier model)."""

    model: nn.Module
    features: Callable[[nn.Module, torch.Tensor], torch.Tensor]


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """`infrastructure`: may send requests with any key, at any rate."""

    honest_rate: float
    """Requests a second that honest clients send together."""
    stolen_keys: int
    """API keys of real drones that the attacker has seen in the clear: clients 0, 1, ..."""
    pass_ms: float
    """Work in ms that a request costs the service."""


@dataclass(frozen=True, slots=True, eq=False)
class Possessions:
    """What the attacker owns: labelled tiles of its own, and what it took in earlier rounds."""

    x: torch.Tensor
    """(m, c, h, w) its own tiles, from outside the victim's training data."""
    y: torch.Tensor
    """(m,)"""
    loot: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    """Arrays this very card kept from its last round in force."""
    steps: int = 70
    """Training steps of 64 tiles that it can afford a round: as many as the victim's own."""


__all__ = [
    "SHAM",
    "FrontDoor",
    "LabelOracle",
    "Link",
    "Oracle",
    "Possessions",
    "ScoreOracle",
    "StorageNode",
    "SupplyChain",
    "Uploader",
    "WhiteBox",
    "top_labels",
]
