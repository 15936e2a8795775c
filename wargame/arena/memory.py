"""Rounds already met, by what they follow from: stepping through known positions costs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wargame.pipeline import resolve as pipeline
from wargame.pipeline.outcome import InForce, Outcome, World
from wargame.pool import Pool, Progress, Serial, silent
from wargame.store import Store

Forces = tuple[InForce, ...]


class Memory:
    """Outcomes of one world by position; each is resolved, or read from the store, once."""

    def __init__(
        self, world: World, store: Store, pool: Pool | None = None, progress: Progress = silent
    ) -> None:
        self.world = world
        self._store = store
        self._pool = pool if pool is not None else Serial()
        self._progress = progress
        self._known: dict[tuple[str, int, Forces, Forces], Outcome] = {}
        self._opening: Outcome | None = None

    def opening(self) -> Outcome:
        """Round 0."""
        if self._opening is None:
            self._opening = pipeline.opening(
                self.world, store=self._store, pool=self._pool, progress=self._progress
            )
        return self._opening

    def resolve(self, before: Outcome, round_: int, attacks: Forces, defences: Forces) -> Outcome:
        """The round that follows `before` with these cards in force."""
        key = (before.key, round_, attacks, defences)
        found = self._known.get(key)
        if found is None:
            carry: Mapping[str, Any] = before.carry
            found = self._known[key] = pipeline.resolve(
                self.world,
                carry,
                round_,
                attacks,
                defences,
                store=self._store,
                pool=self._pool,
                progress=self._progress,
            )
        return found
