"""`wargame tournament`: strangers' agents play each other, isolated, rated and shown."""

from __future__ import annotations

import argparse
import importlib
from typing import Protocol, cast

DESCRIPTION = """\
A tournament of agents that were handed in: Python files, policies, or programs in any language.
Each one runs by itself, with no network and no sight of this machine; who breaks a rule loses that
match, and the evening goes on.

actions:
  new FOLDER          a tournament and an agent to start from, with a test
  check AGENT         is this agent valid? The answer takes seconds
  run FILE            play it; the same command goes on after any interruption
  add FILE AGENT      somebody joins, also while it runs: from the next round
  remove FILE NAME    somebody leaves, after the round that is played
  standings FILE      who is where, without playing
  export FILE         the results as CSV, JSON and match records
  page FILE           write the page again

`wargame tournament ACTION --help` teaches each.
"""
EPILOG = """\
examples:
  wargame tournament new friday
  wargame tournament check friday/agent.py
  wargame tournament run friday/tournament.yaml
"""
_ACTIONS = ("new", "check", "run", "add", "remove", "standings", "export", "page")


class Action(Protocol):
    """What a module of `wargame.cli.tournament` offers."""

    DESCRIPTION: str
    EPILOG: str

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Adds the action's arguments."""
        ...

    def run(self, args: argparse.Namespace) -> int:
        """Does it; returns the exit code."""
        ...


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name in _ACTIONS:
        action = _action(name)
        own = actions.add_parser(
            name,
            description=action.DESCRIPTION,
            epilog=action.EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        action.configure(own)


def run(args: argparse.Namespace) -> int:
    """Does what was asked."""
    return _action(args.action).run(args)


def _action(name: str) -> Action:
    return cast(Action, importlib.import_module(f"wargame.cli.tournament.{name}"))
