"""`wargame tournament page`: writes the page of what is played so far."""

from __future__ import annotations

import argparse

from wargame.cli.tournament import place

DESCRIPTION = """\
Writes the page of the results so far: one HTML file that needs no network, with the standings, the
matrix, and every match to scrub through. `wargame tournament run` writes it at its end.
"""
EPILOG = """\
examples:
  wargame tournament page friday.yaml
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the action's arguments."""
    place.configure(parser)
    parser.add_argument(
        "--store", metavar="PLACE", help="where the matches' tiles are, if not where the file says"
    )


def run(args: argparse.Namespace) -> int:
    """Writes it."""
    from wargame.game.setup import store_place
    from wargame.jsonlines import writing
    from wargame.tournament.report import PAGE, so_far, write_pages
    from wargame.tournament.terms import load

    terms, out = load(args.file), place.folder(args)
    with place.results(terms, out) as results:
        store = args.store or terms.store or store_place()
        with writing(out):
            out.mkdir(parents=True, exist_ok=True)
        write_pages(out / PAGE, terms, results, so_far(terms, results), store)
    print(out / PAGE)
    return 0
