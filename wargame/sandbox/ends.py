"""The host's ends of what a guest is connected by."""

from __future__ import annotations

import os
import select
import socket
from dataclasses import dataclass

_MOST = 1 << 16


@dataclass
class Ends:
    """Three pipes, and the line to the guest's keeper."""

    stdin: int
    stdout: int
    stderr: int
    line: socket.socket

    def close(self) -> None:
        """All of them; may be called again."""
        for name in ("stdin", "stdout", "stderr"):
            self.shut(name)
        self.line.close()

    def shut(self, name: str) -> None:
        """One of the pipes."""
        handle = getattr(self, name)
        if handle >= 0:
            os.close(handle)
            setattr(self, name, -1)


@dataclass
class Inner:
    """The guest's ends, to be closed here once they are handed over."""

    stdin: int
    stdout: int
    stderr: int
    line: socket.socket

    def streams(self) -> list[int]:
        """In the order of their numbers."""
        return [self.stdin, self.stdout, self.stderr]

    def close(self) -> None:
        """All of them."""
        for handle in (self.stdin, self.stdout, self.stderr):
            os.close(handle)
        self.line.close()


def connect() -> tuple[Ends, Inner]:
    """Fresh pipes and a fresh line."""
    into, written = os.pipe()
    read, out = os.pipe()
    heard, error = os.pipe()
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for handle in (written, read, heard):
        os.set_blocking(handle, False)
    here.setblocking(False)
    return Ends(written, read, heard, here), Inner(into, out, error, there)


def take(handle: int) -> bytes | None:
    """What can be read now; nothing where there is nothing yet, None at the end."""
    try:
        return os.read(handle, _MOST) or None
    except BlockingIOError:
        return b""
    except OSError:
        return None


def give(handle: int, data: bytes) -> int | None:
    """How many bytes could be written now; None where nobody reads any more."""
    try:
        return os.write(handle, data)
    except BlockingIOError:
        return 0
    except OSError:
        return None


def hear(line: socket.socket, handles: int = 0) -> tuple[bytes, list[int]]:
    """The next message with the handles in it; empty at the end."""
    for _ in range(2):
        try:
            return socket.recv_fds(line, 4096, handles)[:2]
        except ConnectionResetError:
            continue  # it left words of ours unread; its own last ones come after this
        except OSError:
            break
    return b"", []


def wait_for(handle: int, seconds: float) -> bool:
    """Whether a handle becomes readable within a time."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(max(0.0, seconds) * 1000))
