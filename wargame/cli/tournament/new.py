"""`wargame tournament new`: a folder to start from."""

from __future__ import annotations

import argparse
from pathlib import Path

DESCRIPTION = """\
Writes a folder to start from: a commented tournament that runs as it is, a small agent with its own
test, and half a page for students. Never writes over a file.
"""
EPILOG = """\
examples:
  wargame tournament new friday
  wargame tournament run friday/tournament.yaml
  wargame tournament new --schema > tournament.schema.json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "folder", metavar="FOLDER", type=Path, nargs="?", help="made where it is not there"
    )
    what.add_argument(
        "--schema", action="store_true", help="print the JSON Schema of tournament files instead"
    )


def run(args: argparse.Namespace) -> int:
    """Writes it, and says what to do next."""
    if args.schema:
        from wargame.cli.output import print_json
        from wargame.tournament.terms import schema

        print_json(schema())
        return 0
    from wargame.tournament.starter import new

    for path in new(args.folder):
        print(path)
    folder = args.folder
    print(f"\ncheck the agent:     wargame tournament check {folder / 'agent.py'}")
    print(f"play the tournament: wargame tournament run {folder / 'tournament.yaml'}")
    return 0
