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
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments."""
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="made where it is not there")


def run(args: argparse.Namespace) -> int:
    """Writes it, and says what to do next."""
    from wargame.tournament.starter import new

    for path in new(args.folder):
        print(path)
    folder = args.folder
    print(f"\ncheck the agent:     wargame tournament check {folder / 'agent.py'}")
    print(f"play the tournament: wargame tournament run {folder / 'tournament.yaml'}")
    return 0
