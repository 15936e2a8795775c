"""`wargame tournament standings`: who is where, without playing."""

from __future__ import annotations

import argparse

from wargame.cli import options
from wargame.cli.tournament import place

DESCRIPTION = """\
Prints the standings so far, with intervals; also while the tournament runs elsewhere.

A rating is a Bradley-Terry strength on the scale of chess: 400 points more are odds of ten to one.
Forfeits are losses. A match in which both sides offended is lost by both.
"""
EPILOG = """\
examples:
  wargame tournament standings friday.yaml
  wargame tournament standings friday.yaml --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the action's arguments."""
    place.configure(parser)
    options.json(parser, "the standings as one JSON document")


def run(args: argparse.Namespace) -> int:
    """Prints them."""
    from wargame.cli.output import print_json
    from wargame.tournament.report import so_far
    from wargame.tournament.terms import load
    from wargame.tournament.words import table

    terms = load(args.file)
    with place.results(terms, place.folder(args)) as results:
        found = so_far(terms, results)
    if args.json:
        print_json(found.to_json())
    else:
        print(table(found))
    return 0
