"""The image-scaling attack (Xiao 2019) and its defences (Quiring 2020).

A camera captures at `factor` times the model's resolution and preprocessing scales down. A scaler
that reads one pixel of each block lets an attacker choose that pixel alone: people see the cover,
the model sees the hidden image. All images are uint8 (n,h,w,c).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Method = Literal["nearest", "bilinear", "area", "median"]


def capture(images: Images, factor: int) -> Images:
    """The scene as a camera of `factor` times the resolution sees it, (n, factor*h, factor*w, c).

    Keys' cubic convolution (a = -1/2) through the pixel centres that nearest-neighbour scaling
    reads, so `downscale(capture(x, k), size, "nearest")` is x exactly.
    """
    n, height, width, channels = images.shape
    across = _cubic(width, factor)
    down = _cubic(height, factor)
    wide = across @ images.astype(np.float32)
    flat = wide.reshape(n, height, width * factor * channels)
    large = (down @ flat).reshape(n, height * factor, width * factor, channels)
    np.rint(large, out=large)
    return np.clip(large, 0.0, 255.0, out=large).astype(np.uint8)


def downscale(images: Images, size: tuple[int, int], method: Method = "nearest") -> Images:
    """Scale to `size` (h,w).

    "nearest" reads the pixel at each block's centre. "bilinear" interpolates between pixel
    centres without anti-aliasing, as OpenCV and TensorFlow do by default; at odd factors it reads
    exactly what "nearest" reads, so both are open to the attack. "area" averages each block and
    "median" takes its median per channel (for an even number, the mean of the middle two): these
    depend on every pixel, and need whole factors (ValueError otherwise).
    """
    if method == "nearest":
        return _nearest(images, size)
    if method == "bilinear":
        return _bilinear(images, size)
    blocks = _blocks(images, size)
    if method == "area":
        total = np.zeros(blocks[0].shape, dtype=np.uint32 if len(blocks) > 257 else np.uint16)
        for block in blocks:
            total += block
        return np.rint(total / np.float32(len(blocks))).astype(np.uint8)
    return _median(blocks)


def embed(cover_large: Images, hidden_small: Images, factor: int) -> Images:
    """Attack images: the cover, but for the pixels read by nearest scaling, which are hidden's."""
    centre = factor // 2
    attack = cover_large.copy()
    sampled = attack[:, centre::factor, centre::factor]
    if sampled.shape != hidden_small.shape:
        raise ValueError(f"{hidden_small.shape} does not fill the grid {sampled.shape}")
    sampled[...] = hidden_small
    return attack


def median_reconstruct(large: Images, factor: int) -> Images:
    """Images of the same size whose sampled pixels are the median of the rest of their block.

    Quiring's selective median filter: it undoes the attack before any scaler runs.
    """
    if factor < 2:
        raise ValueError(f"a block of one pixel has no neighbours: factor {factor}")
    size = (large.shape[1] // factor, large.shape[2] // factor)
    blocks = _blocks(large, size)
    centre = factor // 2
    del blocks[centre * factor + centre]
    return embed(large, _median(blocks), factor)


def scaling_disagreement(large: Images, factor: int) -> npt.NDArray[np.float64]:
    """Mean squared difference (n,), pixels in [0,1], between the nearest and the median scaling."""
    size = (large.shape[1] // factor, large.shape[2] // factor)
    read = downscale(large, size, "nearest").astype(np.float32)
    gap = (read - downscale(large, size, "median").astype(np.float32)) / np.float32(255.0)
    score = np.square(gap).mean(axis=(1, 2, 3), dtype=np.float64)
    return np.asarray(score, dtype=np.float64)


def calibrate_threshold(clean_large: Images, factor: int, false_alarm: float) -> float:
    """The disagreement that a share `false_alarm` of these clean captures exceeds, at most."""
    if not 0.0 <= false_alarm < 1.0:
        raise ValueError(f"false_alarm must lie in [0, 1): {false_alarm}")
    scores = scaling_disagreement(clean_large, factor)
    return float(np.quantile(scores, 1.0 - false_alarm, method="higher"))


def _nearest(images: Images, size: tuple[int, int]) -> Images:
    down, across = images.shape[1] // size[0], images.shape[2] // size[1]
    if (down * size[0], across * size[1]) == images.shape[1:3]:
        # The same pixels as below, by a stride instead of an index: ten times as fast.
        return images[:, down // 2 :: down, across // 2 :: across].copy()
    rows = _centres(images.shape[1], size[0])
    cols = _centres(images.shape[2], size[1])
    return np.ascontiguousarray(images[:, rows[:, None], cols[None, :]])


def _centres(source: int, target: int) -> npt.NDArray[np.intp]:
    # Integer arithmetic: floor((i + 1/2) * source / target) without rounding error.
    return ((2 * np.arange(target) + 1) * source // (2 * target)).astype(np.intp)


def _bilinear(images: Images, size: tuple[int, int]) -> Images:
    result = images.astype(np.float32)
    for axis, target in ((1, size[0]), (2, size[1])):
        source = result.shape[axis]
        place = np.clip((np.arange(target) + 0.5) * source / target - 0.5, 0.0, source - 1.0)
        low = np.floor(place).astype(np.intp)
        high = np.minimum(low + 1, source - 1)
        shape = [1, 1, 1, 1]
        shape[axis] = target
        share = (place - low).astype(np.float32).reshape(shape)
        result = result.take(low, axis) * (1 - share) + result.take(high, axis) * share
    return np.rint(result).astype(np.uint8)


def _blocks(images: Images, size: tuple[int, int]) -> list[Images]:
    """The pixels at each offset of a block, row by row, as views of shape (n, *size, c)."""
    down, across = images.shape[1] // size[0], images.shape[2] // size[1]
    if (down * size[0], across * size[1]) != images.shape[1:3]:
        raise ValueError(f"{images.shape[1:3]} is no whole multiple of {size}")
    return [images[:, i::down, j::across] for i in range(down) for j in range(across)]


def _median(values: list[Images]) -> Images:
    """Median over the list by a selection network: whole-array minima and maxima, no sorting."""
    pool = [np.ascontiguousarray(value) for value in values]
    upper = pool[0]
    lower = upper
    for _ in range(len(values) // 2 + 1):
        lower, upper = upper, pool[0]
        for i in range(1, len(pool)):
            pool[i - 1], upper = np.minimum(upper, pool[i]), np.maximum(upper, pool[i])
        pool.pop()
    if len(values) % 2:
        return upper
    total = lower.astype(np.uint16) + upper
    return np.rint(total / np.float32(2)).astype(np.uint8)


def _cubic(length: int, factor: int) -> Floats:
    """Interpolation matrix (length*factor, length), edges repeated."""
    fine = np.arange(length * factor) - factor // 2
    weights = np.zeros((length * factor, length), dtype=np.float32)
    for tap in range(-1, 3):
        index = fine // factor + tap
        gap = np.abs(fine / factor - index)
        near = (1.5 * gap - 2.5) * gap**2 + 1.0
        far = ((-0.5 * gap + 2.5) * gap - 4.0) * gap + 2.0
        share = np.where(gap <= 1.0, near, np.where(gap < 2.0, far, 0.0))
        np.add.at(weights, (np.arange(len(fine)), index.clip(0, length - 1)), share)
    return weights
