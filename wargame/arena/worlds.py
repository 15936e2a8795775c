"""The worlds that games are drawn from, and the rounds already met in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from wargame.data.sources import load
from wargame.game import scenario
from wargame.game.board import Board
from wargame.game.gather import Gatherer, Tally
from wargame.game.match import world_seed
from wargame.game.remote import Order, opening_order
from wargame.game.report import Score, score
from wargame.game.setup import default_store
from wargame.game.terms import Scenario
from wargame.pipeline.outcome import InForce, Outcome, World
from wargame.pipeline.source import offer
from wargame.pool import Pool, Progress, silent
from wargame.store import Store


class Step(NamedTuple):
    """A round to be resolved."""

    world: World
    before: Outcome
    round: int
    attacks: tuple[InForce, ...]
    defences: tuple[InForce, ...]


class Worlds:
    """Worlds of one scenario by seed, shared by any number of games.

    Args:
        game: a scenario's name, file, or the scenario.
        fidelity: one of the scenario's.
        seeds: seeds of the worlds that games draw from; a match of that seed has the same world.
        data: where the data lies; else it is looked for.
        store: where artifacts are kept.
        pool: where artifacts are made.
        progress: told what is being made; raises Cancelled to stop.
    """

    def __init__(
        self,
        game: str | Path | Scenario,
        *,
        fidelity: str = "standard",
        seeds: tuple[int, ...] = (0,),
        data: Path | None = None,
        store: Store | None = None,
        pool: Pool | None = None,
        progress: Progress = silent,
    ) -> None:
        self.scenario = game if isinstance(game, Scenario) else scenario.load(game)
        self.board = Board(self.scenario)
        self.seeds = seeds
        self.scenario.sizes(fidelity)
        self._fidelity = fidelity
        self._data = data
        self._store, self._pool, self._progress = store, pool, progress
        self._gatherer: Gatherer | None = None
        self._digest = ""
        self._worlds: dict[int, World] = {}
        self._known: dict[tuple[object, ...], Outcome] = {}
        self._scores: dict[str, Score] = {}
        self.met = 0
        """Rounds that were asked for and were in memory."""

    def _open(self) -> Gatherer:
        if self._gatherer is None:
            tiles = load(self.scenario.data, location=self._data)
            offer(tiles)
            self._digest = tiles.digest
            store = self._store if self._store is not None else default_store()
            self._gatherer = Gatherer(store, self._pool, self._progress)
        return self._gatherer

    @property
    def tally(self) -> Tally:
        """Where the rounds came from that were not in memory."""
        return self._open().tally

    @property
    def asked(self) -> int:
        """Rounds that were asked for so far, wherever they came from."""
        return self.tally.asked + self.met

    def world(self, seed: int) -> World:
        """The world of a match of this seed."""
        if seed not in self._worlds:
            self._open()
            made = self.scenario.world(world_seed(seed), self._fidelity, self._digest)
            self._worlds[seed] = made
        return self._worlds[seed]

    def openings(self, seeds: Sequence[int]) -> list[Outcome]:
        """Round 0 of these worlds."""
        worlds = [self.world(seed) for seed in seeds]
        keys: list[tuple[object, ...]] = [("opening", world.seed) for world in worlds]
        return self._outcomes(keys, [opening_order(world) for world in worlds])

    def resolve(self, steps: Sequence[Step]) -> list[Outcome]:
        """The rounds that follow, each made at most once."""
        keys: list[tuple[object, ...]] = [
            (s.world.seed, s.before.key, s.round, s.attacks, s.defences) for s in steps
        ]
        orders = [Order(s.world, s.before.carry, s.round, s.attacks, s.defences) for s in steps]
        return self._outcomes(keys, orders)

    def _outcomes(
        self, keys: Sequence[tuple[object, ...]], orders: Sequence[Order]
    ) -> list[Outcome]:
        unmet = {
            key: order for key, order in zip(keys, orders, strict=True) if key not in self._known
        }
        self.met += len(keys) - len(unmet)
        if unmet:
            made = self._open().gather(list(unmet.values()))
            self._known.update(zip(unmet, made, strict=True))
        return [self._known[key] for key in keys]

    def score(self, outcome: Outcome, opening: Outcome) -> Score:
        """The score of a round, worked out once."""
        found = self._scores.get(outcome.key)
        if found is None:
            found = self._scores[outcome.key] = score(outcome, opening, self.scenario)
        return found

    def forget(self) -> None:
        """Lets go of the rounds in memory; they stay in the store."""
        self._known.clear()
        self._scores.clear()
