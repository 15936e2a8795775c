"""`wargame tournament run`: plays it, on the screen or headless, and goes on where it was."""

from __future__ import annotations

import argparse
from pathlib import Path

from wargame.cli import options
from wargame.cli.tournament import place

DESCRIPTION = """\
Plays a tournament. Everything that is played is kept at once: after Ctrl-C, a kill or a power cut
the same command goes on, and no match is played twice. Entrants are copied when they are taken in,
so later changes of their files change nothing.

Strangers' code runs in a process of its own, isolated by Linux namespaces or bubblewrap: no
network, nothing of this machine but its own folder (read-only) and a scratch folder, hard limits.
Whoever breaks a rule or a limit loses that match with a status: ERROR, TIMEOUT, MEMORY or ILLEGAL.

At the end DIR holds index.html (a page that needs no network), standings.csv, matches.csv,
head_to_head.csv, results.json and, unless the file names another database, results.db.
"""
EPILOG = """\
examples:
  wargame tournament run friday.yaml
  wargame tournament run friday.yaml --headless --workers 4
  wargame tournament run friday.yaml --cluster ray://head.example:10001
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the action's arguments."""
    place.configure(parser)
    options.all_workers(parser)
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="play on a Ray cluster: ray://HOST:PORT, auto, or local:N for N workers here; the "
        "results are the same",
    )
    options.data(parser)
    parser.add_argument(
        "--store",
        metavar="PLACE",
        help="folder or URL of the store (s3://…); wins over the file and WARGAME_STORE",
    )
    parser.add_argument(
        "--no-isolation",
        action="store_true",
        help="run strangers' code without isolation: it can do whatever you can",
    )
    options.headless(parser)
    options.json(parser, "one line of JSON an event, then the standings; implies --headless")


def run(args: argparse.Namespace) -> int:
    """Plays."""
    from wargame.cli.tournament.running import play
    from wargame.tournament.terms import load

    out: Path = place.folder(args)
    return play(load(args.file), out, args)
