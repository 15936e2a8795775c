"""Feature squeezing: coarser inputs that leave less room for an attack (Xu 2018)."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

Pixels = npt.NDArray[np.uint8]

CHUNK = 100
"""Images whose windows are unfolded at once; each takes size**2 times its own memory."""


def reduce_bit_depth(x: Tensor, bits: int) -> Tensor:
    """Images (n,c,h,w) in [0,1], rounded to 2**bits levels.

    Raises:
        ValueError: bits outside 1..8.
    """
    if not 1 <= bits <= 8:
        raise ValueError(f"bits must lie in 1..8: {bits}")
    levels = float(2**bits - 1)
    return (x * levels).round() / levels


def median_smooth(x: Tensor, size: int) -> Tensor:
    """Median of the size x size window around each pixel, edges mirrored (n,c,h,w).

    An even window reaches one pixel further up and left, and its median is the upper one, as in
    SciPy's filter.

    Raises:
        ValueError: a window smaller than 1 or larger than the image.
    """
    height, width = x.shape[-2:]
    if not 1 <= size <= min(height, width):
        raise ValueError(f"size must lie in 1..{min(height, width)}: {size}")
    before, after = size // 2, (size - 1) // 2
    padded = x[:, :, _mirror(height, before, after), :][:, :, :, _mirror(width, before, after)]
    return torch.cat([_window_medians(part, size) for part in padded.split(CHUNK)])


def _window_medians(padded: Tensor, size: int) -> Tensor:
    windows = padded.unfold(2, size, 1).unfold(3, size, 1).flatten(4)
    return windows.kthvalue(size * size // 2 + 1, dim=-1).values


def _mirror(length: int, before: int, after: int) -> Tensor:
    """Indices that extend an axis by its mirror image, the edge itself repeated."""
    places = torch.arange(-before, length + after)
    places = torch.where(places < 0, -1 - places, places)
    return torch.where(places >= length, 2 * length - 1 - places, places)


def jpeg(x: Tensor, quality: int) -> Tensor:
    """Images (n,1|3,h,w) in [0,1] through JPEG compression at a quality from 1 to 95.

    Raises:
        ValueError: another quality, or neither one nor three channels.
    """
    if not 1 <= quality <= 95 or x.shape[1] not in (1, 3):
        raise ValueError(f"quality 1..95 and 1 or 3 channels: {quality}, {tuple(x.shape)}")
    pixels = (x * 255.0).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()
    decoded = np.stack([_through_jpeg(image, quality) for image in pixels])
    return torch.from_numpy(decoded).permute(0, 3, 1, 2).contiguous().to(x.dtype) / 255.0


def _through_jpeg(image: Pixels, quality: int) -> Pixels:
    packed = io.BytesIO()
    Image.fromarray(image.squeeze(2) if image.shape[2] == 1 else image).save(
        packed, format="JPEG", quality=quality
    )
    with Image.open(packed) as opened:
        return np.asarray(opened, dtype=np.uint8).reshape(image.shape)


def squeeze_distance(probs: Tensor, probs_squeezed: list[Tensor]) -> Tensor:
    """Joint detection score (n,) in [0,2].

    The largest L1 distance between the prediction (n,k) and those on the squeezed copies.
    """
    distances = [(probs - other).abs().sum(dim=1) for other in probs_squeezed]
    return torch.stack(distances).amax(dim=0)
