"""Tiles as tensors and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch


def to_tensor(images: NDArray[np.uint8]) -> torch.Tensor:
    """(n, h, w, c) uint8 to (n, c, h, w) float32 in [0, 1]."""
    import torch

    return torch.from_numpy(images).permute(0, 3, 1, 2).to(torch.float32).div_(255)


def to_images(x: torch.Tensor) -> NDArray[np.uint8]:
    """(n, c, h, w) in [0, 1] to (n, h, w, c) uint8, rounded."""
    import torch

    rounded = x.clamp(0, 1).mul(255).round().to(torch.uint8)
    return np.ascontiguousarray(rounded.permute(0, 2, 3, 1).numpy())
