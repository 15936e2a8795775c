"""Both sides at once, as a PettingZoo parallel environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from wargame.arena.game import Game, Worlds
from wargame.game.terms import Scenario
from wargame.pool import Pool
from wargame.stages import SIDES, Side
from wargame.store import Store

Observation = NDArray[np.float32]


class WargameParallelEnv(ParallelEnv[str, Observation, Any]):
    """Agents "attacker" and "defender" choose at once; rewards sum to zero.

    Observations are float32 in [-1, 1] (`wargame.game.view.layout` names each number); actions
    are numbered by the scenario's deck, for ever; legal ones are in `infos[agent]["action_mask"]`
    and `action_masks(agent)`. An action that is not legal counts as passing.

    Args:
        game: a scenario's name, file, or the scenario.
        fidelity: one of the scenario's.
        worlds: seeds of the worlds that `reset` draws from.
        data: where the data lies; else it is looked for.
        store: where artifacts are kept.
        pool: where artifacts are made.
    """

    metadata = {"name": "wargame_v0", "render_modes": []}  # noqa: RUF012  (PettingZoo's own form)

    def __init__(
        self,
        game: str | Path | Scenario,
        *,
        fidelity: str = "standard",
        worlds: tuple[int, ...] = (0,),
        data: Path | None = None,
        store: Store | None = None,
        pool: Pool | None = None,
    ) -> None:
        self.worlds = Worlds(
            game, fidelity=fidelity, seeds=worlds, data=data, store=store, pool=pool
        )
        self.game = Game(self.worlds)
        self.possible_agents = [side.value for side in SIDES]
        self.agents: list[str] = []
        self.render_mode = None
        self._rng = np.random.default_rng(0)
        self._observation_spaces = {
            side.value: Box(-1.0, 1.0, (self.game.size(side),), np.float32) for side in SIDES
        }
        self._action_spaces = {side.value: Discrete(self.game.actions(side)) for side in SIDES}

    def observation_space(self, agent: str) -> Box:
        """The same object at every call."""
        return self._observation_spaces[agent]

    def action_space(self, agent: str) -> Discrete[np.int64]:
        """The same object at every call."""
        return self._action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Observation], dict[str, dict[str, Any]]]:
        """A new game; `options` are not used."""
        del options
        if seed is not None:
            self._rng = np.random.default_rng(seed)
        self.agents = list(self.possible_agents)
        self.game.start(self._rng)
        return self._observations(), self._infos({})

    def step(
        self, actions: Mapping[str, int | np.int64]
    ) -> tuple[
        dict[str, Observation],
        dict[str, float],
        dict[str, bool],
        dict[str, bool],
        dict[str, dict[str, Any]],
    ]:
        """Plays one round."""
        if not self.agents:
            return {}, {}, {}, {}, {}
        done = self.game.step(actions["attacker"], actions["defender"])
        rewards = {"attacker": done.mission, "defender": -done.mission}
        over = dict.fromkeys(self.agents, done.over)
        never = dict.fromkeys(self.agents, False)
        extra = {
            agent: {"illegal": illegal}
            for agent, illegal in zip(self.agents, done.illegal, strict=True)
        }
        out = self._observations(), rewards, over, never, self._infos(extra)
        if done.over:
            self.agents = []
        return out

    def action_masks(self, agent: str) -> NDArray[np.bool_]:
        """Which actions are legal now; shared, read-only."""
        return self.game.mask(Side(agent))

    def render(self) -> None:
        """Nothing: `wargame watch` is the picture."""

    def close(self) -> None:
        """Nothing to close."""

    def _observations(self) -> dict[str, Observation]:
        return {side.value: self.game.observation(side) for side in SIDES}

    def _infos(self, extra: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {
            side.value: {
                "action_mask": self.game.mask(side).astype(np.int8),
                **extra.get(side.value, {}),
            }
            for side in SIDES
        }


def parallel_env(
    game: str | Path | Scenario,
    *,
    fidelity: str = "standard",
    worlds: tuple[int, ...] = (0,),
    data: Path | None = None,
    store: Store | None = None,
    pool: Pool | None = None,
) -> WargameParallelEnv:
    """The environment; arguments as of `WargameParallelEnv`."""
    return WargameParallelEnv(
        game, fidelity=fidelity, worlds=worlds, data=data, store=store, pool=pool
    )
