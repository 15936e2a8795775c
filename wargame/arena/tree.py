"""Positions met so far as a tree: a step that was made before is two look-ups.

A game is deterministic once its world is drawn, so a position follows from the actions played.
Every node keeps what each side sees there, so that nothing is encoded twice.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wargame.arena.worlds import Step, Worlds
from wargame.game.board import Position
from wargame.game.deck import PASS
from wargame.game.view import Panel, Readings, View, blank, encode, read_into, view
from wargame.pipeline.outcome import Outcome
from wargame.stages import SIDES

LIMIT = 40_000
"""Nodes kept; beyond it the tree starts anew and the rounds come from the store."""


class Node:
    """A position with all that both sides have seen on the way to it."""

    __slots__ = (
        "_observations",
        "_views",
        "board",
        "children",
        "history",
        "masks",
        "mission",
        "opening",
        "outcome",
        "panels",
        "position",
        "readings",
        "seed",
    )

    def __init__(self, worlds: Worlds, seed: int, opening: Outcome) -> None:
        self.board = worlds.board
        self.seed = seed
        self.opening = self.outcome = opening
        self.mission = 0.0
        """Of the round that led here."""
        self.children: dict[tuple[int, int], Node] = {}
        self._enter(worlds.board.start(), opening, None)

    def _enter(self, position: Position, outcome: Outcome, before: Node | None) -> None:
        self.position = position
        decks = self.board.decks
        self.masks = tuple(self.board.mask(position, side) for side in SIDES)
        self._views: list[View | None] = [None, None]
        self._observations: list[NDArray[np.float32] | None] = [None, None]
        readings, panels = [], []
        for index, side in enumerate(SIDES):
            new = tuple(outcome.readings.get(side, ()))
            readings.append((*(before.readings[index] if before else ()), new))
            panel = before.panels[index] if before else blank(decks[index])
            panels.append(read_into(panel, decks[index], new))
        self.readings: tuple[Readings, ...] = tuple(readings)
        self.panels: tuple[Panel, ...] = tuple(panels)
        if before is None:
            self.history: tuple[tuple[int, ...], ...] = ((), ())

    def then(self, actions: tuple[int, int], position: Position, outcome: Outcome) -> Node:
        """The node after a round."""
        node = Node.__new__(Node)
        node.board, node.seed, node.opening = self.board, self.seed, self.opening
        node.outcome, node.mission, node.children = outcome, 0.0, {}
        one, two = self.history
        node.history = ((*one, actions[0]), (*two, actions[1]))
        node._enter(position, outcome, self)
        return node

    def view(self, index: int) -> View:
        """What a side sees: 0 is the attacker, 1 the defender."""
        found = self._views[index]
        if found is None:
            found = self._views[index] = view(
                self.position,
                SIDES[index],
                self.readings[index],
                self.board.decks[index],
                self.history[index],
                self.panels[index],
            )
        return found

    def observation(self, index: int) -> NDArray[np.float32]:
        """The same as numbers in [-1, 1]; shared, read-only."""
        found = self._observations[index]
        if found is None:
            found = self._observations[index] = encode(self.view(index))
            found.setflags(write=False)
        return found


class Tree:
    """All games of some worlds."""

    def __init__(self, worlds: Worlds, *, limit: int = LIMIT) -> None:
        self.worlds = worlds
        self._roots: dict[int, Node] = {}
        self._limit = limit
        self._nodes = 0

    def starts(self, seeds: Sequence[int]) -> list[Node]:
        """Where games in these worlds start."""
        if self._nodes > self._limit:
            self._roots.clear()
            self.worlds.forget()
            self._nodes = 0
        new = [seed for seed in dict.fromkeys(seeds) if seed not in self._roots]
        for seed, opening in zip(new, self.worlds.openings(new), strict=True):
            self._roots[seed] = Node(self.worlds, seed, opening)
        return [self._roots[seed] for seed in seeds]

    def steps(self, moves: Sequence[tuple[Node, tuple[int, int]]]) -> list[Node]:
        """Where these games go; what is not allowed must have become PASS already."""
        found = [node.children.get(actions) for node, actions in moves]
        if None in found:
            self._grow([move for move, child in zip(moves, found, strict=True) if child is None])
            return [node.children[actions] for node, actions in moves]
        return [child for child in found if child is not None]

    def _grow(self, moves: Sequence[tuple[Node, tuple[int, int]]]) -> None:
        worlds, board = self.worlds, self.worlds.board
        played = [board.play(node.position, *actions) for node, actions in moves]
        outcomes = worlds.resolve(
            [
                Step(
                    worlds.world(node.seed),
                    node.outcome,
                    position.round,
                    board.forces(position, SIDES[0]),
                    board.forces(position, SIDES[1]),
                )
                for (node, _), position in zip(moves, played, strict=True)
            ]
        )
        for (node, actions), position, outcome in zip(moves, played, outcomes, strict=True):
            if actions in node.children:
                continue  # two games made the same move
            child = node.then(actions, board.finish(position, outcome), outcome)
            child.mission = worlds.score(outcome, node.opening).mission
            node.children[actions] = child
            self._nodes += 1


def allowed(node: Node, asked: tuple[int, int]) -> tuple[int, int]:
    """The actions, passing instead of what is not legal."""
    one, two = asked
    masks = node.masks
    return (one if masks[0][one] else PASS, two if masks[1][two] else PASS)
