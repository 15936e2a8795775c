"""Warm stepping of the environments, everything in the store, on one core."""

from __future__ import annotations

import time

import numpy as np

import wargame
from benchmarks.common import fresh_store, markdown, parser, spread
from wargame.arena.games import Games
from wargame.arena.parallel_env import WargameParallelEnv
from wargame.stages import SIDES

GAMES = 3
MANY = 64


def lines(env: WargameParallelEnv) -> list[list[dict[str, int]]]:
    """A few games of legal moves by lot, which fills the store."""
    rng, games = np.random.default_rng(1), []
    for _ in range(GAMES):
        env.reset(seed=0)
        moves = []
        while env.agents:
            legal = {agent: np.flatnonzero(env.action_masks(agent)) for agent in env.agents}
            moves.append({agent: int(rng.choice(each)) for agent, each in legal.items()})
            env.step(moves[-1])
        games.append(moves)
    return games


def rate(env: WargameParallelEnv, games: list[list[dict[str, int]]], least: float = 1.0) -> float:
    """Steps a second over at least that many seconds."""
    steps, start = 0, time.perf_counter()
    while time.perf_counter() - start < least:
        for moves in games:
            env.reset(seed=0)
            for actions in moves:
                env.step(actions)
            steps += len(moves)
    return steps / (time.perf_counter() - start)


def together(games: Games, lines: list[list[dict[str, int]]], least: float = 1.0) -> float:
    """Steps a second of all games together: both sides' observations and masks at every step."""
    steps, start = 0, time.perf_counter()
    followed = [lines[game % len(lines)] for game in range(games.count)]
    rounds = [
        tuple(np.array([line[at][side.value] for line in followed]) for side in SIDES)
        for at in range(len(lines[0]))
    ]
    while time.perf_counter() - start < least:
        games.start([0] * games.count)
        for attackers, defenders in rounds:
            games.step(attackers, defenders)
            for side in SIDES:
                games.observations(side)
                games.masks(side)
            steps += games.count
    return steps / (time.perf_counter() - start)


def main() -> str:
    """Runs it; returns the table."""
    args = parser(__doc__).parse_args()
    unit = "thousand steps/s"
    with fresh_store() as store:
        env = wargame.parallel_env("mapengine", fidelity=args.fidelity, data=args.data, store=store)
        games = lines(env)
        rates = [rate(env, games) for _ in range(5)]
        many = Games(env.worlds, MANY)
        together(many, games, least=0.0)
        rates_many = [together(many, games) for _ in range(5)]
    rows = [
        ("parallel environment, resets included", spread(rates, unit, 1e-3)),
        (
            f"{MANY} games together, resets, observations and masks included",
            spread(rates_many, unit, 1e-3),
        ),
    ]
    return markdown(f"Warm stepping, {args.fidelity}", ("what", "measured"), rows)


if __name__ == "__main__":
    print(main())
