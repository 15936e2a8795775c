"""Arguments that several commands share."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wargame.pool import Pool


def scenario(parser: argparse.ArgumentParser) -> None:
    """SCENARIO."""
    parser.add_argument(
        "scenario", metavar="SCENARIO", help="a name (`wargame scenarios`) or a YAML file"
    )


def seed(parser: argparse.ArgumentParser) -> None:
    """--seed."""
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="everything random follows from it (0)"
    )


def fidelity(parser: argparse.ArgumentParser) -> None:
    """--fidelity."""
    parser.add_argument(
        "--fidelity",
        default="standard",
        metavar="F",
        help="sketch (to train policies), drill (a second a round), standard (the default), "
        "full (minutes a match)",
    )


def data(parser: argparse.ArgumentParser) -> None:
    """--data."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="where the data lies: a folder, npz file or zip; wins over WARGAME_DATA",
    )


def own_agents(parser: argparse.ArgumentParser) -> None:
    """--attacker and --defender, for records of somebody's own agents."""
    for side in ("attacker", "defender"):
        parser.add_argument(
            f"--{side}",
            metavar="PATH",
            help="the agent file (.py) or policy folder that played, if it was your own",
        )


def record(parser: argparse.ArgumentParser) -> None:
    """--record."""
    parser.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="write the match to FILE (JSON Lines); an unfinished record of this very match "
        "goes on; without it the record lies among the matches in the data home",
    )


def force(parser: argparse.ArgumentParser) -> None:
    """--force."""
    parser.add_argument(
        "--force", action="store_true", help="write over a FILE that holds something else"
    )


def headless(parser: argparse.ArgumentParser) -> None:
    """--headless."""
    parser.add_argument(
        "--headless", action="store_true", help="no screen: one line a round, then the result"
    )


def json(parser: argparse.ArgumentParser, what: str) -> None:
    """--json."""
    parser.add_argument("--json", action="store_true", help=what)


def workers(parser: argparse.ArgumentParser) -> None:
    """--workers."""
    parser.add_argument(
        "--workers",
        type=positive,
        default=1,
        metavar="N",
        help="processes that measure (1); the numbers are the same for any N",
    )


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def all_workers(parser: argparse.ArgumentParser) -> None:
    """--workers of commands that make many rounds: as many as there are cores."""
    parser.add_argument(
        "--workers",
        type=positive,
        default=cores(),
        metavar="N",
        help="processes that make rounds (one a core); the numbers are the same for any N",
    )


def rounds(text: str) -> int:
    """A count of rounds, or of anything that may be many."""
    if not text.isdecimal() or not 1 <= int(text) <= 10**9:
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, not {text!r}")
    return int(text)


def minutes(text: str) -> float:
    """A time."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"expected a number of minutes above 0, not {text!r}")
    return value


def positive(text: str) -> int:
    """A count of processes."""
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to 256, not {text!r}")
    return int(text)


def span(text: str) -> range:
    """A type for arguments that name seeds: A:B."""
    low, _, high = text.partition(":")
    if not (low.isdecimal() and high.isdecimal() and int(low) < int(high) <= int(low) + 1000):
        raise argparse.ArgumentTypeError(f"expected A:B with A < B, not {text!r}")
    return range(int(low), int(high))


@contextmanager
def pool(count: int) -> Iterator[Pool]:
    """This process for a count of 1, else that many workers."""
    from wargame.pool import Serial, Workers

    if count == 1:
        yield Serial()
        return
    workers = Workers(count)
    try:
        yield workers
    finally:
        workers.close()
