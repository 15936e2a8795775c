"""`wargame tournament add`: somebody joins, from the next round on."""

from __future__ import annotations

import argparse
from pathlib import Path

from wargame.cli.tournament import place

DESCRIPTION = """\
Lets an agent join a tournament that has begun, also while it runs: it plays from the next round on.
In a round robin it then meets everybody. A knock-out takes nobody after its first round.
"""
EPILOG = """\
examples:
  wargame tournament add friday.yaml students/late.py
  wargame tournament add friday.yaml students/zoe --name zoe -- node agent.js
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the action's arguments."""
    place.configure(parser)
    parser.add_argument(
        "agent", metavar="AGENT", help="a ready agent's name, a file, a folder or an archive"
    )
    parser.add_argument("command", nargs="*", metavar="COMMAND", help="how to start a program")
    parser.add_argument("--name", metavar="NAME", help="what to call it (after its file)")
    parser.add_argument("--title", metavar="TEXT", help="what the page calls it (its name)")


def run(args: argparse.Namespace) -> int:
    """Asks for it."""
    from wargame.errors import WargameError
    from wargame.sandbox.method import choose
    from wargame.tournament.roster import take
    from wargame.tournament.terms import load
    from wargame.tournament.terms_entry import EntrantTerms, default_name

    terms = load(args.file)
    name = args.name or default_name(args.agent)
    entry = EntrantTerms(
        name=name, title=args.title or name, agent=args.agent, command=tuple(args.command)
    )
    taken = take(entry, Path())
    if taken.refused is not None:
        raise WargameError(taken.refused)
    if taken.entrant.strange:
        choose(unsafe=False)
    with place.results(terms, place.folder(args)) as results:
        terms.make_format().admit(taken.entrant, max(results.rounds(), default=0) + 1)
        results.ask_in(taken.entrant)
    print(f"{name} plays from the next round on")
    return 0
