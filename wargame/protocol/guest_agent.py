"""The host's end of the protocol: an `Agent` whose moves a guest in a cell is asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from wargame.game.agent import Agent
from wargame.game.view import View
from wargame.sandbox.limits import Limits


class Cell(Protocol):
    """A guest that runs, and the two ways of talking with it."""

    @property
    def output(self) -> str:
        """What it wrote to its standard error so far, cut at its limit."""
        ...

    @property
    def peak_memory(self) -> int:
        """Most memory it was seen to use, in bytes."""
        ...

    def send(self, line: bytes) -> None:
        """Writes one line, whose end is added.

        Raises:
            Stopped: the guest runs no more.
        """
        ...

    def receive(self, deadline: float) -> bytes:
        """Its next line, without its end.

        Args:
            deadline: on the monotonic clock, in seconds.

        Raises:
            Stopped: no line came in time, or the guest runs no more.
        """
        ...

    def close(self) -> None:
        """Ends all its processes; may be called again."""
        ...


class GuestAgent(Agent):
    """An agent in a cell.

    Args:
        name: what the match calls it.
        open_cell: starts the guest.
        limits: what it may use.
        title: what the screen calls it; its name where it is not given.
        clock: monotonic, in seconds; the one that a cell's deadlines are on.
    """

    character = "plays in a process of its own"

    def __init__(
        self,
        name: str,
        open_cell: Callable[[], Cell],
        limits: Limits,
        *,
        title: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        raise NotImplementedError

    def act(self, view: View) -> int:
        """The guest's answer to a turn."""
        raise NotImplementedError
