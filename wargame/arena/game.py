"""One game stepped by two actions, as both environments do it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wargame.arena.tree import Node, Tree, allowed
from wargame.arena.worlds import Worlds
from wargame.game.board import Position
from wargame.game.view import View, size
from wargame.stages import SIDES, Side

__all__ = ["Game", "Step", "Worlds"]


class Step(NamedTuple):
    """What one round brought."""

    mission: float
    """The attacker's gain in 0..1, and the defender's loss."""
    over: bool
    illegal: tuple[bool, bool]
    """Whether each side chose what it may not; it then passed."""


class Game:
    """One game in progress."""

    def __init__(self, worlds: Worlds | Tree) -> None:
        self._tree = worlds if isinstance(worlds, Tree) else Tree(worlds)
        self.worlds = self._tree.worlds
        self.board = self.worlds.board
        self._node: Node | None = None
        self._sizes = [size(deck) for deck in self.board.decks]

    @property
    def node(self) -> Node:
        """Where the game stands."""
        if self._node is None:
            self._node = self._tree.starts(self.worlds.seeds[:1])[0]
        return self._node

    @property
    def position(self) -> Position:
        """Where the board stands."""
        return self.board.start() if self._node is None else self._node.position

    @property
    def seed(self) -> int:
        """Of the world."""
        return self.node.seed

    def start(self, rng: np.random.Generator) -> None:
        """A new game in a world drawn by lot."""
        seeds = self.worlds.seeds
        seed = seeds[int(rng.integers(len(seeds)))] if len(seeds) > 1 else seeds[0]
        self._node = self._tree.starts([seed])[0]

    def step(self, attacker: int | np.int64, defender: int | np.int64) -> Step:
        """Plays a round; an action that is not allowed counts as passing.

        Raises:
            WargameError: there is no such action.
        """
        one, two = self.board.decks
        asked = (one.action(attacker), two.action(defender))
        actions = allowed(self.node, asked)
        self._node = node = self._tree.steps([(self.node, actions)])[0]
        illegal = (actions[0] != asked[0], actions[1] != asked[1])
        return Step(node.mission, node.position.over, illegal)

    def mask(self, side: Side) -> NDArray[np.bool_]:
        """Which actions are allowed now; shared, read-only."""
        return self.node.masks[SIDES.index(side)]

    def view(self, side: Side) -> View:
        """What a side sees now."""
        return self.node.view(SIDES.index(side))

    def observation(self, side: Side) -> NDArray[np.float32]:
        """What a side sees now, as numbers in [-1, 1]."""
        return self.node.observation(SIDES.index(side)).copy()

    def size(self, side: Side) -> int:
        """Length of an observation."""
        return self._sizes[SIDES.index(side)]

    def actions(self, side: Side) -> int:
        """Number of actions."""
        return self.board.deck(side).actions
