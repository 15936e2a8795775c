"""One side against an opponent, as a Gymnasium environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete
from numpy.typing import NDArray

from wargame.arena.game import Game, Worlds
from wargame.errors import WargameError
from wargame.game.agent import Agent, make
from wargame.game.deck import PASS
from wargame.game.terms import Scenario
from wargame.pool import Pool
from wargame.stages import Side
from wargame.store import Store


class WargameEnv(gymnasium.Env[NDArray[np.float32], np.int64]):
    """Plays one side; the reward is the mission value, the attacker's positive.

    Args:
        game: a scenario's name, file, or the scenario.
        side: "attacker" or "defender".
        opponent: an agent's name, or several of which each game draws one, or an agent.
        fidelity: one of the scenario's.
        worlds: seeds of the worlds that `reset` draws from.
        data: where the data lies; else it is looked for.
        store: where artifacts are kept.
        pool: where artifacts are made.
        render_mode: none is offered.
    """

    metadata = {"render_modes": []}  # noqa: RUF012  (Gymnasium's own form)

    def __init__(
        self,
        game: str | Path | Scenario,
        side: str,
        *,
        opponent: str | tuple[str, ...] | Agent = "random",
        fidelity: str = "standard",
        worlds: tuple[int, ...] = (0,),
        data: Path | None = None,
        store: Store | None = None,
        pool: Pool | None = None,
        render_mode: str | None = None,
    ) -> None:
        self.side = Side(side)
        self.render_mode = render_mode
        self._names = (opponent,) if isinstance(opponent, (str, Agent)) else tuple(opponent)
        for name in self._names:
            self._check(name if isinstance(name, Agent) else make(name))
        self.worlds = Worlds(
            game, fidelity=fidelity, seeds=worlds, data=data, store=store, pool=pool
        )
        self.game = Game(self.worlds)
        self.observation_space = Box(-1.0, 1.0, (self.game.size(self.side),), np.float32)
        self.action_space = Discrete(self.game.actions(self.side))

    def _check(self, agent: Agent) -> None:
        if self.side.other not in agent.sides:
            raise WargameError(f"{agent.name} cannot play the {self.side.other.value}")

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """A new game; `options` are not used."""
        super().reset(seed=seed, options=options)
        self.game.start(self.np_random)
        chosen = self._names[int(self.np_random.integers(len(self._names)))]
        self.opponent = chosen if isinstance(chosen, Agent) else make(chosen)
        rng = np.random.default_rng(self.np_random.integers(2**63))
        self.opponent.begin(self.side.other, self.worlds.scenario, rng)
        return self.game.observation(self.side), self._info()

    def step(
        self, action: np.int64 | int
    ) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Plays one round; an action that is not legal counts as passing."""
        deck = self.game.board.deck(self.side.other)
        theirs = deck.action(self.opponent.act(self.game.view(self.side.other)))
        if not self.game.mask(self.side.other)[theirs]:
            raise WargameError(f"{self.opponent.name} chose action {theirs}, which is not legal")
        attacking = self.side is Side.ATTACKER
        done = self.game.step(action, theirs) if attacking else self.game.step(theirs, action)
        reward = done.mission if attacking else -done.mission
        info = {**self._info(), "illegal": done.illegal[0 if attacking else 1]}
        return self.game.observation(self.side), reward, done.over, False, info

    def action_masks(self) -> NDArray[np.bool_]:
        """Which actions are legal now, as sb3-contrib's MaskablePPO asks for them."""
        if self.game.position.over:
            mask = np.zeros(self.game.actions(self.side), np.bool_)
            mask[PASS] = True
            return mask
        return self.game.mask(self.side)

    def _info(self) -> dict[str, Any]:
        return {"action_mask": self.action_masks().astype(np.int8)}
