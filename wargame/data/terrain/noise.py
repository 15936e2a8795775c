"""Power-law noise: one sheet a roughness, from which every tile cuts its own window."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Roughness = Literal["swell", "cloud", "rough", "grain"]

SHEET: Final = 512
EXPONENT: Final[dict[Roughness, float]] = {"swell": 4.5, "cloud": 3.0, "rough": 2.1, "grain": 0.8}


class Atlas:
    """Periodic Gaussian noise with the spectrum 1/f^b, zero mean and unit variance.

    Values are rounded to 1/4096, so that the last bits of a processor's Fourier
    transform never reach a picture and digests agree between machines.
    """

    def __init__(self, rng: np.random.Generator, side: int) -> None:
        self._side = side
        self._sheets = {name: _sheet(rng, power, side) for name, power in EXPONENT.items()}

    def cut(self, rng: np.random.Generator, n: int, roughness: Roughness) -> Floats:
        """Windows (n, side, side) at random places, turned and mirrored at random."""
        windows = np.lib.stride_tricks.sliding_window_view(
            self._sheets[roughness], (self._side, self._side), axis=(1, 2)
        )
        turn = rng.integers(0, 8, n)
        row, column = rng.integers(0, SHEET, (2, n))
        cut: Floats = windows[turn, row, column]
        return cut


def _sheet(rng: np.random.Generator, power: float, side: int) -> Floats:
    frequency = np.hypot(np.fft.fftfreq(SHEET)[:, None], np.fft.rfftfreq(SHEET)[None, :])
    # Below one cycle in 64 pixels a window sees a mere offset: the scene paints those itself.
    spectrum = np.maximum(frequency, 1 / 64) ** (-power / 2)
    spectrum[0, 0] = 0.0
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((SHEET, SHEET))) * spectrum)
    field = np.round(field / field.std() * 4096) / 4096
    turned = [np.rot90(face, k) for face in (field, field.T) for k in range(4)]
    stacked = np.stack(turned).astype(np.float32)
    return np.pad(stacked, ((0, 0), (0, side), (0, side)), mode="wrap")
