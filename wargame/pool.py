"""Where artifacts are made: in this process, or in a pool of single-threaded processes.

Sums depend on the number of threads inside an operation, so every process makes artifacts with
one torch thread; worker counts change nothing but the time.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, Protocol, TypeVar

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
    """Holds torch to one thread in this process, where it is or will be loaded."""
    import torch

    torch.set_num_threads(1)


class Serial:
    """Everything in this process, one after another."""

    def map(
        self, job: Callable[[T], Any], items: Iterable[T], progress: Progress = silent
    ) -> list[Any]:
        """Each item's result, in order."""
        single_thread()
        todo = list(items)
        done = []
        for index, item in enumerate(todo):
            progress("measuring", index, len(todo))
            done.append(job(item))
        return done


_cancelled: Any = None
_reports: Any = None


def _start_worker(flag: Any, reports: Any) -> None:
    global _cancelled, _reports
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _cancelled, _reports = flag, reports
    single_thread()


def worker_progress(what: str, done: int, total: int) -> None:
    """Progress inside a worker: reported to the parent; raises Cancelled when called off."""
    if _cancelled is not None and _cancelled.is_set():
        raise Cancelled(what)
    if _reports is not None:
        _reports.put((what, done, total))


class Workers:
    """A pool of spawned processes with one torch thread each."""

    def __init__(self, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.count = count
        self._flag = context.Event()
        self._reports = context.SimpleQueue()
        self._pool = ProcessPoolExecutor(
            count,
            mp_context=context,
            initializer=_start_worker,
            initargs=(self._flag, self._reports),
        )

    def submit(self, job: Callable[..., T], *args: Any) -> Future[T]:
        """Starts a job in the background."""
        return self._pool.submit(job, *args)

    def reports(self) -> list[tuple[str, int, int]]:
        """Progress reported by the workers since the last call."""
        new = []
        while not self._reports.empty():
            new.append(self._reports.get())
        return new

    def map(
        self, job: Callable[[T], Any], items: Iterable[T], progress: Progress = silent
    ) -> list[Any]:
        """Each item's result, in order."""
        todo = list(items)
        futures = [self._pool.submit(job, item) for item in todo]
        done = []
        for index, future in enumerate(futures):
            progress("measuring", index, len(todo))
            done.append(future.result())
        self.reports()
        return done

    def cancel(self) -> None:
        """Calls off everything in progress; the pool is then ready again once it is idle."""
        self._flag.set()

    def resume(self) -> None:
        """Lets new jobs run after a `cancel`."""
        self._flag.clear()

    def close(self) -> None:
        """Stops the workers."""
        self._flag.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
