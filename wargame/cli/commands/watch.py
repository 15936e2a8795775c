"""`wargame watch`: two agents play."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wargame.cli import options

DESCRIPTION = """\
Two agents play a match: on the screen, or headless with one line a round and the result with
what decided it. The same command gives the same record, byte for byte, whatever the number of
workers and whatever is already in the store.
"""
EPILOG = """\
examples:
  wargame watch mapengine --attacker poisoner --defender vigilant --seed 7
  wargame watch mapengine --attacker evader --defender hardener --headless --record m.jsonl
  wargame watch mapengine --attacker random --defender random --fidelity drill --json | jq .kind

With --json the standard output holds the lines of the record and nothing else. Killed at any
moment, the match goes on with `wargame resume FILE`, or with the same command again.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    options.scenario(parser)
    for side in ("attacker", "defender"):
        parser.add_argument(
            f"--{side}",
            required=True,
            metavar="AGENT",
            help="a name (`wargame agents`), your own .py file or a policy's folder",
        )
    options.seed(parser)
    options.fidelity(parser)
    options.data(parser)
    options.record(parser)
    options.force(parser)
    options.headless(parser)
    options.json(parser, "the record's lines on the standard output; no screen")
    options.workers(parser)


def run(args: argparse.Namespace) -> int:
    """Plays the match."""
    if not (args.headless or args.json):
        from wargame.cli.screen import watch

        return watch(args)
    if args.record is not None and not args.record.exists():
        from wargame.cli import matches

        # Before anything that takes time: killed from here on, the match can be resumed.
        matches.note(args.record, _intent(args))
    from wargame.cli.output import Progress
    from wargame.cli.recording import recording
    from wargame.cli.setting import between
    from wargame.cli.telling import in_json, in_words, play_out

    with options.pool(args.workers) as pool, Progress() as progress:
        match = between(
            args.scenario,
            args.attacker,
            args.defender,
            seed=args.seed,
            fidelity=args.fidelity,
            data=args.data,
            pool=pool,
            progress=progress,
        )
        with recording(match, args.record, force=args.force) as journal:
            play_out(match, journal, in_json if args.json else in_words, progress)
    return 0


def _intent(args: argparse.Namespace) -> dict[str, Any]:
    from wargame import catalog
    from wargame.game.agent import agent_names

    def placed(word: str, ready: Iterable[str]) -> str:
        return word if word in ready or not Path(word).exists() else str(Path(word).resolve())

    return {
        "scenario": placed(args.scenario, catalog.scenario_files()),
        "attacker": placed(args.attacker, agent_names()),
        "defender": placed(args.defender, agent_names()),
        "seed": args.seed,
        "fidelity": args.fidelity,
        "data": str(args.data.resolve()) if args.data else None,
    }


def begin(path: Path, intent: dict[str, Any], args: argparse.Namespace) -> int:
    """Begins a match that was killed before its record was.

    Args:
        path: the record.
        intent: what was to be played.
        args: of `wargame resume`.
    """
    data = args.data or (Path(intent["data"]) if intent["data"] else None)
    more = {"record": path, "data": data, "force": False, "headless": True}
    return run(argparse.Namespace(**{**intent, **more, "json": args.json, "workers": args.workers}))
