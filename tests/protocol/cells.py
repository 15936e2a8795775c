"""Guests of the tests' own: one that is played from a list, and one that is a plain process."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from wargame.sandbox.limits import Status, Stopped
from wargame.sandbox.order import OUT_OF_MEMORY

ROOT = Path(__file__).resolve().parents[2]


class Clock:
    """Seconds that pass only where a test lets them."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


Answer = bytes | Stopped | Callable[[bytes], bytes]


class Scripted:
    """Gives the next answer of a list, each after so many seconds of a fake clock."""

    def __init__(self, clock: Clock, *answers: tuple[float, Answer], output: str = "") -> None:
        self._clock, self._answers = clock, list(answers)
        self.output, self.peak_memory = output, 4096
        self.heard: list[bytes] = []
        self.closed = 0

    def send(self, line: bytes) -> None:
        assert not self.closed
        assert b"\n" not in line
        self.heard.append(line)

    def receive(self, deadline: float) -> bytes:
        if not self._answers:
            raise Stopped(Status.ERROR, "ended by itself with exit status 0")
        seconds, answer = self._answers.pop(0)
        if self._clock.now + seconds > deadline:
            self._clock.now = deadline
            raise Stopped(Status.TIMEOUT, "no line came in time")
        self._clock.now += seconds
        if isinstance(answer, Stopped):
            raise answer
        return answer if isinstance(answer, bytes) else answer(self.heard[-1])

    def close(self) -> None:
        self.closed += 1


class Piped:
    """A process without any wall around it, over real pipes."""

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        self._words = tempfile.TemporaryFile()  # noqa: SIM115
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
            bufsize=0,
        )
        self._read = b""
        self.peak_memory = 0
        self.sent: list[bytes] = []
        self.said: list[bytes] = []
        self._output: str | None = None

    @property
    def output(self) -> str:
        if self._output is not None:
            return self._output
        self._words.seek(0)
        return self._words.read().decode("utf-8", "replace")

    def send(self, line: bytes) -> None:
        self.sent.append(line)
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + b"\n")
        except BrokenPipeError:
            self._ended()

    def receive(self, deadline: float) -> bytes:
        pipe = self._process.stdout
        assert pipe is not None
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while b"\n" not in self._read:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise Stopped(Status.TIMEOUT, "no line came in time")
                part = os.read(pipe.fileno(), 65536)
                if not part:
                    self._ended()
                self._read += part
        line, self._read = self._read.split(b"\n", 1)
        self.said.append(line)
        return line

    def _ended(self) -> None:
        status = self._process.wait(5)
        if status == OUT_OF_MEMORY:
            raise Stopped(Status.MEMORY, "ran out of memory")
        raise Stopped(Status.ERROR, f"ended by itself with exit status {status}")

    @property
    def status(self) -> int:
        """Its exit status."""
        return self._process.wait(5)

    def close(self) -> None:
        if self._output is None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                assert pipe is not None
                pipe.close()
            self._output = self.output
            self._words.close()


def runner(file: Path) -> Callable[[], Piped]:
    """Starts a Python agent file as the sandbox does."""
    command = (sys.executable, "-P", "-W", "error", "-m", "wargame.protocol.runner", file.name)
    return lambda: Piped(file.parent, command)
