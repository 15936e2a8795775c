"""Land cover that fills a tile: each painter returns a picture (n, 3, SIDE, SIDE)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wargame.data.terrain import palette
from wargame.data.terrain.noise import Floats
from wargame.data.terrain.palette import dye, fill, swatches
from wargame.data.terrain.parcels import blocks, dots, meadows, rows
from wargame.data.terrain.scene import SIDE, Scene, over, ramp, shade

Painter = Callable[[Scene], Floats]


def arable(scene: Scene) -> Floats:
    """Large fields of soil and crop with tractor lines."""
    width = scene.between(4, 16)
    ids, edge = blocks(scene, width, scene.between(1.2, 5), sway=0.5)
    table = swatches(scene, palette.SOIL * 2 + palette.CROP, variety=0.35, jitter=0.09)
    picture = fill(table, ids)
    lines = rows(scene, scene.between(1.2, 3.0)) * scene.between(0, 0.06)
    picture = shade(picture, lines + 0.05 * scene.noise("cloud") + 0.03 * scene.noise("grain"))
    return over(picture, dye(scene, palette.SCRUB), ramp(0.35 - edge) * scene.between(0, 0.6))


def grassland(scene: Scene) -> Floats:
    """Green plots behind dark, crooked hedges, a few of them mown or dry."""
    ids, edge = meadows(scene, 9, sway=0.9)
    table = swatches(scene, (*palette.GRASS, (112, 104, 100)), variety=0.45, jitter=0.07)
    picture = fill(table, ids)
    picture = shade(picture, 0.07 * scene.noise("cloud") + 0.03 * scene.noise("grain"))
    hedge = ramp(scene.between(0.3, 1.0) + 0.4 * scene.noise("rough") - edge, 0.4)
    picture = over(picture, dye(scene, palette.FOREST), hedge * scene.between(0.3, 1))
    copse = ramp(scene.noise("cloud") - scene.between(1.4, 3.2), 0.25)
    return over(picture, dye(scene, palette.FOREST), copse)


def woodland(scene: Scene) -> Floats:
    """Closed canopy on gentle slopes, with now and then a clearing."""
    picture = np.broadcast_to(dye(scene, palette.FOREST, 0.12), (scene.n, 3, SIDE, SIDE))
    relief = scene.between(0.01, 0.07) * scene.noise("cloud")
    picture = shade(picture, relief + scene.between(0.03, 0.07) * scene.noise("rough"))
    clearing = ramp(scene.noise("cloud") - scene.between(1.8, 4.5), 0.3)
    return over(picture, dye(scene, palette.GRASS + palette.SCRUB), clearing)


def scrubland(scene: Scene) -> Floats:
    """Heath, dry grass and bare slopes: rough at every scale, without a straight line."""
    low, high = dye(scene, palette.SCRUB, 0.15), dye(scene, palette.SCRUB + palette.GRASS, 0.15)
    base = np.broadcast_to(low, (scene.n, 3, SIDE, SIDE))
    picture = over(base, high, ramp(scene.noise("cloud") + scene.between(-0.6, 0.6), 1.0))
    ridges = 1 - 2 * np.abs(scene.noise("cloud"))
    relief = scene.between(0, 0.12) * ridges + scene.between(0.02, 0.10) * scene.noise("rough")
    picture = shade(picture, relief)
    shrubs = ramp(scene.noise("rough") - scene.between(0.8, 3.0), 0.3)
    picture = over(picture, dye(scene, palette.FOREST), shrubs * scene.between(0.3, 0.8))
    bare = ramp(scene.noise("cloud") - scene.between(1.0, 4.0), 0.4)
    return over(picture, dye(scene, palette.SOIL), bare * scene.between(0.3, 1))


def orchards(scene: Scene) -> Floats:
    """Vines, olives and fruit trees: small plots, rows and dots."""
    width = scene.between(2.2, 8)
    ids, edge = blocks(scene, width, scene.between(1.0, 2.6), sway=1.0)
    table = swatches(scene, palette.ORCHARD + palette.SOIL[:2], variety=0.6, jitter=0.11)
    picture = fill(table, ids)
    spacing = scene.between(1.5, 3.0)
    planted = (ids * 7 + 3) % 5 < 3
    crowns = ramp(dots(scene, spacing) - scene.between(-0.2, 0.3), 0.35)
    picture = over(picture, dye(scene, palette.CROP), crowns * planted * scene.between(0, 0.55))
    picture = shade(picture, 0.08 * scene.noise("rough") + 0.05 * scene.noise("grain"))
    lane = ramp(scene.between(0.1, 0.5) - edge)
    border = dye(scene, palette.SOIL + palette.FOREST)
    return over(picture, border, lane * scene.between(0, 0.6))


def houses(scene: Scene) -> Floats:
    """Roofs and gardens on a street grid."""
    ids, gap = blocks(scene, scene.between(1.7, 3.2), scene.between(0.9, 1.6), sway=0.5)
    table = swatches(scene, palette.ROOF, variety=0.6, jitter=0.24)
    roof = shade(fill(table, ids), 0.08 * scene.noise("grain"))
    garden = dye(scene, palette.CROP + palette.FOREST + palette.SCRUB[:2], 0.12)
    ground = shade(np.broadcast_to(garden, roof.shape), 0.14 * scene.noise("rough"))
    picture = over(ground, roof, ramp(gap - scene.between(0.1, 0.45), 0.2) * scene.between(0.65, 1))
    _, kerb = blocks(scene, scene.between(5, 11), scene.between(1, 2.2), sway=0.9)
    picture = over(picture, dye(scene, palette.ASPHALT), ramp(0.5 - kerb) * scene.between(0.2, 0.9))
    park = ramp(scene.noise("cloud") - scene.between(1.2, 3.0), 0.3)
    return over(picture, garden * np.float32(0.85), park)


def halls(scene: Scene) -> Floats:
    """Large bright roofs, yards and sheds."""
    yard = dye(scene, palette.ASPHALT + palette.SCRUB[:2], 0.12)
    base = np.broadcast_to(yard, (scene.n, 3, SIDE, SIDE))
    picture = shade(base, 0.14 * scene.noise("rough") + 0.08 * scene.noise("grain"))
    green = ramp(scene.noise("cloud") - scene.between(0.2, 2.0), 0.3)
    picture = over(picture, dye(scene, palette.CROP + palette.FOREST), green)
    for low, high, share in ((2.2, 4.0, 3), (4.5, 9.0, 4)):
        ids, gap = blocks(scene, scene.between(low, high), scene.between(0.8, 2.0))
        table = swatches(scene, palette.HALL, variety=0.9, jitter=0.12)
        built = (ids * 13 + 5) % 7 < share
        picture = over(picture, fill(table, ids), ramp(gap - 0.5, 0.25) * built)
    return picture


def water(scene: Scene) -> Floats:
    """Open water: one colour, a slow gradient, faint swell; muddy or shallow at times."""
    muddy = scene.chance(0.3)[:, None]
    colour = dye(scene, palette.TURBID, 0.1) * muddy + dye(scene, palette.WATER, 0.1) * (1 - muddy)
    u, _ = scene.axes()
    gradient = u * scene.normal(0, 0.0025)
    swell = scene.between(0, 0.02) * scene.noise("cloud")
    return shade(np.broadcast_to(colour, (scene.n, 3, SIDE, SIDE)), gradient + swell)


def mixture(scene: Scene, painters: dict[Painter, float]) -> Floats:
    """Each tile gets one of the covers, drawn by weight."""
    weight = np.array(list(painters.values()))
    pick = scene.rng.choice(len(weight), scene.n, p=weight / weight.sum())
    picture = np.empty((scene.n, 3, SIDE, SIDE), np.float32)
    for index, painter in enumerate(painters):
        chosen = np.flatnonzero(pick == index)
        if len(chosen):
            picture[chosen] = painter(scene.part(len(chosen)))
    return picture
