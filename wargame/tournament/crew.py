"""Who does the jobs of a tournament: this process, several on this machine, or a cluster."""

from __future__ import annotations

import importlib
import os
import traceback
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeVar

from wargame.errors import WargameError

T = TypeVar("T")

ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "BLIS")}
"""Sums depend on the number of threads inside an operation; libraries read these as they load."""


class Crew(Protocol):
    """Does independent jobs and hands back each as it is done, in whatever order that is."""

    count: int
    """How many jobs it does at the same time."""

    def submit(self, job: Callable[[T], Any], item: T, *, name: str = "") -> None:
        """Has a job done, soon.

        Args:
            job: a function at the top of a module; the workers import it by its name.
            item: what it is given, of types of our own.
            name: for messages.
        """
        ...

    def ready(self, timeout: float) -> list[tuple[Any, Any]]:
        """Each item whose job is done, with its result; none where none is after `timeout` seconds.

        Raises:
            WargameError: a job raised it, or could not be done; told once all that was done before
                is handed out.
        """
        ...

    def close(self) -> None:
        """Ends the workers at once, whatever they are at."""
        ...


def crew(workers: int, cluster: str | None = None) -> Crew:
    """A crew that is ready to work.

    Args:
        workers: number of processes on this machine; 1 is this process itself.
        cluster: in their place a Ray cluster: ray://HOST:PORT, auto, or local:N.

    Raises:
        WargameError: the cluster cannot be used.
    """
    if cluster is not None:
        from wargame.tournament.ray_crew import RayCrew

        return RayCrew(cluster)
    if workers == 1:
        return Serial()
    from wargame.tournament.process_crew import ProcessCrew

    return ProcessCrew(workers)


class Answer(NamedTuple):
    """What came of a job, in any process."""

    result: Any = None
    error: str | None = None
    """Of a WargameError: its words. It travels as text, so that nothing but results of our own
    types is ever read from a worker."""
    failure: str | None = None
    """Of any other exception: where it was raised."""

    def get(self) -> Any:
        """The result.

        Raises:
            WargameError: as the job did.
            RuntimeError: the job failed in a way that nobody foresaw.
        """
        if self.error is not None:
            raise WargameError(self.error)
        if self.failure is not None:
            raise RuntimeError(f"a job failed in its worker:\n{self.failure}")
        return self.result


def name_of(job: Callable[..., Any]) -> str:
    """The name that workers import a job by.

    Raises:
        ValueError: it has none.
    """
    name = f"{job.__module__}:{job.__qualname__}"
    if "<" in name or job.__module__ == "__main__":
        raise ValueError(f"{name} cannot be imported by a worker")
    return name


def perform(name: str, item: Any) -> Answer:
    """In a worker: does the job of this name."""
    module, _, function = name.partition(":")
    try:
        return Answer(getattr(importlib.import_module(module), function)(item))
    except WargameError as error:
        return Answer(error=str(error))
    except Exception:
        return Answer(failure=traceback.format_exc())


class Outbox:
    """Answers to be handed out: results first, so that an error costs no result."""

    def __init__(self) -> None:
        self._wrong: deque[Answer] = deque()
        self._right: list[tuple[Any, Any]] = []

    def put(self, item: Any, answer: Answer) -> None:
        """Takes in what came of an item's job."""
        if answer.error is None and answer.failure is None:
            self._right.append((item, answer.result))
        else:
            self._wrong.append(answer)

    def take(self) -> list[tuple[Any, Any]]:
        """All results, or else the first error is raised."""
        if not self._right and self._wrong:
            self._wrong.popleft().get()
        taken, self._right = self._right, []
        return taken

    def __bool__(self) -> bool:
        return bool(self._right or self._wrong)


class Serial:
    """Every job in this process, when `ready` is called."""

    def __init__(self) -> None:
        for name, value in ONE_THREAD.items():
            os.environ.setdefault(name, value)
        self.count = 1
        self._waiting: deque[tuple[Callable[[Any], Any], Any]] = deque()

    def submit(self, job: Callable[[T], Any], item: T, *, name: str = "") -> None:
        """Has a job done when `ready` is next called."""
        del name
        self._waiting.append((job, item))

    def ready(self, timeout: float) -> list[tuple[Any, Any]]:
        """One job, however long it takes.

        Raises:
            WargameError: the job raised it.
        """
        from threadpoolctl import threadpool_limits

        del timeout
        if not self._waiting:
            return []
        job, item = self._waiting.popleft()
        # As in a worker, also where the libraries were loaded before.
        with threadpool_limits(1):
            return [(item, job(item))]

    def close(self) -> None:
        """Forgets what is waiting."""
        self._waiting.clear()
