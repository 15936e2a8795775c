"""Many matches of agents at once, in lockstep: what they all need is gathered and made once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from wargame.arena.tree import Node, Tree
from wargame.arena.worlds import Worlds
from wargame.errors import WargameError
from wargame.game.agent import Agent
from wargame.game.agent_file import named
from wargame.game.asking import ask, seated
from wargame.game.match import spawn
from wargame.game.setup import HUMAN
from wargame.game.terms import Scenario
from wargame.pool import Pool, Progress, silent
from wargame.stages import SIDES
from wargame.store import Store

Players = tuple[Agent, Agent]


class Fixture(NamedTuple):
    """A match to be played; agents by name, own file or policy folder."""

    attacker: str
    defender: str
    seed: int


class Played(NamedTuple):
    """A match that was played."""

    fixture: Fixture
    missions: tuple[float, ...]
    """The mission value of each round."""
    plays: tuple[tuple[int, int], ...]
    """The actions of each round: the attacker's and the defender's."""

    @property
    def mission(self) -> float:
        """Mean mission value: what the attacker gains and the defender loses."""
        return sum(self.missions) / len(self.missions)


class Fleet:
    """Plays matches; the numbers are those of `wargame.game.match.Match` with the same seed.

    Args:
        rules: the scenario.
        fidelity: one of the scenario's.
        data: where the data lies; else it is looked for.
        store: where artifacts are kept.
        pool: where rounds are made; `Workers` make them side by side.
        progress: told what is being made; raises Cancelled to stop.
    """

    def __init__(
        self,
        rules: Scenario,
        fidelity: str,
        *,
        data: Path | None = None,
        store: Store | None = None,
        pool: Pool | None = None,
        progress: Progress = silent,
    ) -> None:
        self._on(
            Tree(
                Worlds(
                    rules, fidelity=fidelity, data=data, store=store, pool=pool, progress=progress
                )
            )
        )

    def _on(self, tree: Tree) -> None:
        self.tree = tree
        self._makers: dict[str, Callable[[], Agent]] = {}

    @classmethod
    def over(cls, tree: Tree) -> Self:
        """A fleet on a tree that others share."""
        fleet = cls.__new__(cls)
        fleet._on(tree)
        return fleet

    def invite(self, word: str, make: Callable[[], Agent]) -> None:
        """Lets fixtures name an agent that no file holds."""
        self._makers[word] = make

    def _made(self, word: str) -> Agent:
        if word == HUMAN:
            raise WargameError("a human needs the screen: use `wargame play`")
        if word not in self._makers:
            self._makers[word] = named(word)
        return self._makers[word]()

    @property
    def worlds(self) -> Worlds:
        """Where the matches take place."""
        return self.tree.worlds

    def play(self, fixtures: Sequence[Fixture]) -> list[Played]:
        """Plays them all, in lockstep.

        Raises:
            WargameError: an agent is unknown or plays the other side.
            Fault: an agent failed, or chose what is not allowed.
            Cancelled: by the progress; what was made stays in the store.
        """
        players = [self._players(fixture) for fixture in fixtures]
        nodes = self.tree.starts([fixture.seed for fixture in fixtures])
        missions: list[list[float]] = [[] for _ in fixtures]
        while nodes and not nodes[0].position.over:
            moves = [
                (node, self._moves(node, pair)) for node, pair in zip(nodes, players, strict=True)
            ]
            nodes = self.tree.steps(moves)
            for told, node in zip(missions, nodes, strict=True):
                told.append(node.mission)
        for node, pair in zip(nodes, players, strict=True):
            for index, agent in enumerate(pair):
                agent.end(node.view(index))
        return [
            Played(fixture, tuple(told), tuple(zip(*node.history, strict=True)))
            for fixture, told, node in zip(fixtures, missions, nodes, strict=True)
        ]

    def _players(self, fixture: Fixture) -> Players:
        pair = (self._made(fixture.attacker), self._made(fixture.defender))
        for agent, side, stream in zip(pair, SIDES, spawn(fixture.seed), strict=False):
            seated(agent, side).begin(side, self.worlds.scenario, np.random.default_rng(stream))
        return pair

    def _moves(self, node: Node, pair: Players) -> tuple[int, int]:
        board = self.worlds.board
        one, two = (
            ask(agent, node.view(index), board, node.position) for index, agent in enumerate(pair)
        )
        return one, two
