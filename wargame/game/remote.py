"""Rounds made by other processes: looked up first, made by a worker, prepared ahead.

Nothing here loads torch; the workers do.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from wargame.errors import Cancelled
from wargame.pipeline.outcome import InForce, Outcome, World
from wargame.pipeline.resolve import START, outcome_key, peek
from wargame.pool import Job, Pool, Progress, Serial, Workers, worker_progress
from wargame.store import Store, open_store

_LOOK = 0.05
"""Seconds between two looks at a worker."""


@dataclass(frozen=True, slots=True)
class Order:
    """A round to be made."""

    world: World
    carry: Mapping[str, Any]
    round: int
    attacks: tuple[InForce, ...]
    defences: tuple[InForce, ...]

    @property
    def key(self) -> str:
        """Store key of the round."""
        return outcome_key(self.world, self.carry, self.round, self.attacks, self.defences)

    def ready(self, store: Store) -> Outcome | None:
        """The round where it is in the store."""
        args = (self.world, self.carry, self.round, self.attacks, self.defences)
        return peek(*args, store=store)


def opening_order(world: World) -> Order:
    """The honest start of a match."""
    return Order(world, START, 0, (), ())


@lru_cache(maxsize=2)
def _store(address: str) -> Store:
    return open_store(address)


def prime(data: str) -> None:
    """In a worker: loads what the first round would have to wait for."""
    import wargame.pipeline.walk  # noqa: F401
    from wargame.errors import WargameError
    from wargame.pipeline.source import dataset

    try:
        dataset(data)
    except WargameError:
        return  # told when a round really needs it


def make(address: str, order: Order) -> dict[str, Any]:
    """In a worker: the round as plain JSON data."""
    from wargame.pipeline.resolve import resolve

    return resolve(
        order.world,
        order.carry,
        order.round,
        order.attacks,
        order.defences,
        store=_store(address),
        pool=Serial(),
        progress=worker_progress,
    ).to_json()


class Remote:
    """A resolver of rounds whose work is done by a pool of processes."""

    def __init__(self, workers: Workers, store: Store) -> None:
        self._workers, self._store = workers, store
        self._lock = threading.Lock()
        self._jobs: dict[str, Job[dict[str, Any]]] = {}
        self._thought = 0

    def opening(self, world: World, *, store: Store, pool: Pool, progress: Progress) -> Outcome:
        """Round 0, from the store or from a worker."""
        del store, pool
        return self._get(opening_order(world), progress)

    def resolve(
        self,
        world: World,
        carry: Mapping[str, Any],
        round_: int,
        attacks: tuple[InForce, ...],
        defences: tuple[InForce, ...],
        *,
        store: Store,
        pool: Pool,
        progress: Progress,
    ) -> Outcome:
        """A round, from the store or from a worker; what is pondered beside it is called off.

        Raises:
            Cancelled: by `progress`; the worker stops at its next step.
        """
        del store, pool
        return self._get(Order(world, carry, round_, attacks, defences), progress)

    def _get(self, order: Order, progress: Progress) -> Outcome:
        key = order.key
        job = self._take(key)
        ready = order.ready(self._store)
        if ready is not None:
            return ready
        if job is None or _failed(job.future):
            job = self._start(key, order)
        try:
            while not wait_for([job.future], timeout=_LOOK).done:
                self._tell(job, progress)
        except Cancelled:
            self.rest()
            raise
        return Outcome.from_json(job.future.result())

    def _tell(self, job: Job[dict[str, Any]], progress: Progress) -> None:
        mine = [each for each in self._workers.reports() if each.ticket == job.ticket]
        progress(*(mine[0][1:] if mine else ("waiting for a worker", 0, 1)))

    def _take(self, key: str) -> Job[dict[str, Any]] | None:
        """Ends the pondering, and spares the job that makes this round."""
        with self._lock:
            self._thought += 1
            job = self._jobs.get(key)
            self._jobs = {key: job} if job else {}
            self._workers.cancel(keep=job)
            return job

    def _start(self, key: str, order: Order) -> Job[dict[str, Any]]:
        with self._lock:
            job = self._jobs[key] = self._workers.start(make, self._store.address, order)
            return job

    def rest(self) -> None:
        """Calls off everything that is being made."""
        with self._lock:
            self._thought += 1
            self._jobs = {}
            self._workers.cancel()

    def ponder(self, orders: Iterable[Order]) -> None:
        """Makes these rounds in the background, in this order, until something is asked for."""
        with self._lock:
            self._thought += 1
            thought = self._thought
        threading.Thread(target=self._think, args=(orders, thought), daemon=True).start()

    def _think(self, orders: Iterable[Order], thought: int) -> None:
        store = open_store(self._store.address)  # a store belongs to one thread
        for order in orders:
            if order.ready(store) is not None:
                continue
            if not self._room(thought) or not self._think_of(order, thought):
                return

    def _room(self, thought: int) -> bool:
        """Waits until a worker is free; False where nobody wants the thought any more."""
        while self._thought == thought:
            with self._lock:
                busy = [job.future for job in self._jobs.values() if not job.future.done()]
            if len(busy) < self._workers.count:
                return True
            wait_for(busy, timeout=_LOOK, return_when=FIRST_COMPLETED)
        return False

    def _think_of(self, order: Order, thought: int) -> bool:
        key = order.key
        with self._lock:
            if self._thought != thought:
                return False
            if key not in self._jobs:
                self._jobs[key] = self._workers.start(make, self._store.address, order)
            return True


def _failed(future: Future[Any]) -> bool:
    return future.done() and future.exception() is not None
