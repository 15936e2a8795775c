"""How fast matches come, and how long the rest will take."""

from __future__ import annotations

from collections import deque

_WINDOW = 120.0
"""Seconds over which the pace is taken: long enough to be steady, short enough to follow."""
_FEW, _SOON = 3, 1.0
"""Matches and seconds before which nothing is foretold."""


class Pace:
    """Counts matches as they come; times are seconds of any one clock.

    Args:
        start: when this run began.
    """

    def __init__(self, start: float) -> None:
        self._start = start
        self._times: deque[float] = deque()
        self.count = 0
        """Matches of this run."""

    def hear(self, now: float) -> None:
        """One more match is over."""
        self.count += 1
        self._times.append(now)

    def elapsed(self, now: float) -> float:
        """Seconds since this run began."""
        return max(0.0, now - self._start)

    def a_minute(self, now: float) -> float | None:
        """Matches a minute, lately; None while too few were played."""
        if self.count < _FEW or self.elapsed(now) < _SOON:
            return None
        since = max(self._start, now - _WINDOW)
        while self._times and self._times[0] < since:
            self._times.popleft()
        return 60.0 * len(self._times) / max(1e-9, now - since)

    def left(self, now: float, matches: int) -> float | None:
        """Seconds until so many more matches are played, or None where it cannot be told."""
        rate = self.a_minute(now)
        return 60.0 * max(0, matches) / rate if rate else None


def span(seconds: float) -> str:
    """A time in words, as exact as it is worth reading."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"
