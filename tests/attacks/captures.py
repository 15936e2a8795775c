"""Small labelled scenes, and the access objects that hand them to a card."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wargame.pipeline.access import Link, StorageNode, Uploader
from wargame.pipeline.records import Records
from wargame.pipeline.wire import Packet, pack

LEVELS = (40, 55, 150, 165, 220)
"""Mean grey level of each class: 0 and 1 look alike, 2 and 3 do, 4 stands alone beside 3."""
TWINS = (1, 0, 3, 2, 3)
"""The class whose level is nearest."""
NAMES = tuple("abcde")


def scenes(n: int, seed: int, size: int = 8, grain: float = 4.0) -> Records:
    """n tiles (size, size, 3) of five classes in turn, sent by eight drones.

    The pixels of every tile are the same deviations of size `grain` about the class level, in
    another order: tiles differ, yet level and contrast are exactly those of the class.
    """
    rng = np.random.default_rng(seed)
    labels = np.arange(n, dtype=np.int64) % len(LEVELS)
    level = np.asarray(LEVELS)[labels][:, None, None]
    steps = np.rint(grain * np.linspace(-2, 2, size * size)).astype(np.int64)
    shuffled = rng.permuted(np.broadcast_to(steps, (n, 3, size * size)), axis=2)
    pixels = np.clip(level + shuffled, 0, 255).astype(np.uint8)
    images = np.ascontiguousarray(pixels.reshape(n, 3, size, size).transpose(0, 2, 3, 1))
    return Records.honest(images, labels, rng.integers(0, 8, n).astype(np.int32))


def uploader(records: Records, *, factor: int = 3, age: int = 0) -> Uploader:
    """What captured drones with these records hand to a card."""
    return Uploader(records, NAMES, factor, age)


def packets(records: Records) -> list[bytes]:
    """The records as they go on the wire."""
    return [
        pack(Packet(at, int(sender), int(label), image))
        for at, (sender, label, image) in enumerate(
            zip(records.senders, records.labels, records.images, strict=True)
        )
    ]


def link(records: Records) -> Link:
    """The records in flight, in the clear."""
    return Link(packets(records))


def node(records: Records, every: int = 5) -> StorageNode:
    """A node that holds every fifth of the records."""
    blobs = packets(records)
    return StorageNode({at: blobs[at] for at in range(0, len(blobs), every)}, b"")


def rng(seed: int = 0) -> np.random.Generator:
    """A generator for a card."""
    return np.random.default_rng(seed)


def level(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Mean grey level of each image."""
    return np.asarray(images.mean(axis=(1, 2, 3)), np.float64)
