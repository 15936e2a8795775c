"""`wargame payoff`: every attacker against every defender, in the same worlds."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wargame.cli import options

if TYPE_CHECKING:
    from wargame.cli.output import Progress
    from wargame.game.terms import Scenario
    from wargame.theory.entrants import Entrant
    from wargame.theory.payoff_file import Header
    from wargame.theory.payoff_journal import Journal
    from wargame.theory.stopping import Look

DESCRIPTION = """\
Plays every attacker against every defender on the same seeds, and prints the mean mission value
of each pair with its interval: the empirical payoff matrix of the game. Then its equilibrium:
who each side should play, and what the game is worth where both choose well.

It stops before the last seed where more matches cannot change the answer: which agents the
equilibrium plays, on which side of par its value lies, and the value to within --tolerance. This
is decided at looks whose errors together stay below 5 %. The file is the same, byte for byte, for
any number of workers, and whether a run was cut or not.
"""
EPILOG = """\
examples:
  wargame payoff mapengine --seeds 40 --fidelity drill
  wargame payoff mapengine --attackers evader,thief --defenders hardener,vigilant --seeds 100:150
  wargame payoff mapengine --out table.jsonl --tolerance 0.02 && wargame equilibrium table.jsonl

Stopped at any moment, the same command goes on; more seeds are added to what the file holds.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    options.scenario(parser)
    for side in ("attackers", "defenders"):
        parser.add_argument(
            f"--{side}",
            metavar="A,B",
            help="names, own .py files or policy folders; all ready scripted agents where not "
            "given",
        )
    parser.add_argument(
        "--seeds",
        type=seeds,
        default=range(20),
        metavar="N|A:B",
        help="at most the seeds 0 to N-1, or A to B-1 (20)",
    )
    options.fidelity(parser)
    options.data(parser)
    options.all_workers(parser)
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="the table; else one in the data home"
    )
    parser.add_argument(
        "--tolerance",
        type=_width,
        default=0.05,
        metavar="X",
        help="stop once the value's interval is at most this wide, and the rest is settled (0.05)",
    )
    parser.add_argument("--no-early-stop", action="store_true", help="play all seeds")
    options.json(parser, "the table and its answer as one object")


def seeds(text: str) -> range:
    """A type for arguments: N, or A:B."""
    if text.isdecimal():
        text = f"0:{text}"
    try:
        return options.span(text)
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(
            f"expected N, or A:B with A < B, at most 1000 seeds, not {text!r}"
        ) from None


def _width(text: str) -> float:
    try:
        width = float(text)
    except ValueError:
        width = 0.0
    if not 0 < width <= 1:
        raise argparse.ArgumentTypeError(f"expected a number above 0, up to 1, not {text!r}")
    return width


def run(args: argparse.Namespace) -> int:
    """Plays what is missing, then shows the table."""
    from wargame.game import scenario
    from wargame.theory.payoff import Payoffs
    from wargame.theory.payoff_journal import Journal

    rules = scenario.load(args.scenario)
    sides = _sides(args)
    header = _header(args, rules, sides)
    path = args.out if args.out is not None else _usual(header)
    with Journal(path, header) as journal:
        try:
            settled = _fill(args, rules, sides, journal)
        except BaseException as error:
            error.add_note(
                f"{len(journal.cells)} matches are in {path}; the same command goes on from there"
            )
            raise
        payoffs = Payoffs.of(header, journal.cells)
    _show(args, path, payoffs, settled)
    return 0


def _sides(args: argparse.Namespace) -> tuple[list[Entrant], list[Entrant]]:
    from wargame.stages import SIDES
    from wargame.theory.entrants import entrants, scripted

    made = []
    for side, words in zip(SIDES, (args.attackers, args.defenders), strict=True):
        names = scripted(side) if words is None else [w for w in words.split(",") if w.strip()]
        made.append(entrants(side, [name.strip() for name in names]))
    return made[0], made[1]


def _header(
    args: argparse.Namespace, rules: Scenario, sides: tuple[list[Entrant], list[Entrant]]
) -> Header:
    from wargame.data.sources import load
    from wargame.pipeline.source import check_size, offer
    from wargame.theory.entrants import header

    rules.sizes(args.fidelity)
    tiles = load(rules.data, location=args.data)
    offer(tiles)
    check_size(rules.world(0, args.fidelity, tiles.digest))
    return header(rules, args.fidelity, tiles, *sides, args.seeds.start)


def _usual(header: Header) -> Path:
    from wargame.home import data_home
    from wargame.store import digest

    folder = data_home() / "payoffs"
    folder.mkdir(parents=True, exist_ok=True)
    key = digest(header.model_dump(mode="json"))[:10]
    return folder / f"{header.scenario}-{header.fidelity}-{key}.jsonl"


def _fill(
    args: argparse.Namespace,
    rules: Scenario,
    sides: tuple[list[Entrant], list[Entrant]],
    journal: Journal,
) -> Look | None:
    from wargame.arena.fleet import Fleet
    from wargame.cli.output import Progress
    from wargame.theory.filling import fill

    with options.pool(args.workers) as pool, Progress(quiet=args.json) as progress:
        fleet = Fleet(rules, args.fidelity, data=args.data, pool=pool, progress=progress)
        one, two = ({each.name: each.word for each in side} for side in sides)
        return fill(
            journal,
            fleet,
            len(args.seeds),
            words=(one, two),
            par=rules.mission.par,
            tolerance=args.tolerance,
            early_stop=not args.no_early_stop,
            told=_Head(progress),
        )


class _Head:
    """What stands before the progress of a batch: matches done, and the time that is left."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._first: int | None = None
        self._start = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if self._first is None:
            self._first = done
        now = done - self._first
        left = ""
        if now and done < total:
            seconds = (time.monotonic() - self._start) / now * (total - done)
            left = f", at most {seconds / 60:.0f} min" if seconds > 90 else f", {seconds:.0f} s"
            left += " left"
        self._progress.head = f"matches {done}/{total}{left}: "


def _show(args: argparse.Namespace, path: Path, payoffs: Any, settled: Look | None) -> None:
    from wargame.cli.output import print_json
    from wargame.theory.answer import answer, cells

    found = answer(payoffs)
    if args.json:
        print_json(
            {
                "file": str(path),
                "scenario": payoffs.rules.name,
                "fidelity": payoffs.header.fidelity,
                "seeds": list(payoffs.seeds),
                "settled": settled.why if settled else None,
                "attackers": payoffs.attackers,
                "defenders": payoffs.defenders,
                "table": [
                    [
                        {"mission": e.value, "interval": None if e.n < 2 else [e.low, e.high]}
                        for e in row
                    ]
                    for row in cells(payoffs)
                ],
                "answer": found.to_json(),
            }
        )
        return
    from wargame.cli import strategic

    out = strategic.console()
    strategic.show_table(out, payoffs)
    strategic.show_answer(out, found)
    told = f"After {settled.seeds} seeds the answer is {settled.why}." if settled else ""
    out.print(f"{told}\nThe table is in {path}".strip(), soft_wrap=True)
