"""Many games at once, as arrays over the games, stepped by the actions of both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wargame.arena.tree import Node, Tree
from wargame.arena.worlds import Worlds
from wargame.errors import WargameError
from wargame.game.deck import PASS
from wargame.stages import SIDES, Side

Actions = NDArray[np.int64]


class Turn(NamedTuple):
    """What a step of all games brought, one entry a game."""

    missions: NDArray[np.float64]
    """The attacker's gain in 0..1, and the defender's loss."""
    over: NDArray[np.bool_]
    illegal: NDArray[np.bool_]
    """Whether the attacker, the defender chose what is not allowed; shape (games, 2)."""


class Games:
    """Games in progress, stepped together; all rounds that are missing are made side by side.

    Args:
        worlds: where games take place; a tree may be shared with others.
        count: number of games.
    """

    def __init__(self, worlds: Worlds | Tree, count: int) -> None:
        self.tree = worlds if isinstance(worlds, Tree) else Tree(worlds)
        self.count = count
        self.nodes: list[Node] = []
        self._rows = np.arange(count)
        self._limits = [deck.actions for deck in self.tree.worlds.board.decks]

    def start(self, seeds: Sequence[int]) -> None:
        """New games, all of them, in the worlds of these seeds."""
        self.nodes = self.tree.starts(seeds)

    def observations(self, side: Side) -> NDArray[np.float32]:
        """What a side sees in each game: float32 in [-1, 1], shape (games, size)."""
        index = SIDES.index(side)
        return np.array([node.observation(index) for node in self.nodes])

    def masks(self, side: Side) -> NDArray[np.bool_]:
        """Which actions are allowed in each game, shape (games, actions)."""
        index = SIDES.index(side)
        return np.array([node.masks[index] for node in self.nodes])

    def step(self, attackers: Actions, defenders: Actions) -> Turn:
        """Plays a round of every game; an action that is not allowed counts as passing.

        Raises:
            WargameError: there is no such action.
        """
        played = [self._allowed(index, each) for index, each in enumerate((attackers, defenders))]
        pairs = zip(played[0].tolist(), played[1].tolist(), strict=True)
        self.nodes = self.tree.steps(list(zip(self.nodes, pairs, strict=True)))
        return Turn(
            np.array([node.mission for node in self.nodes]),
            np.array([node.position.over for node in self.nodes]),
            np.stack([played[0] != attackers, played[1] != defenders], axis=1),
        )

    def _allowed(self, index: int, asked: Actions) -> Actions:
        if asked.shape != (self.count,) or asked.dtype.kind not in "iu":
            raise WargameError(f"expected {self.count} whole numbers, one action a game")
        if asked.min() < 0 or asked.max() >= self._limits[index]:
            last = self._limits[index] - 1
            raise WargameError(f"there is no such action; the {SIDES[index].value} has 0 to {last}")
        legal = self.masks(SIDES[index])[self._rows, asked]
        return np.where(legal, asked, PASS)
