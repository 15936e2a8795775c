"""A running guest, seen from the host. It stands still except while an answer is awaited."""

from __future__ import annotations

import select
import signal
import time
from collections.abc import Callable
from pathlib import Path

from wargame.sandbox.ends import Ends, give, hear, take, wait_for
from wargame.sandbox.keeper import EXIT, GO, HALT, SIGNAL
from wargame.sandbox.limits import Limits, Status, Stopped
from wargame.sandbox.order import OUT_OF_MEMORY
from wargame.sandbox.watch import Watch

_TICK = 0.015
"""Seconds between looks at what it uses."""
_LAST_WORD = 1.0
"""Seconds in which its keeper tells how it ended."""
_FLOOD = 256
"""It is stopped when it writes this many times what is kept or allowed."""
_COMPLAINTS = (
    "memoryerror",
    "out of memory",
    "outofmemoryerror",
    "cannot allocate memory",
    "bad_alloc",
    "buffer allocation failed",
    "memory allocation of",
    "not enough memory",
)
"""In small letters: how Python, C, C++, Rust, Go, Java, JavaScript and Perl say so at their end."""


class Cell:
    """One guest; made by `Warden.open`.

    Args:
        ends: what it is connected by.
        limits: what it may use.
        watch: what sees how much it uses.
        kill: ends all its processes, and returns when they are gone; may be called again.
    """

    def __init__(self, ends: Ends, limits: Limits, watch: Watch, kill: Callable[[], None]) -> None:
        self._ends = ends
        self._limits = limits
        self._watch = watch
        self._kill = kill
        self._incoming = bytearray()
        self._outgoing = bytearray()
        self._noise = bytearray()
        self._heard = self._said = 0
        self._end = b""
        self._stopped: Stopped | None = None
        self._looked = 0.0
        self.closed = False
        self._killed_for_want = _out_of_memory_kills()

    @property
    def output(self) -> str:
        """What it wrote to its standard error so far, cut at its limit; kept after closing."""
        most = self._limits.output * 1024
        text = bytes(self._noise[:most]).decode(errors="replace")
        return text if self._heard <= most else f"{text}\n[cut after {self._limits.output} kB]"

    @property
    def peak_memory(self) -> int:
        """Most memory it was seen to use, in bytes; Python itself counts here."""
        return self._watch.peak

    def send(self, line: bytes) -> None:
        """Writes one line, given without its end; the guest reads it when it may next run.

        Raises:
            Stopped: the guest runs no more.
        """
        if self._stopped:
            raise self._stopped
        self._outgoing += line + b"\n"
        self._write()

    def receive(self, deadline: float) -> bytes:
        """The guest's next line, without its end; it runs until then.

        Args:
            deadline: on the monotonic clock, in seconds.

        Raises:
            Stopped: it gave no line in time, broke a limit, or ended; all its processes are gone.
        """
        if self._stopped:
            raise self._stopped
        line = self._line()
        if line is None:
            self._tell(GO)
            line = self._await(deadline)
            self._tell(HALT)
        return line

    def close(self) -> None:
        """Ends all its processes; may be called again."""
        if self._stopped is None:
            self._stopped = Stopped(Status.ERROR, "it was closed")
        self._kill()
        self._drain()
        self._ends.close()
        self.closed = True

    def _await(self, deadline: float) -> bytes:
        poll = self._poll()
        while True:
            now = time.monotonic()
            if now >= deadline:
                # Where the machine is busy, what it took too much of may be why.
                self._look(force=True)
                raise self._stop(Status.TIMEOUT, "it did not answer in time")
            events = dict(poll.poll(min(_TICK, deadline - now) * 1000))
            ended = self._serve(events, poll)
            line = self._line()
            if line is not None:
                self._look(force=False)
                return line
            if ended:
                raise self._ended()
            self._look(force=not events)

    def _poll(self) -> select.poll:
        poll = select.poll()
        for handle in (self._ends.stdout, self._ends.stderr):
            if handle >= 0:
                poll.register(handle, select.POLLIN)
        if self._outgoing and self._ends.stdin >= 0:
            poll.register(self._ends.stdin, select.POLLOUT)
        return poll

    def _serve(self, events: dict[int, int], poll: select.poll) -> bool:
        """Moves what can be moved; True at the end of its standard output."""
        if self._ends.stdin in events:
            self._write()
            if not self._outgoing:
                poll.unregister(self._ends.stdin)
        if self._ends.stderr in events and not self._hear():
            poll.unregister(self._ends.stderr)
            self._ends.shut("stderr")
        if self._ends.stdout not in events:
            return False
        data = take(self._ends.stdout)
        if data is None:
            return True
        self._incoming += data
        self._said += len(data)
        if self._said > _FLOOD * self._limits.line * 1024:
            raise self._stop(Status.ERROR, "it flooded its standard output")
        return False

    def _line(self) -> bytes | None:
        most = self._limits.line * 1024
        at = self._incoming.find(b"\n", 0, most + 1)
        if at < 0:
            if len(self._incoming) > most:
                raise self._stop(
                    Status.ILLEGAL, f"it wrote a line longer than {self._limits.line} kB"
                )
            return None
        line = bytes(self._incoming[:at])
        del self._incoming[: at + 1]
        return line

    def _write(self) -> None:
        written = give(self._ends.stdin, bytes(self._outgoing[: 1 << 16]))
        while written:
            del self._outgoing[:written]
            written = give(self._ends.stdin, bytes(self._outgoing[: 1 << 16])) or 0
        if written is None:  # it reads no more; how it goes on shows in what it answers
            self._outgoing.clear()

    def _hear(self) -> bool:
        data = take(self._ends.stderr)
        if data is None:
            return False
        self._heard += len(data)
        self._noise += data[: max(0, self._limits.output * 1024 - len(self._noise))]
        if self._heard > _FLOOD * self._limits.output * 1024:
            raise self._stop(Status.ERROR, "it flooded its standard error")
        return True

    def _look(self, *, force: bool) -> None:
        now = time.monotonic()
        if not force and now - self._looked < _TICK:
            return
        self._looked = now
        broken = self._watch.look()
        if broken is not None:
            raise self._stop(*broken)

    def _ended(self) -> Stopped:
        if wait_for(self._ends.line.fileno(), _LAST_WORD):
            self._end = hear(self._ends.line)[0] or b"gone"
        self._drain()
        word, _, number = self._end.partition(b" ")
        if word not in (EXIT, SIGNAL):
            # Its keeper was killed with it: by the kernel for memory, or nobody knows.
            word, number = (SIGNAL, b"9") if word == b"gone" else (b"", b"0")
        return self._stop(*self._verdict(word, int(number)))

    def _verdict(self, word: bytes, number: int) -> tuple[Status, str]:
        memory = (Status.MEMORY, f"it used more memory than {self._limits.memory} MB")
        if word == SIGNAL:
            if number == signal.SIGKILL and _out_of_memory_kills() > self._killed_for_want:
                return memory
            if number == signal.SIGXCPU:
                return Status.TIMEOUT, "it used more processor time than all its moves may take"
            if self._complains():
                return memory
            return Status.ERROR, f"it was ended by {_signal_name(number)}"
        if word != EXIT:
            return Status.ERROR, "it closed its standard output"
        if number == OUT_OF_MEMORY:
            return memory
        if number and self._complains():
            return memory
        code = f" with exit code {number}" if number else ""
        return Status.ERROR, f"it ended by itself{code}"

    def _complains(self) -> bool:
        said = self.output[-2000:].lower()
        return any(each in said for each in _COMPLAINTS)

    def _stop(self, status: Status, message: str) -> Stopped:
        if self._stopped is None:
            self._stopped = Stopped(status, message)
            self._kill()
            self._drain()
        return self._stopped

    def _drain(self) -> None:
        """Keeps what is left of its standard error, once it is gone."""
        most = self._limits.output * 1024
        while self._ends.stderr >= 0 and self._heard <= most:
            data = take(self._ends.stderr)
            if not data:
                return
            self._heard += len(data)
            self._noise += data[: most - len(self._noise)]

    def _tell(self, word: bytes) -> None:
        try:
            self._ends.line.send(word)
        except OSError:  # its keeper is gone; the pipes tell the rest
            return


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _out_of_memory_kills() -> int:
    """How often the kernel has killed a process for want of memory."""
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
