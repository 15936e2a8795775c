"""`wargame tournament check`: whether an agent is valid, in words or as JSON."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from wargame.cli import options
from wargame.cli.tournament import command
from wargame.protocol.shown import printable

if TYPE_CHECKING:
    from wargame.tournament.check import Report, SideReport

DESCRIPTION = """\
Takes an agent in as a tournament does, and plays it for real, isolated, on each side that it plays.
The matches have their full length and little to train on, so the answer takes seconds. Ends with
exit code 0 where the agent is valid and 1 where it is not.
"""
EPILOG = """\
examples:
  wargame tournament check agent.py
  wargame tournament check mine.zip --json
  wargame tournament check bot --command "node agent.js"
"""
INVALID = 1
_WIDTH = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments."""
    parser.add_argument(
        "agent",
        metavar="AGENT",
        help="a Python file, a policy's folder, a folder or archive of a program, or a ready name",
    )
    command.configure(parser)
    parser.add_argument("--side", choices=("attacker", "defender"), help="try one side only")
    parser.add_argument(
        "--scenario", default="mapengine", metavar="S", help="a name or a YAML file (mapengine)"
    )
    parser.add_argument(
        "--no-isolation",
        action="store_true",
        help="run the agent with your own rights: only for code that you trust",
    )
    options.json(parser, "print one JSON object instead")


def run(args: argparse.Namespace) -> int:
    """Checks; returns 0 for a valid agent and 1 for another."""
    from wargame.cli.output import Progress
    from wargame.stages import Side

    progress = Progress(quiet=args.json)
    progress("getting ready", 0, 1)
    from wargame.store import canonical
    from wargame.tournament.check import check

    with progress:
        report = check(
            args.agent,
            command=command.words(args),
            game=args.scenario,
            sides=(Side(args.side),) if args.side else (),
            unsafe=args.no_isolation,
            progress=progress,
        )
    if args.json:
        sys.stdout.write(canonical(report.to_json()).decode() + "\n")
    else:
        print(told(report))
    return 0 if report.valid else INVALID


def told(report: Report) -> str:
    """The report in words, a few lines."""
    agent = printable(report.agent)
    if report.problem:
        return f"{agent}: not valid\n  {printable(report.problem)}"
    title = f", {printable(report.title)!r}" if report.title else ""
    head = f"{agent}: {'valid' if report.valid else 'not valid'} ({report.kind}{title})"
    lines = [head, *(line for side in report.sides for line in _side(side))]
    return "\n".join([*lines, f"  digest    {report.digest[:16]}"])


def _side(side: SideReport) -> list[str]:
    count = "1 round" if side.rounds == 1 else f"{side.rounds} rounds"
    facts = [f"{count} against {side.rival}"]
    if side.slowest_ms is not None:
        facts.append(f"slowest answer {side.slowest_ms:.1f} ms")
    if side.memory_mb:
        facts.append(f"at most {side.memory_mb:.0f} MB")
    lines = [f"  {side.side.value:{_WIDTH}}{side.status.value:8}  {', '.join(facts)}"]
    if not side.problem and side.passed == side.rounds:
        lines.append(
            f"  {'':{_WIDTH}}it passed in every round: does it name cards as `wargame cards` does?"
        )
    if side.problem:
        lines.append(f"  {'':{_WIDTH}}{side.problem}")
    if side.problem and side.output:
        kept = side.output.splitlines()[-20:]
        lines += ["  what it wrote to its standard error:", *(f"  | {printable(k)}" for k in kept)]
    return lines
