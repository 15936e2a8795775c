"""Opens cells for strangers' programs; one warden a process."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from wargame.errors import WargameError
from wargame.sandbox import bubblewrap, family, view
from wargame.sandbox.cell import Cell
from wargame.sandbox.ends import Ends, Inner, connect, hear, wait_for
from wargame.sandbox.keeper import OPEN
from wargame.sandbox.limits import Limits
from wargame.sandbox.method import Method, choose
from wargame.sandbox.order import Order
from wargame.sandbox.watch import MEGABYTE, Among, Apart, Watch

_START = 30.0
"""Seconds until a guest's keeper must be there."""
_CLOSE = 1.0
_PYTHON = 128 * MEGABYTE
"""What the interpreter and the game's own modules may take before anything counts."""
_SLACK = 128 * MEGABYTE
"""A guest may reserve this much more than it may use: only what it touches counts, and the watch
must see that it has too much before it is refused more, which it could overlook."""
_MOVES = 1000
"""More than any match has: the host judges time by the clock, this is but a last ceiling."""


@dataclass(frozen=True)
class Script:
    """A Python file, run by a function of ours in a process that has Python loaded already."""

    folder: Path
    file: str
    runner: str
    """"module:function", called with the file."""


@dataclass(frozen=True)
class Program:
    """Any program that reads lines and writes lines."""

    folder: Path
    command: tuple[str, ...]


Guest = Script | Program


class Warden:
    """Opens cells; keeps what makes that quick.

    Args:
        method: how guests are kept apart; the best that works here where none is named.
        rootless: make namespaces as any user would, also when run by root.

    Raises:
        WargameError: nothing works here that would keep a guest apart.
    """

    def __init__(self, method: Method | None = None, *, rootless: bool = False) -> None:
        self.method = choose(unsafe=False) if method is None else method
        self.rootless = rootless
        self._nursery: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._cells: list[Cell] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def open(self, guest: Guest, limits: Limits) -> Cell:
        """A cell for a guest, which starts when its first line is awaited.

        Raises:
            WargameError: it could not be started for a reason that is not its own.
        """
        here, there = connect()
        scratch = self._scratch()
        order = self._order(guest, limits, scratch)
        try:
            socket.send_fds(here.line, [order.encode()], there.streams())
            process = self._start(order, there)
        except BaseException:
            here.close()
            raise
        finally:
            there.close()
        try:
            cell = self._meet(here, limits, order, process, scratch)
        except BaseException:
            here.close()
            _bury(process, scratch)
            raise
        self._cells = [each for each in self._cells if not each.closed]
        self._cells.append(cell)
        return cell

    def close(self) -> None:
        """Ends all guests and the nursery."""
        for cell in self._cells:
            cell.close()
        self._cells.clear()
        self._leave_nursery()

    def _order(self, guest: Guest, limits: Limits, scratch: str | None) -> Order:
        script = isinstance(guest, Script)
        command = (guest.file,) if isinstance(guest, Script) else guest.command
        home = str(guest.folder.resolve()) if scratch else view.AGENT
        return Order(
            folder=str(guest.folder.resolve()),
            runner=guest.runner if isinstance(guest, Script) else "",
            command=command,
            home=home,
            scratch=scratch or view.SCRATCH,
            environment=view.environment(scratch or view.SCRATCH),
            memory=limits.memory * MEGABYTE + (_PYTHON if script else 0) + _SLACK,
            file=limits.file * MEGABYTE,
            space=limits.scratch * MEGABYTE,
            processes=limits.processes + (family.threads_of(os.geteuid()) if scratch else 0),
            seconds=int(limits.start + limits.bank + _MOVES * limits.move) + 1,
            rootless=self.rootless,
            alone=self.method is not Method.NONE,
        )

    def _scratch(self) -> str | None:
        return tempfile.mkdtemp(prefix="wargame-guest-") if self.method is Method.NONE else None

    def _start(self, order: Order, inner: Inner) -> subprocess.Popen[bytes] | None:
        """Hands the guest's ends over; the process that is ours to bury, if any."""
        if self.method is Method.BUBBLEWRAP:
            line = inner.line.fileno()
            return subprocess.Popen(  # noqa: S603
                bubblewrap.arguments(order, line),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=(line,),
                env=view.trusted_environment(),
                start_new_session=True,
            )
        for again in (True, False):
            try:
                runner = order.runner.encode() or b"-"
                socket.send_fds(self._open_nursery(), [runner], [inner.line.fileno()])
                break
            except OSError:
                # It is gone, perhaps killed for memory; a fresh one does as well.
                self._leave_nursery()
                if not again:
                    raise WargameError("the process that starts agents cannot be kept") from None
        return None

    def _open_nursery(self) -> socket.socket:
        if self._control is None:
            here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with there:
                self._nursery = subprocess.Popen(  # noqa: S603
                    [sys.executable, "-P", "-m", "wargame.sandbox.nursery", str(there.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(there.fileno(),),
                    env=view.trusted_environment(),
                    cwd="/",
                    start_new_session=True,
                )
            self._control = here
        return self._control

    def _leave_nursery(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._nursery is not None:
            self._nursery.kill()
            self._nursery.wait()
            self._nursery = None

    def _meet(
        self,
        ends: Ends,
        limits: Limits,
        order: Order,
        process: subprocess.Popen[bytes] | None,
        scratch: str | None,
    ) -> Cell:
        """Waits for the keeper, which hands over what it is watched and killed by."""
        message, handles = b"", list[int]()
        if wait_for(ends.line.fileno(), _START):
            message, handles = hear(ends.line, 3)
        word, _, rest = message.partition(b" ")
        if word != OPEN:
            why = rest.decode(errors="replace") or "its keeper does not answer"
            if process is not None and not rest:
                why = _complaint(process) or why
            raise WargameError(f"an agent could not be started by {self.method}: {why}")
        keeper, proc, place = handles
        number = int(rest)
        apart = self.method is not Method.NONE
        crowd = Apart(proc) if apart else Among(number, limits.processes)
        spare = _PYTHON if order.runner else 0
        watch = Watch(crowd, place if apart else None, limits, spare)
        closed = False

        def kill() -> None:
            nonlocal closed
            if closed:
                return
            closed = True
            if not apart and not wait_for(keeper, 0):
                family.kill_all(number)
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(keeper, signal.SIGKILL)
            wait_for(keeper, _CLOSE)
            for handle in handles:
                os.close(handle)
            _bury(process, scratch)

        return Cell(ends, limits, watch, kill)


def _bury(process: subprocess.Popen[bytes] | None, scratch: str | None) -> None:
    if process is not None:
        try:
            process.wait(_CLOSE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stderr is not None:
            process.stderr.close()
    if scratch is not None:
        shutil.rmtree(scratch, ignore_errors=True)


def _complaint(process: subprocess.Popen[bytes]) -> str:
    if process.stderr is None or not wait_for(process.stderr.fileno(), _CLOSE):
        return ""
    return os.read(process.stderr.fileno(), 4096).decode(errors="replace").strip()
