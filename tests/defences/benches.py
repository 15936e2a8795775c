"""A defender's bench whose features and probabilities the test lays down."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wargame.pipeline.defence_roles import Bench
from wargame.pipeline.records import Records

SIDE = 6


def records(
    labels: list[int] | NDArray[np.int64],
    *,
    shown: list[int] | NDArray[np.int64] | None = None,
    senders: list[int] | None = None,
    seed: int = 0,
) -> Records:
    """Tiles as bright as the class they show (40 grey levels a class), slightly noisy."""
    rng = np.random.default_rng(seed)
    labels = np.asarray(labels, np.int64)
    bright = 20 + 40 * (labels if shown is None else np.asarray(shown))
    noise = rng.integers(-5, 6, (len(labels), SIDE, SIDE, 3))
    images = np.clip(bright[:, None, None, None] + noise, 0, 255).astype(np.uint8)
    flown = np.zeros(len(labels)) if senders is None else np.asarray(senders)
    return Records.honest(images, labels, flown.astype(np.int32))


def brightness(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, 2) features: mean brightness, and how bright the last pixel is."""
    mean = images.mean((1, 2, 3)) / 40
    corner = images[:, -1, -1].mean(1) / 40
    return np.stack([mean, corner], 1).astype(np.float32)


def bright_class(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, 5) certain about the class that the brightness shows."""
    said = np.rint((images.mean((1, 2, 3)) - 20) / 40).astype(int).clip(0, 4)
    certain: NDArray[np.float32] = np.eye(5, dtype=np.float32)[said]
    return certain


def bench(archive: Records, vetted: Records, factor: int = 3) -> Bench:
    """A bench over these records."""
    return Bench(archive, vetted, brightness, bright_class, 5, factor, 1)
