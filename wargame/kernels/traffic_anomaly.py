"""Traffic monitor: clients whose rate stands out from a calibration window (robust z-score)."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from wargame.kernels.traffic import Arrivals


class AnomalyDetector:
    """Refuses requests of a client that sent too many within the last `window` seconds.

    What is too many comes from calibration traffic: the modified z-score of Iglewicz & Hoaglin
    (1993), 0.6745 (count - median) / MAD, above `threshold`. Honest bursts do exceed it: those
    are its false alarms. Also an admission policy for `traffic.simulate`.
    """

    def __init__(self, median: float, mad: float, window: float, threshold: float) -> None:
        if window <= 0:
            raise ValueError(f"window must be positive: {window}")
        self.median = median
        # Counts are whole numbers, so a deviation under one request measures nothing.
        self.mad = max(mad, 1.0)
        self.window = window
        self.threshold = threshold
        self._recent: dict[int, deque[float]] = {}

    @classmethod
    def calibrate(
        cls, arrivals: Arrivals, window: float = 1.0, threshold: float = 3.5
    ) -> AnomalyDetector:
        """Learn median and MAD of the counts that each request of `arrivals` sees."""
        if len(arrivals) == 0:
            raise ValueError("calibration needs traffic")
        counts = trailing_counts(arrivals, window)
        median = float(np.median(counts))
        mad = float(np.median(np.abs(counts - median)))
        return cls(median, mad, window, threshold)

    @property
    def limit(self) -> float:
        """The count within a window that a client may reach."""
        return self.median + self.threshold * self.mad / 0.6745

    def admit(self, time: float, client: int) -> bool:
        """Count this request, refused or not, and say whether the client is still normal."""
        recent = self._recent.setdefault(client, deque())
        recent.append(time)
        while recent[0] <= time - self.window:
            recent.popleft()
        return len(recent) <= self.limit

    def flag(self, arrivals: Arrivals) -> npt.NDArray[np.bool_]:
        """Mask (n,) of the requests it would refuse, without state and vectorised."""
        return np.asarray(trailing_counts(arrivals, self.window) > self.limit)


def trailing_counts(arrivals: Arrivals, window: float) -> npt.NDArray[np.int64]:
    """How many requests (n,) its client sent in the `window` seconds up to each, itself included.

    Of requests at the same instant each counts those before it in the array.
    """
    counts = np.zeros(len(arrivals), dtype=np.int64)
    for client in np.unique(arrivals.client):
        rows = np.flatnonzero(arrivals.client == client)
        times = arrivals.time[rows]
        oldest = np.searchsorted(times, times - window, side="right")
        counts[rows] = np.arange(len(rows)) - oldest + 1
    return counts
