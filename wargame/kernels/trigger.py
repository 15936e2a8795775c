"""Backdoor triggers stamped on images: BadNets patches (Gu 2017) and blending (Chen 2017)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Kind = Literal["patch", "blend", "checker"]
Position = Literal["top-left", "top-right", "bottom-left", "bottom-right"]
Images = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class TriggerSpec:
    """What the trigger looks like and where it sits.

    `size` is the side of the corner square in pixels; for "blend" it is the side of one cell of
    the full-frame key pattern, which `key` seeds and for which `position` and `margin` mean
    nothing. `intensity` is the opacity: 0 leaves the image as it is, 1 covers it.
    """

    kind: Kind = "checker"
    size: int = 4
    position: Position = "bottom-right"
    intensity: float = 1.0
    margin: int = 0
    key: int = 0

    def __post_init__(self) -> None:
        if self.size < 1 or self.margin < 0:
            raise ValueError(f"size must be >= 1 and margin >= 0: {self.size}, {self.margin}")
        if not 0.0 <= self.intensity <= 1.0:
            raise ValueError(f"intensity must lie in [0, 1]: {self.intensity}")


def stamp(images: Images, trigger: TriggerSpec) -> Images:
    """Return copies of `images` (n,h,w,c) that carry the trigger; ValueError if it does not fit."""
    rows, cols = region(images.shape[1], images.shape[2], trigger)
    height, width = rows.stop - rows.start, cols.stop - cols.start
    overlay = _pattern(trigger, height, width, images.shape[3])
    stamped = images.copy()
    below = stamped[:, rows, cols].astype(np.float32)
    mixed = (1.0 - trigger.intensity) * below + trigger.intensity * overlay
    stamped[:, rows, cols] = np.rint(mixed).astype(np.uint8)
    return stamped


def region(height: int, width: int, trigger: TriggerSpec) -> tuple[slice, slice]:
    """The rows and columns that the trigger touches in an image of this size."""
    if trigger.kind == "blend":
        return slice(0, height), slice(0, width)
    reach = trigger.size + trigger.margin
    if reach > min(height, width):
        raise ValueError(f"a trigger that reaches {reach} px does not fit {height}x{width}")
    vertical, horizontal = trigger.position.split("-")
    top = trigger.margin if vertical == "top" else height - reach
    left = trigger.margin if horizontal == "left" else width - reach
    return slice(top, top + trigger.size), slice(left, left + trigger.size)


def _pattern(
    trigger: TriggerSpec, height: int, width: int, channels: int
) -> npt.NDArray[np.float32]:
    if trigger.kind == "patch":
        return np.full((height, width, channels), 255.0, dtype=np.float32)
    if trigger.kind == "checker":
        bright = np.indices((height, width)).sum(axis=0) % 2 == 0
        return np.where(bright, 255.0, 0.0).astype(np.float32)[:, :, None]
    cells = (-(-height // trigger.size), -(-width // trigger.size), channels)
    key = np.random.default_rng(trigger.key).integers(0, 256, size=cells)
    tiled = key.repeat(trigger.size, axis=0).repeat(trigger.size, axis=1)
    return tiled[:height, :width].astype(np.float32)
