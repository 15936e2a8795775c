"""`wargame tournament export`: the results for other programs, and the matches' records."""

from __future__ import annotations

import argparse
from pathlib import Path

from wargame.cli.tournament import place

DESCRIPTION = """\
Writes standings.csv, matches.csv, head_to_head.csv and results.json, and with --records the record
of every match, which `wargame replay`, `explain` and `verify` read.
"""
EPILOG = """\
examples:
  wargame tournament export friday.yaml --to friday-export --records
  wargame replay friday-export/001.mapengine.ada.bo.1608637542.jsonl
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the action's arguments."""
    place.configure(parser)
    parser.add_argument(
        "--to", type=Path, metavar="DIR", help="where to write (the tournament's own folder)"
    )
    parser.add_argument("--records", action="store_true", help="every match's record as well")


def run(args: argparse.Namespace) -> int:
    """Writes them."""
    from wargame.jsonlines import place as put
    from wargame.jsonlines import writing
    from wargame.tournament.report import so_far, write_tables
    from wargame.tournament.terms import load

    terms, out = load(args.file), place.folder(args)
    to = args.to or out
    with place.results(terms, out) as results:
        write_tables(to, terms, results, so_far(terms, results))
        count = 0
        for result in results.results() if args.records else ():
            with writing(to):
                put(to / f"{result.fixture.key}.jsonl", results.kept(result.fixture.key).record)
            count += 1
    print(f"{to}: standings.csv, matches.csv, head_to_head.csv, results.json")
    if args.records:
        print(f"and the records of {count} matches")
    return 0
