"""A crew of processes on this machine, by joblib's loky."""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.process_executor import BrokenProcessPool

from wargame.tournament.crew import ONE_THREAD, Answer, Outbox, name_of, perform

T = TypeVar("T")

_TRIES = 2
"""A job at which so many workers died is given up."""
_LOOK = 0.25
"""Seconds between two looks for the parent."""


@dataclass(slots=True)
class _Task:
    job: str
    item: Any
    name: str
    deaths: int = 0


class _Seat:
    """One worker process: what dies in it takes no other job along."""

    def __init__(self) -> None:
        with _no_interrupt():
            self._executor = ProcessPoolExecutor(
                1, env=ONE_THREAD, initializer=_start, initargs=(os.getpid(),)
            )
            self._executor.submit(_nothing)  # starts the process now

    def start(self, task: _Task) -> Future[Answer]:
        """Has its worker do a task.

        Raises:
            BrokenProcessPool: the worker died.
        """
        future: Future[Answer] = self._executor.submit(perform, task.job, task.item)
        return future

    def kill(self) -> None:
        """Ends the worker, whatever it is at."""
        for process in list((self._executor._processes or {}).values()):
            if process.is_alive():
                os.kill(process.pid, signal.SIGKILL)  # loky's processes have no kill()
        self._executor.shutdown(wait=False)


class ProcessCrew:
    """Workers with one thread each; they end with this process, however it ends.

    Args:
        count: number of processes.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._seats = [_Seat() for _ in range(count)]
        self._free = deque(range(count))
        self._waiting: deque[_Task] = deque()
        self._lock = threading.Lock()
        self._done: queue.SimpleQueue[tuple[int, _Task, Future[Answer]]] = queue.SimpleQueue()
        self._out = Outbox()
        self._open = 0

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers."""
        return [pid for seat in self._seats for pid in seat._executor._processes or {}]

    def submit(self, job: Callable[[T], Any], item: T, *, name: str = "") -> None:
        """Has a job done as soon as a worker is free."""
        self._open += 1
        with self._lock:
            self._waiting.append(_Task(name_of(job), item, name))
        self._fill()

    def ready(self, timeout: float) -> list[tuple[Any, Any]]:
        """What is done by now, or within `timeout` seconds.

        Raises:
            WargameError: a job raised it, or its workers were killed twice.
        """
        end = time.monotonic() + timeout
        while self._open:
            wait = 0.0 if self._out else max(0.0, end - time.monotonic())
            try:
                seat, task, future = self._done.get(timeout=wait) if wait else self._done.get(False)
            except queue.Empty:
                break
            self._look_at(seat, task, future)
        return self._out.take()

    def close(self) -> None:
        """Kills the workers."""
        with self._lock:
            self._waiting.clear()
            self._free.clear()
        for seat in self._seats:
            seat.kill()

    def _fill(self) -> None:
        """Gives waiting tasks to free workers; called by their threads too, so none is idle."""
        while True:
            with self._lock:
                if not (self._free and self._waiting):
                    return
                seat, task = self._free.popleft(), self._waiting.popleft()
            try:
                future = self._seats[seat].start(task)
            except (BrokenProcessPool, RuntimeError) as error:
                future = Future()
                future.set_exception(error)
                self._done.put((seat, task, future))
                continue
            future.add_done_callback(partial(self._finished, seat, task))

    def _finished(self, seat: int, task: _Task, future: Future[Answer]) -> None:
        self._done.put((seat, task, future))
        if not isinstance(_wrong(future), BrokenProcessPool):
            with self._lock:
                self._free.append(seat)
            self._fill()

    def _look_at(self, seat: int, task: _Task, future: Future[Answer]) -> None:
        error = _wrong(future)
        if not isinstance(error, BrokenProcessPool):
            self._open -= 1
            answer = future.result() if error is None else Answer(failure=repr(error))
            self._out.put(task.item, answer)
            return
        task.deaths += 1
        self._seats[seat].kill()
        self._seats[seat] = _Seat()
        with self._lock:
            self._free.append(seat)
            if task.deaths < _TRIES:
                self._waiting.appendleft(task)
        if task.deaths == _TRIES:
            self._open -= 1
            self._out.put(task.item, Answer(error=_killed(task)))
        self._fill()


def _killed(task: _Task) -> str:
    what = f" ({task.name})" if task.name else ""
    return (
        f"{_TRIES} workers were killed, one after the other, at the same job{what}; "
        "perhaps the machine has too little memory for so many"
    )


def _wrong(future: Future[Answer]) -> BaseException | None:
    return None if future.cancelled() else future.exception()


def _nothing() -> None:
    return


def _start(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    # It shares its parent's terminal, which may show a screen.
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """What is started here never sees the terminal's Ctrl-C, not even while it imports."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
