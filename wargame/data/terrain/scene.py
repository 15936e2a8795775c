"""The canvas: a batch of tiles under paint, with its randomness and its coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wargame.data.terrain.noise import Atlas, Floats, Roughness

TILE: Final = 32
OVERSAMPLING: Final = 2
SIDE: Final = TILE * OVERSAMPLING

Ids = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Scene:
    """n tiles painted at once. Lengths are in pixels of the finished 32 x 32 tile.

    Masks and fields have the shape (n, SIDE, SIDE), pictures (n, 3, SIDE, SIDE), numbers
    of a whole tile (n, 1, 1); all float32. Per pixel only + - * / and sqrt are used, which
    round alike on every processor.
    """

    rng: np.random.Generator
    atlas: Atlas
    n: int

    def part(self, n: int) -> Scene:
        """The same randomness for n of the tiles."""
        return Scene(self.rng, self.atlas, n)

    def between(self, low: float, high: float) -> Floats:
        """A uniform number a tile, (n, 1, 1)."""
        return self.rng.uniform(low, high, (self.n, 1, 1)).astype(np.float32)

    def normal(self, mean: float, deviation: float) -> Floats:
        """A Gaussian number a tile, (n, 1, 1)."""
        return self.rng.normal(mean, deviation, (self.n, 1, 1)).astype(np.float32)

    def chance(self, probability: float) -> Floats:
        """1 with the given probability, else 0, a tile: (n, 1, 1)."""
        return (self.rng.random((self.n, 1, 1)) < probability).astype(np.float32)

    def noise(self, roughness: Roughness) -> Floats:
        """Unit-variance noise, (n, SIDE, SIDE)."""
        return self.atlas.cut(self.rng, self.n, roughness)

    def axes(self, angle: Floats | None = None) -> tuple[Floats, Floats]:
        """Coordinates (u, v) about the tile's centre, turned by an angle in radians."""
        turn = self.between(0, 2 * np.pi) if angle is None else angle
        cos = np.cos(turn.astype(np.float64)).astype(np.float32)
        sin = np.sin(turn.astype(np.float64)).astype(np.float32)
        line: Floats = ((np.arange(SIDE) + 0.5) / OVERSAMPLING - TILE / 2).astype(np.float32)
        x, y = line[None, None, :], line[None, :, None]
        return x * cos + y * sin, y * cos - x * sin


def over(picture: Floats, colour: Floats, mask: Floats) -> Floats:
    """The picture with a colour or a second picture (n, 3, ., .) laid over it by a mask."""
    laid: Floats = picture + (colour - picture) * mask[:, None]
    return laid


def shade(picture: Floats, field: Floats) -> Floats:
    """The picture with its brightness multiplied by 1 + field."""
    lit: Floats = picture * (1 + field[:, None])
    return lit


def ramp(field: Floats, softness: float = 0.5) -> Floats:
    """A soft step: 0 below -softness, 1 above +softness, linear between."""
    step: Floats = np.clip(field / (2 * softness) + 0.5, 0, 1)
    return step


def triangle(field: Floats) -> Floats:
    """A wave of period 1 between -1 and 1: a sine without a transcendental function."""
    wave: Floats = 4 * np.abs(field - np.floor(field) - 0.5) - 1
    return wave


def shrink(picture: Floats) -> Floats:
    """Average OVERSAMPLING x OVERSAMPLING pixels: (n, 3, SIDE, SIDE) to (n, 3, TILE, TILE)."""
    rows = picture[:, :, 0::2] + picture[:, :, 1::2]
    small: Floats = (rows[..., 0::2] + rows[..., 1::2]) * np.float32(0.25)
    return small
