"""How people divide land: strips and blocks, walled meadows, rows of plants."""

from __future__ import annotations

import numpy as np

from wargame.data.terrain.noise import Floats
from wargame.data.terrain.palette import SLOTS
from wargame.data.terrain.scene import Ids, Scene, triangle


def blocks(scene: Scene, width: Floats, aspect: Floats, sway: float = 0.0) -> tuple[Ids, Floats]:
    """Strips of uneven width cut into pieces of uneven length.

    Width in pixels; aspect is length over width; sway bends the borders, in pixels.
    Returns the parcels' numbers and the distance to the nearest border in pixels.
    """
    u, v = scene.axes()
    if sway:
        bend = scene.noise("swell")
        u, v = u + sway * bend, v - sway * bend
    strip = u / width + scene.between(0, 8)
    strip = strip + 0.22 * triangle(strip * 0.31) + 0.12 * triangle(strip * 0.83)
    row = np.floor(strip)
    piece = v / (width * aspect) + row * scene.between(0.2, 0.8) + scene.between(0, 8)
    piece = piece + 0.25 * triangle(piece * 0.43)
    column = np.floor(piece)
    across = 0.5 - np.abs(strip - row - 0.5)
    along = (0.5 - np.abs(piece - column - 0.5)) * aspect
    ids = (row * 37 + column * 11).astype(np.int32) % SLOTS
    return ids, np.minimum(across, along) * width


def meadows(scene: Scene, count: int, sway: float) -> tuple[Ids, Floats]:
    """Voronoi cells about `count` seeds in a stretched plane: irregular walled plots.

    Returns the cells' numbers and the approximate distance to the nearest wall in pixels.
    """
    u, v = scene.axes()
    bend = scene.noise("cloud")
    u, v = (u + sway * bend) * scene.between(0.7, 1.0), v - sway * bend
    seeds = scene.rng.uniform(-22, 22, (2, count, scene.n, 1, 1)).astype(np.float32)
    first = (u - seeds[0, 0]) ** 2 + (v - seeds[1, 0]) ** 2
    second = np.full_like(first, 1e6)
    ids = np.zeros(first.shape, np.int32)
    for k in range(1, count):
        distance = (u - seeds[0, k]) ** 2 + (v - seeds[1, k]) ** 2
        nearer = distance < first
        second = np.minimum(second, np.maximum(distance, first))
        first = np.minimum(first, distance)
        ids[nearer] = k
    return ids, (np.sqrt(second) - np.sqrt(first)) * np.float32(0.5)


def rows(scene: Scene, spacing: Floats, angle: Floats | None = None) -> Floats:
    """Parallel rows of plants, a wave between -1 and 1 with the spacing in pixels."""
    u, _ = scene.axes(angle)
    return triangle(u / spacing)


def dots(scene: Scene, spacing: Floats) -> Floats:
    """Trees planted on a turned square lattice, near 1 on a crown and below 0 between."""
    angle = scene.between(0, 2 * np.pi)
    u, v = scene.axes(angle)
    return (triangle(u / spacing) + triangle(v / spacing)) * np.float32(0.5)
