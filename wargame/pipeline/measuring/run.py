"""Makes any measurement, in this process or in another; measurements are independent."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wargame.pipeline import frontdoor
from wargame.pipeline.context import Context, hold
from wargame.pipeline.measuring import (
    clients,
    evaluation,
    evasion,
    held_out,
    probe,
    query,
    trigger,
)
from wargame.pipeline.measuring.job import Job, Scene, Task
from wargame.pipeline.serve import serve
from wargame.pool import worker_progress
from wargame.store import Artifact, Store, open_store


def _traffic(scene: Scene) -> Artifact:
    return frontdoor.observe(scene.context, scene.service.passes)


TABLE: Mapping[Task, Callable[[Scene], Artifact]] = {
    Task.EVALUATION: evaluation.measure,
    Task.TRAFFIC: _traffic,
    Task.PROBE: probe.measure,
    Task.CLIENTS: clients.measure,
    Task.HELD_OUT: held_out.measure,
    Task.TRIGGER: trigger.measure,
    Task.EVASION: evasion.measure,
    Task.QUERY: query.measure,
}

_stores: dict[str, Store] = {}


def share_store(store: Store) -> None:
    """Lets jobs in this process use this store object."""
    _stores[store.address] = store


def run(job: Job) -> str:
    """Makes the measurement, or finds it in the store; returns its key."""
    if job.store not in _stores:
        _stores[job.store] = open_store(job.store)
    store = _stores[job.store]
    context = Context(job.world, job.round, hold(job.world, job.plays), store, worker_progress)
    service = serve(context, store.need(job.weights))
    attack = None if job.card is None else hold(job.world, (job.card,))[0]
    return TABLE[job.task](Scene(service, attack, job.loot, job.members)).key
