"""How busy two cores are while rounds are made, and what the second worker brings."""

from __future__ import annotations

import os
import time
from pathlib import Path

from benchmarks.common import PAIRS, fresh_store, markdown, parser
from wargame.arena.fleet import Fixture, Fleet
from wargame.game import scenario
from wargame.game.remote import prime
from wargame.pool import Workers

SEEDS = (0, 1, 2, 3)
DEFENDERS = ("vigilant", "hardener", "frugal")
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> str:
    """Runs it; returns the table."""
    args = parser(__doc__, fidelity="sketch").parse_args()
    found = {count: filled(count, args.fidelity, args.data) for count in (1, 2)}
    rows = [
        (
            f"{count} worker{'s' * (count > 1)}",
            f"{rounds}",
            f"{wall:.0f} s",
            f"{busy / (count * wall):.0%}",
        )
        for count, (rounds, wall, busy) in found.items()
    ]
    gain = found[1][1] / found[2][1]
    rows.append(("two against one", "", f"{gain:.2f} times as fast", f"{gain / 2:.0%}"))
    head = ("from an empty store", "rounds", "took", "workers busy")
    return markdown(f"Rounds side by side, {args.fidelity}", head, rows)


def filled(count: int, fidelity: str, data: Path | None) -> tuple[int, float, float]:
    """Rounds made, seconds, and processor seconds of the workers."""
    workers = Workers(count)
    try:
        with fresh_store() as store:
            fleet = Fleet(
                scenario.load("mapengine"), fidelity, data=data, store=store, pool=workers
            )
            workers.warm(prime, fleet.worlds.world(0).data)
            workers.map(prime, [fleet.worlds.world(0).data] * count)
            fixtures = [
                Fixture(attacker, defender, seed)
                for attacker, _ in PAIRS
                for defender in DEFENDERS
                for seed in SEEDS
            ]
            before, start = busy(workers), time.perf_counter()
            fleet.play(fixtures)
            return (
                fleet.worlds.tally.made,
                time.perf_counter() - start,
                busy(workers) - before,
            )
    finally:
        workers.close()


def busy(workers: Workers) -> float:
    """Processor seconds of the workers so far (Linux)."""
    total = 0
    for pid in workers.pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


if __name__ == "__main__":
    print(main())
