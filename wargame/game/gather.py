"""Rounds of many games at once: each missing one is made once, on whatever pool there is."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from typing import Any

from wargame import catalog
from wargame.game.remote import Order, make
from wargame.pipeline.outcome import InForce, Outcome
from wargame.pipeline.resolve import resolve
from wargame.pool import Pool, Progress, Serial, Workers, silent
from wargame.stages import Stage
from wargame.store import Store, digest

_LOOK = 0.2
"""Seconds between two words to the progress."""


@dataclass(slots=True)
class Tally:
    """Where rounds came from."""

    asked: int = 0
    made: int = 0


class Gatherer:
    """Resolves rounds in batches.

    Args:
        store: where artifacts are kept.
        pool: where rounds are made; `Workers` make whole rounds side by side.
        progress: told how many rounds of a batch are made; raises Cancelled to stop.
    """

    def __init__(self, store: Store, pool: Pool | None = None, progress: Progress = silent) -> None:
        self.store = store
        self.pool = pool if pool is not None else Serial()
        self.progress = progress
        self.tally = Tally()

    def gather(self, orders: Sequence[Order]) -> list[Outcome]:
        """The rounds, in the order asked; equal orders are made once.

        Raises:
            Cancelled: by `progress`; finished artifacts stay in the store.
        """
        keys = [order.key for order in orders]
        missing: dict[str, Order] = {}
        found: dict[str, Outcome] = {}
        for key, order in zip(keys, orders, strict=True):
            if key in found or key in missing:
                continue
            ready = order.ready(self.store)
            if ready is None:
                missing[key] = order
            else:
                found[key] = ready
        self.tally.asked += len(orders)
        self.tally.made += len(missing)
        if missing:
            found |= self._made(missing)
        return [found[key] for key in keys]

    def _made(self, missing: dict[str, Order]) -> dict[str, Outcome]:
        if isinstance(self.pool, Workers):
            return _Crew(self.pool, self.store, self.progress).made(missing)
        made: dict[str, Outcome] = {}
        for key, order in missing.items():
            self.progress("making rounds", len(made), len(missing))
            made[key] = resolve(
                order.world,
                order.carry,
                order.round,
                order.attacks,
                order.defences,
                store=self.store,
                pool=self.pool,
                progress=self.progress,
            )
        return made


class _Crew:
    """One batch on a pool of processes.

    Rounds that train the same model would wait for each other in the store, so of each such group
    one goes first and the others follow when the model is there.
    """

    def __init__(self, pool: Workers, store: Store, progress: Progress) -> None:
        self._pool, self._store, self._progress = pool, store, progress
        self._running: dict[Future[dict[str, Any]], str] = {}

    def made(self, missing: dict[str, Order]) -> dict[str, Outcome]:
        groups: dict[str, list[str]] = {}
        for key, order in missing.items():
            groups.setdefault(_training(order), []).append(key)
        behind = {keys[0]: keys[1:] for keys in groups.values()}
        done: dict[str, Outcome] = {}
        try:
            # Those that hold others up go first.
            for first in sorted(behind, key=lambda key: -len(behind[key])):
                self._send(first, missing[first])
            while self._running:
                self._progress("making rounds", len(done), len(missing))
                ready = wait_for(self._running, timeout=_LOOK, return_when=FIRST_COMPLETED).done
                for future in ready:
                    key = self._running.pop(future)
                    done[key] = Outcome.from_json(future.result())
                    for other in behind.get(key, ()):
                        self._send(other, missing[other])
        except BaseException:
            self._pool.cancel()
            raise
        return done

    def _send(self, key: str, order: Order) -> None:
        self._running[self._pool.submit(make, self._store.address, order)] = key


def _training(order: Order) -> str:
    """The same for rounds that train the same model."""
    state = {name: value for name, value in order.carry.items() if name != "past"}
    cards = [
        [play.card, play.strength.value, play.since]
        for play in (*order.attacks, *order.defences)
        if _before_release(play)
    ]
    return digest([order.world.seed, state, order.round, cards])


def _before_release(play: InForce) -> bool:
    return catalog.card(play.card).stage.position < Stage.RELEASE.position
