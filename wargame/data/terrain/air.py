"""What lies between the ground and the record: light, season, haze, the sensor."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from wargame.data.terrain.noise import Floats
from wargame.data.terrain.scene import TILE, Scene, shrink

HAZE: Final = np.array([78, 96, 160], np.float32)[None, :, None, None]


def seen(scene: Scene, ground: Floats) -> NDArray[np.uint8]:
    """A ground picture (n, 3, SIDE, SIDE) as recorded: (n, 32, 32, 3) uint8."""
    light = scene.normal(1, 0.13)[:, None]
    tint = 1 + scene.rng.normal(0, 0.025, (scene.n, 3, 1, 1)).astype(np.float32)
    picture = shrink(ground) * (light * tint)
    heavy = scene.chance(0.06) * scene.between(0.2, 0.6)
    haze = np.maximum(heavy, np.abs(scene.normal(0, 0.03)))[:, None]
    picture = picture + (HAZE * scene.normal(1, 0.1)[:, None] - picture) * haze
    grain = scene.rng.standard_normal((scene.n, 3, TILE, TILE), np.float32)
    picture = picture + grain * np.abs(scene.normal(0.8, 0.5))[:, None]
    levels = np.floor(np.clip(picture, 0, 255) + np.float32(0.5))
    return np.ascontiguousarray(levels.astype(np.uint8).transpose(0, 2, 3, 1))
