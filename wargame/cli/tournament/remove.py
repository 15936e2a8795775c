"""`wargame tournament remove`: somebody leaves, after the round that is played."""

from __future__ import annotations

import argparse

from wargame.cli.tournament import place

DESCRIPTION = """\
Lets an entrant leave a tournament, also while it runs: it plays no further round. What it played
stays and counts. In a knock-out its next opponent goes on without a match.
"""
EPILOG = """\
examples:
  wargame tournament remove friday.yaml zoe
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the action's arguments."""
    place.configure(parser)
    parser.add_argument("name", metavar="NAME", help="of the entrant")


def run(args: argparse.Namespace) -> int:
    """Asks for it."""
    from wargame.tournament.terms import load

    with place.results(load(args.file), place.folder(args)) as results:
        results.ask_out(args.name)
    print(f"{args.name} plays no further round")
    return 0
