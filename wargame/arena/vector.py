"""Many games of one side against opponents, as Stable-Baselines3 wants a vector environment.

Games are drawn without state: game number `n` of an environment has the world and the opponent
that follow from the seed and `n` alone, and an opponent's own chances from the world. So training
that was interrupted goes on exactly, and equal positions are met again, which costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from gymnasium.spaces import Box, Discrete
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices, VecEnvStepReturn

from wargame.arena.games import Games
from wargame.arena.tree import Node, Tree
from wargame.arena.worlds import Worlds
from wargame.game.agent import Agent
from wargame.game.agent_file import named
from wargame.game.asking import ask, seated
from wargame.game.match import spawn
from wargame.game.view import size
from wargame.stages import SIDES, Side

Observation = NDArray[np.float32]
Par = dict[tuple[str, int], tuple[float, ...]]
"""Opponent and world to a mission value a round, against which rewards are counted."""


class Opponent(NamedTuple):
    """Who may sit on the other side, and how often."""

    word: str
    """A ready agent's or policy's name, an own file, or a policy folder."""
    weight: float = 1.0


class WargameVecEnv(VecEnv):
    """`count` games of one side; a game that is over starts anew at once, as in SB3.

    Args:
        worlds: where games take place; games draw evenly from its seeds.
        side: who learns.
        opponents: whom each game draws one from.
        count: number of games.
        seed: what the draws follow from.
        par: rewards are counted against it where it is given, which takes the worlds' and the
            opponents' own differences out of them and changes no ranking of the learner's moves.
    """

    def __init__(
        self,
        worlds: Worlds | Tree,
        side: Side,
        opponents: Sequence[Opponent],
        count: int,
        *,
        seed: int = 0,
        par: Par | None = None,
    ) -> None:
        self.games = Games(worlds, count)
        self.side = side
        self.opponents = tuple(opponents)
        self.par = par if par is not None else {}
        self.begun = 0
        """Rounds of games begun so far: all `count` games of a round are begun together."""
        self.results: list[tuple[str, int, float]] = []
        """Opponent, world and mean mission of each finished game; whoever reads empties it."""
        self._seed = seed
        self._classes: dict[str, type[Agent]] = {}
        weights = np.array([each.weight for each in self.opponents], dtype=np.float64)
        self._shares = weights / weights.sum()
        board = self.games.tree.worlds.board
        self._own, self._other = SIDES.index(side), SIDES.index(side.other)
        self._seats: list[tuple[str, Agent]] = []
        self._totals = np.zeros(count)
        self._actions = np.zeros(count, dtype=np.int64)
        deck = board.deck(side)
        self.render_mode = None
        super().__init__(count, Box(-1.0, 1.0, (size(deck),), np.float32), Discrete(deck.actions))

    def reset(self) -> Observation:
        """All games anew."""
        seeds, words = self._draws()
        self.games.start(seeds)
        self._sit(seeds, words)
        return self.games.observations(self.side)

    def _draws(self) -> tuple[list[int], list[str]]:
        """Worlds and opponents of the next games."""
        rng = np.random.default_rng([self._seed, self.begun])
        seeds = self.games.tree.worlds.seeds
        # Every world, and in it every opponent, comes up as often as it should, in an order by lot.
        order = rng.permutation(self.num_envs)
        places = (order + rng.integers(len(seeds))) % len(seeds)
        cut = (order // len(seeds) + rng.random(len(seeds))[places]) * len(seeds) / self.num_envs
        chosen = np.searchsorted(np.cumsum(self._shares), cut % 1.0, side="right")
        chosen = np.minimum(chosen, len(self.opponents) - 1)
        self.begun += 1
        return [seeds[p] for p in places], [self.opponents[c].word for c in chosen]

    def _sit(self, seeds: Sequence[int], words: Sequence[str]) -> None:
        scenario = self.games.tree.worlds.scenario
        self._seats = []
        for seed, word in zip(seeds, words, strict=True):
            if word not in self._classes:
                self._classes[word] = named(word)
            agent = seated(self._classes[word](), self.side.other)
            agent.begin(self.side.other, scenario, np.random.default_rng(spawn(seed)[self._other]))
            self._seats.append((word, agent))
        self._totals[:] = 0.0

    def step_async(self, actions: NDArray[Any]) -> None:
        """Takes the learner's actions."""
        self._actions = np.asarray(actions, dtype=np.int64)

    def step_wait(self) -> VecEnvStepReturn:
        """Plays the round of every game."""
        board = self.games.tree.worlds.board
        nodes = self.games.nodes
        theirs = np.array(
            [
                ask(agent, node.view(self._other), board, node.position)
                for node, (_, agent) in zip(nodes, self._seats, strict=True)
            ]
        )
        both = (self._actions, theirs) if self._own == 0 else (theirs, self._actions)
        turn = self.games.step(*both)
        self._totals += turn.missions
        rewards = self._rewards(nodes, turn.missions)
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        if turn.over.any():
            last = self.games.observations(self.side)
            for info, seen in zip(infos, last, strict=True):
                info["terminal_observation"] = seen
            self._finish()
            seen_now = self.reset()
        else:
            seen_now = self.games.observations(self.side)
        return seen_now, rewards, turn.over, infos

    def _rewards(self, before: Sequence[Node], missions: NDArray[np.float64]) -> Observation:
        gains = missions.copy()
        for index, (node, (word, _)) in enumerate(zip(before, self._seats, strict=True)):
            par = self.par.get((word, node.seed))
            if par is not None:
                gains[index] -= par[node.position.round - 1]
        return (gains if self._own == 0 else -gains).astype(np.float32)

    def _finish(self) -> None:
        rounds = self.games.tree.worlds.board.rounds
        for node, (word, _), total in zip(self.games.nodes, self._seats, self._totals, strict=True):
            self.results.append((word, node.seed, float(total) / rounds))

    def action_masks(self) -> NDArray[np.bool_]:
        """Which actions are legal now, shape (games, actions), as MaskablePPO asks for them."""
        return self.games.masks(self.side)

    def close(self) -> None:
        """Nothing to close."""

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """The same of every game."""
        return [getattr(self, attr_name)] * len(list(self._get_indices(indices)))

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        """Of all games."""
        del indices
        setattr(self, attr_name, value)

    def env_method(
        self,
        method_name: str,
        *method_args: Any,
        indices: VecEnvIndices = None,
        **method_kwargs: Any,
    ) -> list[Any]:
        """A method's result for each game."""
        found = getattr(self, method_name)(*method_args, **method_kwargs)
        return [found[index] for index in self._get_indices(indices)]

    def env_is_wrapped(self, wrapper_class: type[Any], indices: VecEnvIndices = None) -> list[bool]:
        """No game is wrapped."""
        del wrapper_class
        return [False for _ in self._get_indices(indices)]
