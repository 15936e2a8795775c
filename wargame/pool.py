"""Where artifacts are made: in this process, or in a pool of single-threaded processes.

Sums depend on the number of threads inside an operation, so every process makes artifacts with
one torch thread; worker counts change nothing but the time.
"""

from __future__ import annotations

import ctypes
import itertools
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from wargame.errors import Cancelled

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
"""Called with what is being made, steps done and steps in all; raises Cancelled to stop."""


def silent(_what: str, _done: int, _total: int) -> None:
    """A progress that nobody watches."""


class Pool(Protocol):
    """Runs independent jobs; results come back in the order given."""

    def map(
        self, job: Callable[[T], Any], items: Iterable[T], progress: Progress = silent
    ) -> list[Any]:
        """Each item's result, in order; `job` must be importable and must not share state."""
        ...


def single_thread() -> None:
    """Holds torch to one thread in this process from now on."""
    import torch

    torch.set_num_threads(1)


@contextmanager
def one_thread() -> Iterator[None]:
    """One torch thread while artifacts are made; the caller's number comes back after."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Serial:
    """Everything in this process, one after another."""

    def map(
        self, job: Callable[[T], Any], items: Iterable[T], progress: Progress = silent
    ) -> list[Any]:
        """Each item's result, in order."""
        todo = list(items)
        done = []
        for index, item in enumerate(todo):
            progress("measuring", index, len(todo))
            done.append(job(item))
        return done


_WHAT = 96


class _Slot(ctypes.Structure):
    """What one worker is at, in memory that all processes share: a report can never block."""

    _fields_ = (
        ("ticket", ctypes.c_longlong),
        ("done", ctypes.c_longlong),
        ("total", ctypes.c_longlong),
        ("what", ctypes.c_char * _WHAT),
    )


class _Desk(NamedTuple):
    """What the parent shares with its workers."""

    floor: Any
    """Jobs with a lower number are called off,"""
    spared: Any
    """except this one."""
    seats: Any
    """How many workers have sat down."""
    slots: Any


class Report(NamedTuple):
    """What a job is at."""

    ticket: int
    what: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """A job in the background; higher numbers are younger."""

    ticket: int
    future: Future[T]


_desk: _Desk | None = None
_seat = 0
_ticket = 0


def _start_worker(desk: _Desk, niceness: int) -> None:
    global _desk, _seat
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with desk.seats.get_lock():
        _seat = desk.seats.value % len(desk.slots)
        desk.seats.value += 1
    _desk = desk
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    if niceness:
        os.nice(niceness)
        # A background worker shares its parent's terminal, which may show a screen.
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, 1)
        os.dup2(sink, 2)
    single_thread()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _run(ticket: int, job: Callable[..., T], args: tuple[Any, ...]) -> T:
    global _ticket
    _ticket = ticket
    worker_progress("starting", 0, 1)
    return job(*args)


def _nothing() -> None:
    return


def worker_progress(what: str, done: int, total: int) -> None:
    """Progress inside a worker: reported to the parent; raises Cancelled when called off."""
    if _desk is None:
        return
    if _ticket < _desk.floor.value and _ticket != _desk.spared.value:
        raise Cancelled(what)
    with _desk.slots.get_lock():
        slot = _desk.slots[_seat]
        slot.ticket, slot.done, slot.total = _ticket, done, total
        slot.what = what.encode()[: _WHAT - 1]


class Workers:
    """A pool of spawned processes with one torch thread each.

    Args:
        count: number of processes.
        niceness: how far they stand back for other processes; above 0 they are also silent.
    """

    def __init__(self, count: int, *, niceness: int = 0) -> None:
        context = multiprocessing.get_context("spawn")
        self.count = count
        self._tickets = itertools.count(1)
        self._desk = _Desk(
            context.Value("q", 0),
            context.Value("q", 0),
            context.Value("q", 0),
            context.Array(_Slot, count),
        )
        self._pool = ProcessPoolExecutor(
            count,
            mp_context=context,
            initializer=_start_worker,
            initargs=(self._desk, niceness),
        )

    def warm(self, job: Callable[..., object] = _nothing, *args: Any) -> None:
        """Starts every process, and lets each do this job first."""
        for _ in range(self.count):
            self.start(job, *args)

    def start(self, job: Callable[..., T], *args: Any) -> Job[T]:
        """Starts a job in the background."""
        ticket = next(self._tickets)
        return Job(ticket, self._pool.submit(_run, ticket, job, args))

    def submit(self, job: Callable[..., T], *args: Any) -> Future[T]:
        """Starts a job in the background; its result to come."""
        return self.start(job, *args).future

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers that have been started."""
        return list(self._pool._processes or {})

    def reports(self) -> list[Report]:
        """What each worker was last at."""
        with self._desk.slots.get_lock():
            slots = [(s.ticket, s.what, s.done, s.total) for s in self._desk.slots]
        return [Report(t, w.decode(errors="ignore"), d, n) for t, w, d, n in slots if t]

    def map(
        self, job: Callable[[T], Any], items: Iterable[T], progress: Progress = silent
    ) -> list[Any]:
        """Each item's result, in order."""
        todo = list(items)
        futures = [self.submit(job, item) for item in todo]
        done = []
        for index, future in enumerate(futures):
            progress("measuring", index, len(todo))
            done.append(future.result())
        return done

    def cancel(self, keep: Job[Any] | None = None) -> None:
        """Calls off every job started so far, except `keep`; jobs started later run."""
        self._desk.spared.value = keep.ticket if keep else 0
        self._desk.floor.value = next(self._tickets)

    def close(self) -> None:
        """Stops the workers at once; nothing half-made is ever in the store."""
        self.cancel()
        # The interpreter waits at its end for every worker, which may be importing for seconds.
        workers = list((self._pool._processes or {}).values())
        manager: Any = self._pool._executor_manager_thread  # typed wrongly
        self._pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.kill()
        if manager is not None:
            # It notices the dead, and must not be at it while the interpreter takes it down.
            manager.join(timeout=5)
