"""`wargame tournament add`: somebody joins, from the next round on."""

from __future__ import annotations

import argparse
from pathlib import Path

from wargame.cli.tournament import command, place

DESCRIPTION = """\
Lets an agent join a tournament that has begun, also while it runs: it plays from the next round on.
In a round robin it then meets everybody. A knock-out takes nobody after its first round.
"""
EPILOG = """\
examples:
  wargame tournament add friday.yaml students/late.py
  wargame tournament add friday.yaml students/zoe --name zoe --command "node agent.js"
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the action's arguments."""
    place.configure(parser)
    parser.add_argument(
        "agent", metavar="AGENT", help="a ready agent's name, a file, a folder or an archive"
    )
    command.configure(parser)
    parser.add_argument("--name", metavar="NAME", help="what to call it (after its file)")
    parser.add_argument("--title", metavar="TEXT", help="what the page calls it (its name)")


def run(args: argparse.Namespace) -> int:
    """Asks for it."""
    from pydantic import ValidationError

    from wargame.errors import WargameError
    from wargame.jsonlines import problem
    from wargame.sandbox.method import choose
    from wargame.tournament.entrant import Entry, check_name, check_title
    from wargame.tournament.formats import Done
    from wargame.tournament.roster import take
    from wargame.tournament.terms import load
    from wargame.tournament.terms_entry import EntrantTerms, default_name

    terms = load(args.file)
    name = args.name or default_name(args.agent)
    title = args.title or name
    check_name(name)
    check_title(name, title)
    try:
        entry = EntrantTerms(name=name, title=title, agent=args.agent, command=command.words(args))
    except ValidationError as error:
        raise WargameError(problem(error)) from None
    taken = take(entry, Path())
    if taken.refused is not None:
        raise WargameError(f"{args.agent}: {taken.refused}")
    if taken.entrant.strange:
        choose(unsafe=False)
    with place.results(terms, place.folder(args)) as results:
        rounds = results.rounds()
        number = max(rounds, default=0) + 1
        plan = terms.make_format()
        plan.admit(taken.entrant, number)
        known = [entry for entry in results.entrants() if entry.name != name]
        there = [*known, Entry(taken.entrant, joined=number)]
        if rounds and isinstance(plan.next(there, rounds, results.results()), Done):
            raise WargameError(f"{name} comes too late: all rounds of {args.file} are played")
        results.ask_in(taken.entrant)
    print(f"{name} plays from the next round on")
    return 0
