"""What the benchmarks share: options, matches in fresh stores, tables."""

from __future__ import annotations

import argparse
import shlex
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from wargame.game.match import Match
from wargame.game.setup import prepare
from wargame.store import Store

PAIRS = (
    ("poisoner", "vigilant"),
    ("evader", "hardener"),
    ("thief", "frugal"),
    ("saboteur", "vigilant"),
)
"""Scripted players whose matches are timed."""


def parser(description: str | None, *, fidelity: str = "drill") -> argparse.ArgumentParser:
    """Options that every benchmark has."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--data", type=Path, help="where the data lies; else it is looked for")
    made.add_argument("--fidelity", default=fidelity)
    return made


def match(pair: tuple[str, str], args: argparse.Namespace, store: Store, seed: int = 7) -> Match:
    """A fresh match of a pair."""
    return prepare(
        "mapengine", *pair, seed=seed, fidelity=args.fidelity, data=args.data, store=store
    )


@contextmanager
def fresh_store() -> Iterator[Store]:
    """An empty store that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="wargame-bench-") as folder:
        yield Store(Path(folder))


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def spread(values: Sequence[float], unit: str = "s", scale: float = 1.0) -> str:
    """Median and range."""
    told = [value * scale for value in values]
    low, mid, high = min(told), statistics.median(told), max(told)
    return f"{mid:.3g} {unit} ({low:.3g} to {high:.3g}, n = {len(told)})"


def markdown(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A heading, the command, and a table."""
    lines = [" | ".join(row) for row in (head, ["---"] * len(head), *rows)]
    table = "\n".join(f"| {line} |" for line in lines)
    return f"## {title}\n\n    {command()}\n\n{table}\n"


def command() -> str:
    """The command line that is running, as a reader would type it."""
    name = Path(sys.argv[0]).stem
    return shlex.join(["python", "-m", f"benchmarks.{name}", *sys.argv[1:]])
