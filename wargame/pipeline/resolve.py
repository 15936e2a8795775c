"""Resolves a round: walks the stages with the cards in force and measures what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wargame.pipeline.context import Context, engine_digest, hold
from wargame.pipeline.outcome import InForce, Outcome, World
from wargame.pool import Pool, Progress, Serial, one_thread, silent
from wargame.store import Store, digest

START: Mapping[str, Any] = {
    "shelf": [{"key": "", "content": "initial", "deleted": []}],
    "model": "",
    "loot": {},
    "triggers": [],
}
"""The carry before the opening."""


def outcome_key(
    world: World,
    carry: Mapping[str, Any],
    round_: int,
    attacks: tuple[InForce, ...],
    defences: tuple[InForce, ...],
) -> str:
    """Store key of the round: everything that can influence it, and nothing else."""
    held = [
        [item.identity, item.play.strength, item.play.since]
        for item in hold(world, (*attacks, *defences))
    ]
    base = [world.settings, world.seed, world.data]
    return digest(["round", engine_digest(), base, carry, round_, held])


def peek(
    world: World,
    carry: Mapping[str, Any],
    round_: int,
    attacks: tuple[InForce, ...],
    defences: tuple[InForce, ...],
    *,
    store: Store,
) -> Outcome | None:
    """The round, if it is in the store; loads no torch."""
    key = outcome_key(world, carry, round_, attacks, defences)
    found = store.get(key)
    return None if found is None else Outcome.from_json({**found.facts, "key": key})


def resolve(
    world: World,
    carry: Mapping[str, Any],
    round_: int,
    attacks: tuple[InForce, ...],
    defences: tuple[InForce, ...],
    *,
    store: Store,
    pool: Pool | None = None,
    progress: Progress = silent,
) -> Outcome:
    """The round: from the store, or really made now.

    Round 0 is the opening: the first model, trained on the initial records alone.

    Raises:
        Cancelled: `progress` called it off; finished artifacts stay in the store.
    """
    ready = peek(world, carry, round_, attacks, defences, store=store)
    if ready is not None:
        store.found += 1
        return ready
    from wargame.pipeline.walk import Walk

    key = outcome_key(world, carry, round_, attacks, defences)
    context = Context(world, round_, hold(world, (*attacks, *defences)), store, progress)

    def work() -> tuple[dict[str, Any], Mapping[str, Any]]:
        walk = Walk(context, carry, (*attacks, *defences), pool or Serial())
        with one_thread():
            return {}, walk.run().to_json()

    made = store.get_or_make(key, "round", work)
    return Outcome.from_json({**made.facts, "key": key})


def opening(
    world: World, *, store: Store, pool: Pool | None = None, progress: Progress = silent
) -> Outcome:
    """Round 0: the first honest model, undefended and unattacked."""
    return resolve(world, START, 0, (), (), store=store, pool=pool, progress=progress)
