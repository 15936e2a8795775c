"""What a guest's keeper is told: how to start it, and what it may use."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

OUT_OF_MEMORY = 77
"""A runner's exit code when Python had no memory left."""


@dataclass(frozen=True)
class Order:
    """One guest to start."""

    folder: str
    """Its own folder on the host."""
    runner: str
    """"module:function" that runs `command[0]`, a Python file; empty: `command` is a program."""
    command: tuple[str, ...]
    home: str
    """Where it starts."""
    scratch: str
    """Where it may write."""
    environment: dict[str, str]
    memory: int
    """Bytes; of one process. The watch counts them together."""
    file: int
    """Bytes of any one file."""
    space: int
    """Bytes of the scratch folder."""
    processes: int
    seconds: int
    """Processor time of any one process."""
    rootless: bool
    """Take a user namespace even where root would need none."""
    alone: bool
    """It has a process namespace of its own, of which its keeper is the first process."""

    def encode(self) -> bytes:
        """As one message."""
        return json.dumps(asdict(self)).encode()


def decode(message: bytes) -> Order:
    """The order of a message."""
    fields = json.loads(message)
    return Order(**{**fields, "command": tuple(fields["command"])})
