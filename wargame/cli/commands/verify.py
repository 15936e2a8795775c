"""`wargame verify`: recomputes a record and compares."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wargame.cli import options

if TYPE_CHECKING:
    from wargame.cli.compare import Difference
    from wargame.cli.output import Progress
    from wargame.cli.recorded import Recorded
    from wargame.game.match import Match
    from wargame.game.record import Record

DESCRIPTION = """\
Makes every round of a record again, in a fresh temporary store, and compares every number, key,
reading and score with what the record says; the agents are asked again too. Exit code 0: all the
same. Exit code 1: the differences are listed by round and measure. Exit code 2: it cannot be
checked here.

The header names the kind of processor. On another kind sums may differ in the last digits, so
there the numbers are compared within tolerances, and the output says so.
"""
EPILOG = """\
examples:
  wargame verify m.jsonl
  wargame verify m.jsonl --data ~/data/eurosat --workers 2 --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the record")
    options.data(parser)
    options.own_agents(parser)
    options.workers(parser)
    options.json(parser, "the findings as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Verifies."""
    import tempfile

    from wargame.cli.output import Progress
    from wargame.cli.recorded import players
    from wargame.cli.setting import again
    from wargame.game.record import processor_class, read
    from wargame.store import Store

    record = read(args.file)
    same_kind = record.header.processor == processor_class()
    with (
        tempfile.TemporaryDirectory(prefix="wargame-verify-") as folder,
        options.pool(args.workers) as pool,
        Progress() as progress,
    ):
        seats = players(record, (args.attacker, args.defender))
        match = again(
            record.header,
            data=args.data,
            store=Store(Path(folder)),
            pool=pool,
            progress=progress,
            agents=seats,
        )
        found = _header(record, match, seats)
        found += _lines(record, match, progress, exact=same_kind)
        if same_kind:
            found += _choices(record, seats)
    _report(args, record, found, processor_class())
    return 1 if found else 0


def _header(record: Record, match: Match, seats: tuple[Recorded, Recorded]) -> list[Difference]:
    from wargame.cli.compare import Difference
    from wargame.stages import SIDES

    named = record.header.agents
    found = [
        Difference(1, None, f"agents.{side}", named[side], seat.played_by)
        for side, seat in zip(SIDES, seats, strict=True)
        if seat.played_by not in (None, named[side])
    ]
    if record.header.scenario_digest != match.scenario.digest:
        digests = record.header.scenario_digest, match.scenario.digest
        found.append(Difference(1, None, "scenario_digest", *digests))
    return found


def _lines(record: Record, match: Match, progress: Progress, *, exact: bool) -> list[Difference]:
    from wargame.cli.compare import Difference, exactly, roughly
    from wargame.game.agent import Fault
    from wargame.game.record import line

    compare: Callable[[int, Any, Any], list[Difference]] = exactly if exact else roughly
    found: list[Difference] = []
    for number, kept in enumerate(record.lines[1:], start=1):
        if 2 <= number < 2 + len(record.rounds):
            progress.head = f"round {number - 1} of {len(record.rounds)}: "
            if match.over:
                found.append(Difference(number + 1, number - 1, "round", "played", "none is left"))
                break
            try:
                match.step()
            except Fault as fault:
                found.append(
                    Difference(number + 1, number - 1, f"plays.{fault.side}", "done", str(fault))
                )
                break
        elif number > 1 and not match.over:
            found.append(Difference(number + 1, None, "result", "told", "rounds are left"))
            break
        now = line(match, number)
        differing = compare(number + 1, json.loads(kept), json.loads(now))
        if exact and not differing and kept != now:
            differing = [Difference(number + 1, None, "bytes", "written otherwise", "canonical")]
        found += differing
    return found


def _choices(record: Record, seats: tuple[Recorded, Recorded]) -> list[Difference]:
    from wargame.cli.compare import Difference
    from wargame.stages import SIDES

    return [
        Difference(number + 3, number + 1, f"plays.{side}.action", taken, asked)
        for side, seat in zip(SIDES, seats, strict=True)
        for number, asked in enumerate(seat.asked)
        if asked is not None and asked != (taken := record.rounds[number].plays[side].action)
    ]


def _report(
    args: argparse.Namespace, record: Record, found: list[Difference], processor: str
) -> None:
    from wargame.cli.compare import TOLERANCES
    from wargame.cli.output import print_json

    opening = len(record.opening.measures) if record.opening else 0
    count = opening + sum(len(each.measures) for each in record.rounds)
    same_kind = record.header.processor == processor
    if args.json:
        print_json(
            {
                "same": not found,
                "finished": record.result is not None,
                "rounds": len(record.rounds),
                "measures": count,
                "processor": {"recorded": record.header.processor, "here": processor},
                "tolerances": None if same_kind else TOLERANCES,
                "differences": [each.to_json() for each in found],
            }
        )
        return
    if not same_kind:
        print(
            f"recorded on {record.header.processor}, verified on {processor}: "
            f"compared within tolerances: {TOLERANCES}"
        )
    for each in found:
        print(each)
    rounds = f"{len(record.rounds)} rounds{'' if record.result else ' (unfinished)'}"
    if found:
        print(f"{args.file}: {len(found)} differences in {rounds}, {count} measurements")
    else:
        how = "the same" if same_kind else "within tolerances"
        print(f"{args.file}: {rounds}, all {count} measurements {how}")
