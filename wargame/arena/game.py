"""One game stepped by two actions, as both environments do it: positions, panels, rewards."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wargame.arena.memory import Memory
from wargame.data.sources import load
from wargame.game import scenario
from wargame.game.board import Board, Position
from wargame.game.deck import PASS
from wargame.game.match import world_seed
from wargame.game.report import Score, score
from wargame.game.setup import default_store
from wargame.game.terms import Scenario
from wargame.game.view import Panel, Readings, View, blank, encode, read_into, size, view
from wargame.pipeline.outcome import Outcome, World
from wargame.pipeline.source import offer
from wargame.pool import Pool
from wargame.stages import SIDES, Side
from wargame.store import Store


class Step(NamedTuple):
    """What one round brought."""

    mission: float
    """The attacker's gain in 0..1, and the defender's loss."""
    over: bool
    illegal: tuple[bool, bool]
    """Whether each side chose what it may not; it then passed."""
    score: Score


class Worlds:
    """The worlds that games are drawn from, each with its memory; shared by environments."""

    def __init__(
        self,
        game: str | Path | Scenario,
        *,
        fidelity: str = "standard",
        seeds: tuple[int, ...] = (0,),
        data: Path | None = None,
        store: Store | None = None,
        pool: Pool | None = None,
    ) -> None:
        self.scenario = game if isinstance(game, Scenario) else scenario.load(game)
        self.board = Board(self.scenario)
        self.seeds = seeds
        self._fidelity = fidelity
        self._data = data
        self._store = store
        self._pool = pool
        self._memories: dict[int, Memory] = {}
        self._scores: dict[str, Score] = {}
        self.scenario.sizes(fidelity)

    def memory(self, seed: int) -> Memory:
        """The memory of the world with this seed."""
        if seed not in self._memories:
            tiles = load(self.scenario.data, location=self._data)
            offer(tiles)
            if self._store is None:
                self._store = default_store()
            world: World = self.scenario.world(world_seed(seed), self._fidelity, tiles.digest)
            self._memories[seed] = Memory(world, self._store, self._pool)
        return self._memories[seed]

    def score(self, outcome: Outcome, opening: Outcome) -> Score:
        """The score of a round, worked out once."""
        found = self._scores.get(outcome.key)
        if found is None:
            found = self._scores[outcome.key] = score(outcome, opening, self.scenario)
        return found


class Game:
    """One game in progress."""

    def __init__(self, worlds: Worlds) -> None:
        self.worlds = worlds
        self.board = worlds.board
        self.position: Position = self.board.start()
        self.seed = worlds.seeds[0]
        self._sizes = [size(deck) for deck in self.board.decks]

    def start(self, rng: np.random.Generator) -> None:
        """A new game in a world drawn by lot."""
        seeds = self.worlds.seeds
        self.seed = seeds[int(rng.integers(len(seeds)))] if len(seeds) > 1 else seeds[0]
        self._memory = self.worlds.memory(self.seed)
        self._opening = self._before = self._memory.opening()
        self.position = self.board.start()
        self._history: list[tuple[int, ...]] = [(), ()]
        self._readings: list[Readings] = [(), ()]
        self._panels: list[Panel] = [blank(deck) for deck in self.board.decks]
        self._read(self._opening)

    def _read(self, outcome: Outcome) -> None:
        for index, side in enumerate(SIDES):
            readings = outcome.readings.get(side, ())
            self._readings[index] += (readings,)
            deck = self.board.decks[index]
            self._panels[index] = read_into(self._panels[index], deck, readings)

    def step(self, attacker: int | np.int64, defender: int | np.int64) -> Step:
        """Plays a round; an action that is not allowed counts as passing.

        Raises:
            WargameError: there is no such action.
        """
        given = (attacker, defender)
        asked = [deck.action(number) for deck, number in zip(self.board.decks, given, strict=True)]
        allowed = [bool(self.mask(side)[action]) for side, action in zip(SIDES, asked, strict=True)]
        actions = [action if fine else PASS for action, fine in zip(asked, allowed, strict=True)]
        played = self.board.play(self.position, *actions)
        outcome = self._memory.resolve(
            self._before,
            played.round,
            self.board.forces(played, Side.ATTACKER),
            self.board.forces(played, Side.DEFENDER),
        )
        self.position = self.board.finish(played, outcome)
        self._before = outcome
        for index in (0, 1):
            self._history[index] += (actions[index],)
        self._read(outcome)
        worth = self.worlds.score(outcome, self._opening)
        illegal = (not allowed[0], not allowed[1])
        return Step(worth.mission, self.position.over, illegal, worth)

    def mask(self, side: Side) -> NDArray[np.bool_]:
        """Which actions are allowed now; shared, read-only."""
        return self.board.mask(self.position, side)

    def view(self, side: Side) -> View:
        """What a side sees now."""
        index = SIDES.index(side)
        return view(
            self.position,
            side,
            self._readings[index],
            self.board.decks[index],
            self._history[index],
            self._panels[index],
        )

    def observation(self, side: Side) -> NDArray[np.float32]:
        """What a side sees now, as numbers in [-1, 1]."""
        return encode(self.view(side))

    def size(self, side: Side) -> int:
        """Length of an observation."""
        return self._sizes[SIDES.index(side)]

    def actions(self, side: Side) -> int:
        """Number of actions."""
        return self.board.deck(side).actions
