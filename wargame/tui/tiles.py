"""Real tiles as half blocks: two pixels a cell, in any terminal of true colour."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

Image = NDArray[np.uint8]
"""Shape (h, w, 3) or (h, w, 1)."""
_MOST = 4


class Fit(NamedTuple):
    """How tiles are laid out."""

    size: int
    """Pixels of a side: as many columns, half as many lines."""
    shown: int
    """Tiles in a row."""
    stacked: bool
    """Whether a tile as shown stands under the clean one, or beside it."""
    single: bool = False
    """Whether there is one tile only, since nothing was changed."""

    @property
    def span(self) -> int:
        """Columns from a tile's left edge to its last cell, its partner beside it included."""
        return self.size if self.stacked or self.single else 2 * self.size + 1


def fit(width: int, height: int, tiles: int) -> Fit:
    """The layout of at most four tiles that fills width x height cells best."""
    tiles = min(tiles, _MOST)
    found = Fit(8, max(1, min(tiles, width // 10)), stacked=True)
    best = 0
    for size in range(8, 66, 2):
        under, beside = (width + 2) // (size + 2), (width + 2) // (2 * size + 3)
        for across, lines, stacked in ((under, size + 1, True), (beside, size // 2, False)):
            shown = min(tiles, across)
            if lines + 3 <= height and shown * size * size > best:
                best, found = shown * size * size, Fit(size, shown, stacked)
    return found


def fit_single(width: int, height: int, tiles: int) -> Fit:
    """The layout of one row of tiles, three or more where they fit, that fills the cells best."""
    found = Fit(8, max(1, min(tiles, 3, (width + 2) // 10)), stacked=False, single=True)
    best = 0
    for shown in range(min(tiles, 3), tiles + 1):
        size = min((width + 2) // shown - 2, 2 * (height - 3), 64)
        size -= size % 2
        if size >= 8 and shown * size * size > best:
            best, found = shown * size * size, Fit(size, shown, stacked=False, single=True)
    return found


def resized(image: Image, size: int) -> Image:
    """The image at size x size pixels, smoothed; shape (size, size, 3)."""
    from PIL import Image as Pillow

    colour = np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image
    way = Pillow.Resampling.BICUBIC if size > image.shape[0] else Pillow.Resampling.BOX
    return np.asarray(Pillow.fromarray(colour).resize((size, size), way))


def half_blocks(image: Image) -> list[list[Segment]]:
    """An image of even height as lines of cells, two pixels a cell."""
    lines = []
    for top, bottom in zip(image[0::2].tolist(), image[1::2].tolist(), strict=True):
        styles = (
            Style(color=Color.from_rgb(*up), bgcolor=Color.from_rgb(*down))
            for up, down in zip(top, bottom, strict=True)
        )
        lines.append([Segment("▀", style) for style in styles])
    return lines
