"""Finds the command that is asked for, and loads that one alone."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn, Protocol, cast

PLAYING = {
    "play": "play a match on the screen",
    "watch": "watch two agents play, on the screen or headless",
    "resume": "go on with an unfinished match",
    "replay": "look at a recorded match, round by round",
}
COMPETING = {
    "tournament": "agents of a class play each other: isolated, rated, shown on a page",
}
LEARNING = {
    "train": "train a policy for one side on measured effects",
    "evaluate": "compare agents on seeds that nobody trained on",
    "league-train": "self-play: response oracles, a growing pool on each side",
}
CHECKING = {
    "review": "what the other cards would have measured, round by round",
    "verify": "recompute every number of a record and compare",
    "explain": "say where each number of a round comes from",
    "measure": "the bench: what attacks gain with and without defences",
    "matrix": "every attack against every defence, beside what the sources claim",
    "payoff": "every attacker against every defender: the game's payoff matrix",
    "equilibrium": "solve that game: value, mixtures, who can be exploited",
}
LOOKING_UP = {
    "cards": "the cards, or one of them in full",
    "scenarios": "the scenarios; describe or check one",
    "agents": "the ready players",
    "data": "list, fetch or add data sets",
    "store": "look at, check or clean the store of artifacts",
}
COMMANDS: Mapping[str, str] = {**PLAYING, **COMPETING, **LEARNING, **CHECKING, **LOOKING_UP}
"""Command to what it does, for the help; each is a module of `wargame.cli.commands`."""

_INTRO = """\
A wargame of attack and defence on the security of machine-learning pipelines.
Every model is really trained, every attack really run, every number measured.
"""
_EPILOG = """\
examples:
  wargame play mapengine
  wargame watch mapengine --attacker poisoner --defender vigilant --seed 7 --headless
  wargame verify match.jsonl
  wargame measure mapengine --attack pgd:heavy --defence adversarial_training

`wargame COMMAND --help` teaches each command. Environment: WARGAME_DATA (folders with data),
WARGAME_STORE (artifacts), WARGAME_HOME (downloads, matches, caches).
"""


class Command(Protocol):
    """What a module of `wargame.cli.commands` offers."""

    DESCRIPTION: str
    EPILOG: str

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Adds the command's arguments."""
        ...

    def run(self, args: argparse.Namespace) -> int:
        """Does it; returns the exit code."""
        ...


def run(argv: Sequence[str] | None) -> int:
    """Parses and runs; usage errors end the process with exit code 2, as argparse does."""
    words = list(sys.argv[1:] if argv is None else argv)
    top = _top()
    if not words:
        top.print_help()
        return 0
    if words[0] not in COMMANDS:
        top.parse_args(words[:1])
        _unknown(top, words[0])
    command = cast(Command, importlib.import_module(_module(words[0])))
    parser = argparse.ArgumentParser(
        prog=f"wargame {words[0]}",
        description=command.DESCRIPTION,
        epilog=command.EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.configure(parser)
    return command.run(parser.parse_args(words[1:]))


def _module(command: str) -> str:
    return f"wargame.cli.commands.{command.replace('-', '_')}"


def _top() -> argparse.ArgumentParser:
    groups = {
        "matches": PLAYING,
        "tournaments": COMPETING,
        "learning": LEARNING,
        "numbers": CHECKING,
        "what there is": LOOKING_UP,
    }
    listed = "\n".join(
        f"{title}:\n" + "".join(f"  {name:14s}{what}\n" for name, what in group.items())
        for title, group in groups.items()
    )
    parser = argparse.ArgumentParser(
        prog="wargame",
        usage="wargame COMMAND [...]",
        description=f"{_INTRO}\n{listed}",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    parser.add_argument("command", nargs="?", help=argparse.SUPPRESS)
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from wargame import __version__

        print(f"wargame {__version__}")
        parser.exit()


def _unknown(parser: argparse.ArgumentParser, word: str) -> NoReturn:
    from difflib import get_close_matches

    near = get_close_matches(word, COMMANDS, n=2, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(COMMANDS)}"
    parser.error(f"there is no command {word!r}; {hint}")
