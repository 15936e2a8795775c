"""Rounds that retrain nothing and attack nothing new, and the same match again from the store."""

from __future__ import annotations

import argparse
import shutil
import time

from benchmarks.common import PAIRS, fresh_store, markdown, match, parser, spread
from wargame.game.match import Match
from wargame.pipeline.outcome import InForce
from wargame.pipeline.resolve import resolve
from wargame.stages import Side, Strength
from wargame.store import Store


def again(args: argparse.Namespace, pair: tuple[str, str], store: Store) -> float:
    """Seconds of a whole match, set-up left out."""
    game = match(pair, args, Store(store.root))
    start = time.perf_counter()
    for _ in game:
        pass
    return time.perf_counter() - start


def walked_again(game: Match, store: Store) -> list[float]:
    """Seconds of each round where everything but the round's own artifact is in the store."""
    found, carry = [], game.open().carry
    for line in game.lines:
        shutil.rmtree(store.root / "objects" / line.key[:2] / line.key)
        forces = line.in_force[Side.ATTACKER], line.in_force[Side.DEFENDER]
        forgetful = Store(store.root)
        start = time.perf_counter()
        outcome = resolve(game.world, carry, line.round, *forces, store=forgetful)
        found.append(time.perf_counter() - start)
        carry = outcome.carry
    return found


def quiet_rounds(game: Match, store: Store) -> list[float]:
    """Seconds of each round with nobody acting and a rate limit added: only the door is new."""
    carry, found = game.open().carry, []
    for number in range(1, game.scenario.rounds + 1):
        plain = resolve(game.world, carry, number, (), (), store=store)
        guard = (InForce("rate_limit", Strength.LIGHT, number),)
        start = time.perf_counter()
        resolve(game.world, carry, number, (), guard, store=store)
        found.append(time.perf_counter() - start)
        carry = plain.carry
    return found


def main() -> str:
    """Runs it; returns the table."""
    args = parser(__doc__).parse_args()
    rows = []
    with fresh_store() as store:
        cold = again(args, PAIRS[0], store)
        warm = [again(args, PAIRS[0], store) for _ in range(5)]
        game = match(PAIRS[0], args, store)
        for _ in game:
            pass
        rows += [
            ("match, cold", f"{cold:.3g} s"),
            ("the same match from the store", spread(warm, "ms", 1e3)),
            ("ratio to the median", f"{cold / sorted(warm)[len(warm) // 2]:.0f}"),
            ("round walked, all its artifacts in the store",
             spread(walked_again(game, store), "ms", 1e3)),
            ("round where only a rate limit is new", spread(quiet_rounds(game, store), "ms", 1e3)),
        ]  # fmt: skip
    return markdown(f"Rounds that make nothing new, {args.fidelity}", ("what", "measured"), rows)


if __name__ == "__main__":
    print(main())
