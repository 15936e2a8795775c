"""Warm stepping of the environments, everything in the store, on one core."""

from __future__ import annotations

import time

import numpy as np

import wargame
from benchmarks.common import fresh_store, markdown, parser, spread
from wargame.arena.parallel_env import WargameParallelEnv

GAMES = 3


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


def main() -> str:
    """Runs it; returns the table."""
    args = parser(__doc__).parse_args()
    with fresh_store() as store:
        env = wargame.parallel_env("mapengine", fidelity=args.fidelity, data=args.data, store=store)
        games = lines(env)
        rates = [rate(env, games) for _ in range(5)]
    rows = [("parallel environment, resets included", spread(rates, "thousand steps/s", 1e-3))]
    return markdown(f"Warm stepping, {args.fidelity}", ("what", "measured"), rows)


if __name__ == "__main__":
    print(main())
