"""`wargame play`: a match on the screen."""

from __future__ import annotations

import argparse

from wargame.cli import options

DESCRIPTION = """\
Play a match on the screen, against a ready agent or against somebody beside you. You choose one
card a round; the pipeline is then really run, attacked and measured, and your instruments show
you what they show. ? explains everything on the screen.
"""
EPILOG = """\
examples:
  wargame play mapengine
  wargame play mapengine --side attacker --opponent vigilant --fidelity drill
  wargame play mapengine --side both            (hot-seat: the hand is hidden in between)
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.add_argument(
        "scenario",
        metavar="SCENARIO",
        nargs="?",
        default="mapengine",
        help="a name (`wargame scenarios`) or a YAML file (mapengine)",
    )
    parser.add_argument(
        "--side",
        choices=("attacker", "defender", "both"),
        default="defender",
        help="what you play (defender)",
    )
    parser.add_argument(
        "--opponent",
        metavar="AGENT",
        help="whom you play against: a name (`wargame agents`), your own .py file or a policy's "
        "folder",
    )
    options.fidelity(parser)
    options.seed(parser)
    options.data(parser)
    options.record(parser)
    parser.add_argument("--theme", metavar="T", help="colours of the screen")


def run(args: argparse.Namespace) -> int:
    """Opens the screen."""
    from wargame.cli.screen import play

    return play(args)
