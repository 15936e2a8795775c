"""`wargame resume`: goes on with an unfinished match."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from wargame.cli import options

if TYPE_CHECKING:
    from wargame.game.record import Record

DESCRIPTION = """\
Goes on with a match from its last finished round, also after a crash or a kill -9. Without FILE:
the unfinished match played last. The record ends up byte for byte as if nothing had happened.
A human's match goes on on the screen; a match of two agents needs none.
"""
EPILOG = """\
examples:
  wargame resume
  wargame resume m.jsonl --headless
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the record")
    options.data(parser)
    options.own_agents(parser)
    options.headless(parser)
    options.json(parser, "the record's lines on the standard output")
    options.workers(parser)


def run(args: argparse.Namespace) -> int:
    """Goes on."""
    from wargame.cli import matches
    from wargame.cli.guard import say
    from wargame.errors import WargameError
    from wargame.game.record import read

    path = args.file or matches.newest_unfinished()
    if not path.exists() and (intent := matches.intended(path)) is not None:
        from wargame.cli.commands.watch import begin

        return begin(path, intent, args)
    record = read(path)
    if record.result is not None:
        say(f"{path} is finished; `wargame replay {path}` shows it")
    elif _waits_for_human(record):
        if args.headless or args.json:
            raise WargameError(f"a human plays in {path}; resume it without --headless")
        from wargame.cli.screen import resume

        return resume(args, path)
    _tell_or_play(args, record)
    return 0


def _waits_for_human(record: Record) -> bool:
    played_out = len(record.rounds) == record.header.content.get("rounds")
    return None in record.header.agents.values() and not played_out


def _tell_or_play(args: argparse.Namespace, record: Record) -> None:
    from wargame.cli.output import Progress
    from wargame.cli.recording import going_on
    from wargame.cli.setting import again
    from wargame.cli.telling import in_json, in_words, play_out

    tell = in_json if args.json else in_words
    if record.result is not None:
        for line in record.lines:
            tell(line)
        return
    with options.pool(args.workers) as pool, Progress() as progress:
        progress.head = "catching up: "
        own = args.attacker, args.defender
        match = again(record.header, data=args.data, pool=pool, progress=progress, own=own)
        with going_on(match, record.path) as journal:
            play_out(match, journal, tell, progress)
