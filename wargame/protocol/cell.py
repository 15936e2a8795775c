"""What the host's end asks of a guest that runs somewhere: in a sandbox, or in a test."""

from __future__ import annotations

from typing import Protocol


class Cell(Protocol):
    """A running guest, and the two ways of talking with it."""

    @property
    def output(self) -> str:
        """What it wrote to its standard error so far, cut at its limit; kept after closing."""
        ...

    @property
    def peak_memory(self) -> int:
        """Most memory it was seen to use, in bytes."""
        ...

    def send(self, line: bytes) -> None:
        """Writes one line, given without its end.

        Raises:
            Stopped: the guest runs no more.
        """
        ...

    def receive(self, deadline: float) -> bytes:
        """The guest's next line, without its end.

        Args:
            deadline: on the monotonic clock, in seconds.

        Raises:
            Stopped: no line came in time, or the guest runs no more.
        """
        ...

    def close(self) -> None:
        """Ends all its processes; may be called again."""
        ...
