"""The ten land-cover classes of EuroSAT (Helber et al. 2019), painted.

A class is its main cover, the lines that cross it, and the neighbours that bleed into it:
pastures with ploughed plots, fields between vineyards, motorways past suburbs.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from wargame.data.terrain import cover, palette
from wargame.data.terrain.cover import Painter, mixture
from wargame.data.terrain.noise import Floats
from wargame.data.terrain.palette import dye
from wargame.data.terrain.scene import Scene, over, ramp, shade

OPEN_LAND: Final[dict[Painter, float]] = {
    cover.arable: 3, cover.grassland: 3, cover.woodland: 2, cover.scrubland: 1.5,
    cover.orchards: 1, cover.houses: 1.5, cover.halls: 0.7,
}  # fmt: skip
ROADSIDE: Final[dict[Painter, float]] = {
    cover.arable: 2.5, cover.grassland: 4, cover.woodland: 3, cover.scrubland: 0.5, cover.houses: 1,
}  # fmt: skip
RIVERSIDE: Final[dict[Painter, float]] = {
    cover.arable: 2, cover.grassland: 4, cover.woodland: 4, cover.scrubland: 0.7,
    cover.houses: 0.7, cover.halls: 0.3,
}  # fmt: skip


def neighboured(scene: Scene, main: Painter, others: dict[Painter, float], rate: float) -> Floats:
    """The main cover, and in a share `rate` of the tiles another one beyond a crooked border."""
    u, _ = scene.axes()
    border = u + 2.5 * scene.noise("cloud") - scene.between(2, 15)
    beyond = ramp(border, 0.6) * scene.chance(rate)
    return over(main(scene), mixture(scene, others), beyond)


def line(scene: Scene, offset: float, bend: float, wander: float) -> Floats:
    """Signed distance in pixels to a straight, curved or meandering line across the tile."""
    u, v = scene.axes()
    curve = scene.normal(0, bend) * u * u * np.float32(1 / 32)
    signed: Floats = v - scene.normal(0, offset) - curve - wander * scene.noise("swell")
    return signed


def road(scene: Scene, picture: Floats, width: Floats, present: Floats) -> Floats:
    """A carriageway, perhaps with a median and a green verge."""
    distance: Floats = np.abs(line(scene, 4, 0.3, 0.25))
    verge = ramp(width * 1.3 + 0.4 - distance, 0.5) * scene.between(0, 0.5)
    picture = over(picture, dye(scene, palette.CROP + palette.SCRUB), verge * present)
    tarmac = dye(scene, palette.ASPHALT, 0.12)
    picture = over(picture, tarmac, ramp(0.5 * width - distance) * present * scene.between(0.75, 1))
    median = ramp(0.3 - distance, 0.3) * scene.chance(0.4) * present
    return over(picture, dye(scene, palette.CROP), median * 0.6)


def annual_crop(scene: Scene) -> Floats:
    """Large fields of one year, at times a farm track."""
    others: dict[Painter, float] = {cover.grassland: 2, cover.orchards: 1.5, cover.woodland: 1}
    picture = neighboured(scene, cover.arable, others, 0.2)
    return road(scene, picture, scene.between(0.4, 0.8), scene.chance(0.06))


def forest(scene: Scene) -> Floats:
    """Closed canopy, seldom its edge."""
    return neighboured(scene, cover.woodland, {cover.grassland: 1, cover.scrubland: 1}, 0.1)


def herbaceous(scene: Scene) -> Floats:
    """Heath and dry grass, at times a track."""
    others: dict[Painter, float] = {
        cover.woodland: 2, cover.grassland: 1.5, cover.orchards: 2, cover.arable: 0.7,
    }  # fmt: skip
    picture = neighboured(scene, cover.scrubland, others, 0.15)
    return road(scene, picture, scene.between(0.4, 0.8), scene.chance(0.1))


def highway(scene: Scene) -> Floats:
    """Open land crossed by one or two major roads."""
    picture = neighboured(scene, partial(mixture, painters=ROADSIDE), ROADSIDE, 0.5)
    for present in (scene.chance(0.45), scene.chance(1)):
        picture = road(scene, picture, scene.between(1.8, 4.0), present)
    return picture


def industrial(scene: Scene) -> Floats:
    """Halls and yards."""
    others: dict[Painter, float] = {cover.arable: 1, cover.grassland: 1, cover.houses: 1}
    picture = neighboured(scene, cover.halls, others, 0.25)
    return road(scene, picture, scene.between(0.8, 2), scene.chance(0.4))


def pasture(scene: Scene) -> Floats:
    """Hedged green plots."""
    others: dict[Painter, float] = {cover.arable: 2, cover.scrubland: 1.5, cover.woodland: 1}
    picture = neighboured(scene, cover.grassland, others, 0.15)
    return road(scene, picture, scene.between(0.4, 0.8), scene.chance(0.06))


def permanent_crop(scene: Scene) -> Floats:
    """Vineyards and orchards in small plots."""
    others: dict[Painter, float] = {
        cover.arable: 2, cover.scrubland: 2, cover.woodland: 1, cover.grassland: 1,
    }  # fmt: skip
    picture = neighboured(scene, cover.orchards, others, 0.2)
    return road(scene, picture, scene.between(0.4, 0.8), scene.chance(0.1))


def residential(scene: Scene) -> Floats:
    """Houses, gardens and streets."""
    others: dict[Painter, float] = {
        cover.arable: 1, cover.grassland: 1, cover.woodland: 1, cover.halls: 0.6,
    }  # fmt: skip
    picture = neighboured(scene, cover.houses, others, 0.25)
    return road(scene, picture, scene.between(0.6, 1.6), scene.chance(0.3))


def river(scene: Scene) -> Floats:
    """A stream across other land."""
    land = mixture(scene, RIVERSIDE)
    land = road(scene, land, scene.between(0.8, 2.2), scene.chance(0.3))
    distance = np.abs(line(scene, 3.5, 0.5, 1.3)) - scene.between(2.5, 8)
    bank = ramp(1.3 - distance, 0.5) * scene.between(0, 0.8)
    land = over(land, dye(scene, palette.FOREST + palette.GRASS), bank)
    stream = shade(cover.water(scene), 0.03 * scene.noise("rough"))
    return over(land, stream, ramp(-distance, 0.4))


def sea_lake(scene: Scene) -> Floats:
    """Open water, at times a shore."""
    return neighboured(scene, cover.water, OPEN_LAND, 0.12)


PAINTERS: Final[dict[str, Painter]] = {
    "AnnualCrop": annual_crop,
    "Forest": forest,
    "HerbaceousVegetation": herbaceous,
    "Highway": highway,
    "Industrial": industrial,
    "Pasture": pasture,
    "PermanentCrop": permanent_crop,
    "Residential": residential,
    "River": river,
    "SeaLake": sea_lake,
}
