"""A process that plays on paper and keeps what it played, until it is done or killed.

Run with: the address, the tournament, the terms' file. Says each match's key after it was kept.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from tests.tournament.draws import judged
from wargame.stages import SIDES
from wargame.tournament import terms
from wargame.tournament.outcome import Fixture, Kept, MatchResult
from wargame.tournament.results import Results

ROUNDS = 20
EACH = 4
NAMES = ("ann", "bob", "eve", "joe", "kim")


def drawn(number: int) -> list[Fixture]:
    """The fixtures of a round."""
    return sorted(
        Fixture(number, "plains", NAMES[number % 5], NAMES[(number + 1) % 5], seed)
        for seed in range(EACH)
    )


def played(fixture: Fixture) -> tuple[MatchResult, Kept]:
    """A match: every part of it follows from its name, and its record is hard to compress."""
    noise = random.Random(fixture.key).randbytes(100_000)
    output = dict.fromkeys(SIDES, f"\x00 {fixture.key} é\n")
    return judged(fixture, noise[0] / 255), Kept(noise, output, 0.25)


def main(address: str, name: str, file: str) -> None:
    """Goes on where an earlier run was."""
    with Results(address, name) as results:
        results.claim()
        results.begin(terms.load(Path(file)))
        print("claimed", flush=True)
        done = {result.fixture for result in results.results()}
        for number in range(1, ROUNDS + 1):
            results.plan(number, drawn(number))
            for fixture in drawn(number):
                if fixture not in done:
                    results.keep(*played(fixture))
                    print(fixture.key, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
