"""Natural-looking test images: a 1/f spectrum, as photographs have, with coloured noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def natural_images(
    n: int, side: int, rng: np.random.Generator, grain: float = 2.0
) -> npt.NDArray[np.uint8]:
    """Random scenes (n,side,side,3) with amplitude 1/f, random contrast, and sensor grain."""
    fy, fx = np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side)[None, :]
    amplitude = 1.0 / np.maximum(np.hypot(fy, fx), 1.0 / side)
    noise = rng.normal(size=(n, 3, side, side))
    noise = 0.7 * noise[:, :1] + 0.3 * noise
    scene = np.fft.ifft2(np.fft.fft2(noise) * amplitude).real
    scene /= scene.std(axis=(1, 2, 3), keepdims=True)
    contrast = rng.uniform(15.0, 60.0, size=(n, 1, 1, 1))
    level = rng.uniform(70.0, 180.0, size=(n, 1, 1, 1))
    pixels = level + contrast * scene + rng.normal(scale=grain, size=scene.shape)
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8).transpose(0, 2, 3, 1).copy()
