"""Many games at once are the same games as one at a time, and as matches."""

from __future__ import annotations

import numpy as np
import pytest
from stable_baselines3.common.vec_env import VecEnv, VecMonitor

from wargame.arena.fleet import Fixture, Fleet
from wargame.arena.game import Game
from wargame.arena.games import Games
from wargame.arena.tree import Tree
from wargame.arena.vector import Opponent, WargameVecEnv
from wargame.arena.worlds import Worlds
from wargame.errors import WargameError
from wargame.game.setup import prepare
from wargame.game.terms import Scenario
from wargame.pool import Workers
from wargame.stages import SIDES, Side
from wargame.store import Store

SEEDS = (3, 4)


@pytest.fixture(scope="module")
def worlds(tiny: Scenario, store: Store) -> Worlds:
    return Worlds(tiny, fidelity="drill", seeds=SEEDS, store=store)


def by_lot(rng: np.random.Generator, masks: np.ndarray) -> np.ndarray:
    return np.array([rng.choice(np.flatnonzero(mask)) for mask in masks])


def test_games_side_by_side_are_games_alone(worlds: Worlds) -> None:
    rng = np.random.default_rng(1)
    games = Games(worlds, 3)
    games.start([3, 4, 3])
    alone = [
        Game(Worlds(worlds.scenario, fidelity="drill", seeds=(s,), store=worlds._store))
        for s in (3, 4, 3)
    ]
    for game in alone:
        game.start(rng)
    over = False
    while not over:
        one, two = (by_lot(rng, games.masks(side)) for side in SIDES)
        turn = games.step(one, two)
        singles = [game.step(int(a), int(d)) for game, a, d in zip(alone, one, two, strict=True)]
        assert turn.missions.tolist() == [each.mission for each in singles]
        for side in SIDES:
            seen = games.observations(side)
            assert seen.dtype == np.float32
            assert seen.tobytes() == np.array([game.observation(side) for game in alone]).tobytes()
            assert games.masks(side).tolist() == [game.mask(side).tolist() for game in alone]
        over = bool(turn.over.all())
    assert not turn.illegal.any()


def test_what_is_not_allowed_passes_and_is_told(worlds: Worlds) -> None:
    games, twin = Games(worlds, 2), Games(worlds, 2)
    for each in (games, twin):
        each.start([3, 3])
    forbidden = int(np.flatnonzero(~games.masks(Side.DEFENDER)[0])[0])
    turn = games.step(np.array([0, 0]), np.array([forbidden, 0]))
    plain = twin.step(np.array([0, 0]), np.array([0, 0]))
    assert turn.illegal.tolist() == [[False, True], [False, False]]
    assert turn.missions.tolist() == plain.missions.tolist()


@pytest.mark.parametrize("wrong", [[0], [0, 999], [-1, 0], [0.0, 1.0]])
def test_what_is_no_action_is_refused(worlds: Worlds, wrong: list[float]) -> None:
    games = Games(worlds, 2)
    games.start([3, 3])
    before = list(games.nodes)
    with pytest.raises(WargameError):
        games.step(np.array(wrong), np.array([0, 0]))
    assert games.nodes == before


def test_a_fleet_plays_what_matches_play(tiny: Scenario, store: Store) -> None:
    pairs = [("poisoner", "frugal"), ("random", "random"), ("thief", "hardener")]
    fixtures = [Fixture(a, d, seed) for a, d in pairs for seed in SEEDS]
    played = Fleet(tiny, "drill", store=store).play(fixtures)
    for each in played:
        match = prepare(
            tiny, *each.fixture[:2], seed=each.fixture.seed, fidelity="drill", store=store
        )
        lines = list(match)
        assert each.missions == tuple(line.score.mission for line in lines)
        assert each.plays == tuple(tuple(line.plays[s].action for s in SIDES) for line in lines)
        assert each.mission == pytest.approx(match.result().mission)


