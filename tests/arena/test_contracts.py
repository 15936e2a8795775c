"""The environments hold the contracts of Gymnasium, PettingZoo, Stable-Baselines3 and masks."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from pettingzoo.test import parallel_api_test, parallel_seed_test
from stable_baselines3.common.env_checker import check_env as sb3_check_env

import wargame
from wargame.arena.env import WargameEnv
from wargame.arena.parallel_env import WargameParallelEnv
from wargame.errors import WargameError
from wargame.game.terms import Scenario
from wargame.stages import SIDES, Side
from wargame.store import Store

BOTH = pytest.mark.parametrize("side", [side.value for side in SIDES])


def one_side(tiny: Scenario, store: Store, side: str, opponent: str = "random") -> WargameEnv:
    """An environment of one side."""
    return WargameEnv(tiny, side, opponent=opponent, fidelity="drill", store=store)


@BOTH
def test_gymnasium_accepts_it(tiny: Scenario, store: Store, side: str) -> None:
    """The stock checker finds nothing wrong."""
    check_env(one_side(tiny, store, side), skip_render_check=True)


@BOTH
def test_stable_baselines_accepts_it(tiny: Scenario, store: Store, side: str) -> None:
    """The stock checker finds nothing wrong."""
    sb3_check_env(one_side(tiny, store, side))


def test_pettingzoo_accepts_it(tiny: Scenario, store: Store) -> None:
    """The stock API and seeding tests pass."""
    env = WargameParallelEnv(tiny, fidelity="drill", store=store)
    parallel_api_test(env, num_cycles=12)
    parallel_seed_test(lambda: WargameParallelEnv(tiny, fidelity="drill", store=store))


@BOTH
def test_learning_plays_legal_actions_only(tiny: Scenario, store: Store, side: str) -> None:
    """In 256 steps of MaskablePPO every action is legal, and masks do forbid something."""
    from sb3_contrib import MaskablePPO

    env = Watched(one_side(tiny, store, side))
    model = MaskablePPO("MlpPolicy", env, n_steps=64, batch_size=32, n_epochs=1, seed=3)
    model.learn(256)
    assert env.steps >= 256
    assert env.illegal == 0
    assert env.narrow > 0


class Watched(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Counts what a learner does."""

    def __init__(self, env: WargameEnv) -> None:
        super().__init__(env)
        self.inner = env
        self.steps = self.illegal = self.narrow = 0

    def action_masks(self) -> np.ndarray[Any, Any]:
        """As the environment says."""
        mask = self.inner.action_masks()
        self.narrow += not mask.all()
        return mask

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Counts, then steps."""
        self.illegal += not self.inner.action_masks()[int(action)]
        self.steps += 1
        return self.inner.step(action)


@BOTH
def test_names_for_make(side: str) -> None:
    """`gymnasium.make` knows every scenario's sides after a plain import."""
    assert wargame.__version__
    assert f"wargame/mapengine-{side}-v0" in gymnasium.registry


def test_rewards_sum_to_zero_and_int_kinds_agree(tiny: Scenario, store: Store) -> None:
    """The same actions as int and as np.int64 give the same game."""
    games = [WargameParallelEnv(tiny, fidelity="drill", store=store) for _ in range(2)]
    for env in games:
        env.reset(seed=5)
    while games[0].agents:
        actions = {
            agent: int(np.flatnonzero(games[0].action_masks(agent))[-1])
            for agent in games[0].agents
        }
        plain = games[0].step(actions)
        numpy = games[1].step({agent: np.int64(value) for agent, value in actions.items()})
        assert plain[1] == numpy[1]
        assert sum(plain[1].values()) == 0
        for agent in ("attacker", "defender"):
            assert plain[0][agent].tobytes() == numpy[0][agent].tobytes()


def test_illegal_counts_as_passing(tiny: Scenario, store: Store) -> None:
    """A forbidden action is played as none, and is reported."""
    env = one_side(tiny, store, "defender", opponent="random")
    env.reset(seed=1)
    forbidden = int(np.flatnonzero(~env.action_masks())[0])
    twin = one_side(tiny, store, "defender", opponent="random")
    twin.reset(seed=1)
    seen, reward, _, _, info = env.step(forbidden)
    other, same, _, _, _ = twin.step(0)
    assert info["illegal"]
    assert reward == same
    assert seen.tobytes() == other.tobytes()


@pytest.mark.parametrize("action", [-1, 10**6, 1.5, np.float32(2)])
def test_what_is_no_action_is_refused(tiny: Scenario, store: Store, action: Any) -> None:
    """Neither counted from the end, nor cut to a whole number."""
    both = WargameParallelEnv(tiny, fidelity="drill", store=store)
    both.reset(seed=1)
    alone = one_side(tiny, store, "defender", opponent="random")
    alone.reset(seed=1)
    before = both.game.view(Side.DEFENDER)
    for step in (
        lambda: both.step({"attacker": 0, "defender": action}),
        lambda: alone.step(action),
    ):
        with pytest.raises(WargameError, match=r"no action|whole number"):
            step()
    assert both.game.view(Side.DEFENDER) == before


def test_masks_and_layout_do_not_depend_on_the_other_side(tiny: Scenario, store: Store) -> None:
    """Before anything was read, a side's mask is its own affair."""
    env = WargameParallelEnv(tiny, fidelity="drill", store=store)
    masks = []
    for other in (0, 1):
        env.reset(seed=2)
        env.step({"attacker": 0, "defender": other})
        masks.append(env.action_masks(Side.ATTACKER.value).tobytes())
    assert masks[0] == masks[1]
