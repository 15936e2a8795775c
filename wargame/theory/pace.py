"""How far a long piece of work is, and how long the rest will take at the pace so far."""

from __future__ import annotations

import time
from collections.abc import Callable

from wargame.pool import Progress

BATCH = "making rounds"
"""What a gatherer calls its own count; other words are of a round's inside."""


class Pace:
    """A progress for many batches of rounds, which tells how far the whole is.

    Args:
        progress: told the whole.
        clock: seconds.
    """

    def __init__(self, progress: Progress, clock: Callable[[], float] = time.monotonic) -> None:
        self._progress, self._clock = progress, clock
        self.head = "replaying the match"
        self.total = 1
        self._done = self._part = 0
        self._start = clock()

    def begin(self, total: int) -> None:
        """Starts to count."""
        self.total, self._done, self._part, self._start = max(1, total), 0, 0, self._clock()

    def add(self, count: int) -> None:
        """A batch is done."""
        self._done, self._part = self._done + count, 0
        self._tell()

    def fewer(self, count: int) -> None:
        """Less is left than was thought."""
        self.total = max(1, self.total - count)

    def __call__(self, what: str, done: int, total: int) -> None:
        """Told by the source of the rounds."""
        del total
        if what == BATCH:
            self._part = done
        self._tell()

    def _tell(self) -> None:
        done = min(self._done + self._part, self.total)
        self._progress(f"{self.head}{self._left(done)}", done, self.total)

    def _left(self, done: int) -> str:
        spent = self._clock() - self._start
        if done < 2 or spent < 1 or done >= self.total:
            return ""
        return f", {span(spent / done * (self.total - done))} left"


def span(seconds: float) -> str:
    """A time in words."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / 60)} min"