def test_workers_change_nothing(tiny: Scenario, tmp_path_factory: pytest.TempPathFactory) -> None:
    fixtures = [Fixture("poisoner", "vigilant", 3), Fixture("thief", "hardener", 4)]
    serial = Fleet(tiny, "drill", store=Store(tmp_path_factory.mktemp("serial"))).play(fixtures)
    workers = Workers(2)
    try:
        fleet = Fleet(tiny, "drill", store=Store(tmp_path_factory.mktemp("side")), pool=workers)
        assert fleet.play(fixtures) == serial
        made = fleet.worlds.tally.made
        fleet.play(fixtures)
        assert fleet.worlds.tally.made == made
    finally:
        workers.close()


def test_a_tree_that_starts_anew_gives_the_same_games(worlds: Worlds) -> None:
    small, large = Tree(worlds, limit=2), Tree(worlds)
    for _ in range(2):
        for seed in SEEDS:
            nodes = [tree.starts([seed])[0] for tree in (small, large)]
            while not nodes[0].position.over:
                nodes = [
                    tree.steps([(node, (0, 0))])[0]
                    for tree, node in zip((small, large), nodes, strict=True)
                ]
                assert nodes[0].observation(0).tobytes() == nodes[1].observation(0).tobytes()
                assert nodes[0].mission == nodes[1].mission


def opponents() -> list[Opponent]:
    return [Opponent("poisoner"), Opponent("thief", 3.0)]


def test_it_is_a_vector_environment_of_sb3(worlds: Worlds) -> None:
    env = WargameVecEnv(worlds, Side.DEFENDER, opponents(), 8, seed=1)
    assert isinstance(env, VecEnv)
    assert env.has_attr("action_masks")
    assert not env.has_attr("nonsense")
    watched = VecMonitor(env)
    watched.reset()
    rounds = worlds.scenario.rounds
    for number in range(1, rounds + 1):
        masks = np.stack(env.env_method("action_masks"))
        seen, rewards, done, infos = watched.step(masks.argmax(1))
        assert isinstance(seen, np.ndarray)
        assert env.observation_space.contains(seen[0])
        assert rewards.dtype == np.float32
        assert done.tolist() == [number == rounds] * 8
    assert all("terminal_observation" in info for info in infos)
    missions = [mission for _, _, mission in env.results]
    returns = [info["episode"]["r"] for info in infos]
    assert returns == pytest.approx([-rounds * mission for mission in missions], abs=1e-4)


def test_draws_are_even_and_follow_from_the_seed(worlds: Worlds) -> None:
    envs = [WargameVecEnv(worlds, Side.DEFENDER, opponents(), 8, seed=s) for s in (1, 1, 2)]
    draws = [[env._draws() for _ in range(6)] for env in envs]
    assert draws[0] == draws[1] != draws[2]
    for seeds, words in draws[0]:
        assert sorted(seeds) == [3] * 4 + [4] * 4
        assert words.count("thief") == 6
    again = WargameVecEnv(worlds, Side.DEFENDER, opponents(), 8, seed=1)
    again.begun = 4
    assert again._draws() == draws[0][4]


def test_rewards_against_par_differ_by_par_alone(worlds: Worlds) -> None:
    rounds = worlds.scenario.rounds
    par = {("thief", seed): tuple(0.1 * r for r in range(rounds)) for seed in SEEDS}
    plain, handicapped = (
        WargameVecEnv(worlds, Side.ATTACKER, [Opponent("frugal")], 2, seed=1, par=p)
        for p in ({}, {("frugal", seed): par["thief", seed] for seed in SEEDS})
    )
    for env in (plain, handicapped):
        env.reset()
    for number in range(rounds):
        _, one, _, _ = plain.step(np.array([0, 0]))
        _, two, _, _ = handicapped.step(np.array([0, 0]))
        assert one - two == pytest.approx([0.1 * number] * 2, abs=1e-6)
