"""Resolves a round: walks the stages with the cards in force and measures what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wargame.pipeline.context import Context, engine_digest, hold
from wargame.pipeline.outcome import InForce, Outcome, World
from wargame.pool import Pool, Progress, Serial, one_thread, silent
from wargame.stages import Strength
from wargame.store import Gone, Store, digest

START: Mapping[str, Any] = {
    "shelf": [{"key": "", "content": "initial", "deleted": []}],
    "model": "",
    "loot": {},
    "triggers": [],
    "past": [],
}
"""The carry before the opening. `past` lists the plays of each round so far: it enters no key, and
serves to make again what was deleted."""


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
    state = {name: value for name, value in carry.items() if name != "past"}
    return digest(["round", engine_digest(), base, state, round_, held])


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
    key = outcome_key(world, carry, round_, attacks, defences)
    workshop = pool if pool is not None else Serial()

    def walk(number: int, start: Mapping[str, Any], forces: tuple[InForce, ...]) -> Outcome:
        from wargame.pipeline.walk import Walk

        context = Context(world, number, hold(world, forces), store, progress)
        with one_thread():
            return Walk(context, start, forces, workshop, lambda: opening(world, store=store)).run()

    def work() -> tuple[dict[str, Any], Mapping[str, Any]]:
        try:
            return {}, walk(round_, carry, (*attacks, *defences)).to_json()
        except Gone:
            _make_again(walk, carry["past"])
            return {}, walk(round_, carry, (*attacks, *defences)).to_json()

    made = store.get_or_make(key, "round", work)
    return Outcome.from_json({**made.facts, "key": key})


def _make_again(
    walk: Callable[[int, Mapping[str, Any], tuple[InForce, ...]], Outcome],
    past: Sequence[Sequence[Mapping[str, Any]]],
) -> None:
    """Walks earlier rounds again, where something that they left was deleted or damaged."""
    state: Mapping[str, Any] = walk(0, START, ()).carry
    for number, plays in enumerate(past, start=1):
        forces = tuple(InForce(p["card"], Strength(p["strength"]), p["since"]) for p in plays)
        state = walk(number, state, forces).carry


def opening(
    world: World, *, store: Store, pool: Pool | None = None, progress: Progress = silent
) -> Outcome:
    """Round 0: the first honest model, undefended and unattacked."""
    return resolve(world, START, 0, (), (), store=store, pool=pool, progress=progress)
