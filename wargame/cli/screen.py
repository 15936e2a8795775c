"""Opens the screen; everything that can be wrong before it opens is told without it."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import Protocol, cast

from wargame import catalog
from wargame.cli import matches
from wargame.errors import WargameError
from wargame.stages import Side
from wargame.tui.options import Options


class Face(Protocol):
    """What `wargame.tui.app` offers."""

    def play(self, options: Options) -> int:
        """A match with a human."""
        ...

    def watch(self, options: Options) -> int:
        """A match of two agents."""
        ...

    def replay(self, path: Path, options: Options | None = None) -> int:
        """A recorded match, back and forth."""
        ...


def play(args: argparse.Namespace) -> int:
    """`wargame play`."""
    if args.opponent is not None:
        if args.side == "both":
            raise WargameError("--side both has no --opponent: two people play")
        if args.opponent == "human":
            raise WargameError("two people play with --side both, without --opponent")
        _check_agent(args.opponent, Side(args.side).other, args.scenario)
    options = Options(
        scenario=args.scenario,
        side=args.side,
        attacker=args.opponent if args.side == "defender" else None,
        defender=args.opponent if args.side == "attacker" else None,
        seed=args.seed,
        fidelity=args.fidelity,
        data=args.data,
        record=_noted(args),
        theme=args.theme,
    )
    return _opened(args).play(options)


def watch(args: argparse.Namespace) -> int:
    """`wargame watch` without --headless."""
    _check_agent(args.attacker, Side.ATTACKER, args.scenario)
    _check_agent(args.defender, Side.DEFENDER, args.scenario)
    options = Options(
        scenario=args.scenario,
        attacker=args.attacker,
        defender=args.defender,
        seed=args.seed,
        fidelity=args.fidelity,
        data=args.data,
        record=_noted(args),
    )
    return _opened(args).watch(options)


def replay(args: argparse.Namespace) -> int:
    """`wargame replay` without --headless."""
    return _face().replay(args.file, Options(theme=args.theme))


def resume(args: argparse.Namespace, path: Path) -> int:
    """`wargame resume` of a human's match."""
    _face()
    from wargame.cli.resumed import show

    return show(path, args.data, (args.attacker, args.defender))


def _opened(args: argparse.Namespace) -> Face:
    _check_scenario(args.scenario)
    return _face()


def _face() -> Face:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise WargameError("the screen needs a terminal; --headless needs none (see --help)")
    return cast(Face, importlib.import_module("wargame.tui.app"))


def _noted(args: argparse.Namespace) -> Path | None:
    record: Path | None = args.record
    if record is None:
        return None
    if record.exists():
        raise WargameError(
            f"{record} exists already; `wargame resume {record}` goes on with an unfinished match"
        )
    matches.note(record)
    return record


def _check_scenario(name: str) -> None:
    known = catalog.scenario_files()
    if name not in known and not Path(name).exists():
        raise catalog.unknown("scenario", name, tuple(known))


def _check_agent(name: str, side: Side, game: str) -> None:
    from wargame.game import scenario
    from wargame.game.agent_file import named
    from wargame.game.policy import PolicyAgent, check_deck

    found = named(name)
    if side not in found.sides:
        raise WargameError(f"{name} cannot play the {side.value}")
    if issubclass(found, PolicyAgent):
        check_deck(found.settings, scenario.load(game))
