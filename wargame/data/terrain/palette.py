"""Colours of the ground in true colour from orbit: dark, low in contrast, blue in the shade."""

from __future__ import annotations

from typing import Final

import numpy as np

from wargame.data.terrain.noise import Floats
from wargame.data.terrain.scene import Ids, Scene

Colours = tuple[tuple[int, int, int], ...]

SOIL: Final[Colours] = (
    (167, 133, 127), (199, 156, 145), (239, 185, 167), (133, 117, 116), (103, 86, 86),
)  # fmt: skip
CROP: Final[Colours] = ((48, 75, 82), (60, 96, 84), (70, 94, 96), (44, 84, 74), (99, 106, 107))
GRASS: Final[Colours] = ((51, 83, 83), (41, 74, 76), (60, 92, 84), (67, 88, 89), (91, 97, 95))
FOREST: Final[Colours] = ((34, 58, 70), (38, 62, 74), (44, 70, 80), (40, 67, 74), (44, 78, 74))
SCRUB: Final[Colours] = (
    (88, 91, 98), (67, 80, 91), (109, 105, 108), (135, 122, 122), (84, 78, 82), (166, 144, 141),
)  # fmt: skip
ORCHARD: Final[Colours] = (
    (114, 107, 107), (139, 123, 118), (92, 94, 92), (165, 142, 133), (66, 84, 84), (190, 160, 146),
)  # fmt: skip
WATER: Final[Colours] = (
    (25, 45, 72), (33, 57, 79), (30, 48, 84), (42, 70, 87), (36, 66, 76), (48, 86, 100),
)  # fmt: skip
TURBID: Final[Colours] = ((78, 107, 110), (93, 121, 121), (98, 126, 102), (110, 120, 118))
ROOF: Final[Colours] = (
    (142, 112, 108), (120, 104, 108), (100, 102, 114), (160, 132, 126), (84, 88, 100),
)  # fmt: skip
HALL: Final[Colours] = (
    (246, 239, 238), (209, 192, 191), (169, 158, 162), (139, 134, 142), (112, 114, 125),
    (120, 136, 170), (87, 96, 109), (158, 128, 118),
)  # fmt: skip
ASPHALT: Final[Colours] = ((98, 104, 116), (116, 116, 124), (136, 130, 136), (84, 92, 106))

SLOTS: Final = 64


def dye(scene: Scene, colours: Colours, jitter: float = 0.08) -> Floats:
    """One colour a tile, (n, 3, 1, 1), its brightness varied by the given deviation."""
    pick = scene.rng.integers(0, len(colours), scene.n)
    chosen = np.asarray(colours, np.float32)[pick][:, :, None, None]
    dyed: Floats = chosen * scene.normal(1, jitter)[:, None]
    return dyed


def swatches(scene: Scene, colours: Colours, variety: float, jitter: float) -> Floats:
    """A table of SLOTS colours a tile, (n, 3, SLOTS).

    A tile prefers some of the colours: variety is the concentration of a Dirichlet law,
    small for a landscape of one colour and large for a patchwork.
    """
    palette = np.asarray(colours, np.float32)
    share = scene.rng.dirichlet(np.full(len(palette), variety), scene.n).cumsum(1)
    draw = scene.rng.random((scene.n, SLOTS, 1))
    pick = np.minimum((draw > share[:, None, :]).sum(2), len(palette) - 1)
    light = scene.rng.normal(1, jitter, (scene.n, SLOTS, 1)).astype(np.float32)
    table: Floats = (palette[pick] * light).transpose(0, 2, 1)
    return table


def fill(table: Floats, ids: Ids) -> Floats:
    """Colour by number: table (n, 3, SLOTS) and ids (n, ., .) to a picture (n, 3, ., .)."""
    n = len(table)
    start = (np.arange(n * 3, dtype=np.int32) * SLOTS).reshape(n, 3, 1, 1)
    picture: Floats = table.reshape(-1).take(start + ids[:, None])
    return picture
