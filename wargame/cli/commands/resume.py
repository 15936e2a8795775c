"""`wargame resume`: goes on with an unfinished match."""

from __future__ import annotations

import argparse
from pathlib import Path

from wargame.cli import options

DESCRIPTION = """\
Goes on with a match from its last finished round, also after a crash or a kill -9. Without FILE:
the unfinished match played last. The record ends up byte for byte as if nothing had happened.
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
    options.headless(parser)
    options.json(parser, "the record's lines on the standard output; no screen")
    options.workers(parser)


def run(args: argparse.Namespace) -> int:
    """Goes on."""
    from wargame.cli import matches
    from wargame.cli.guard import say
    from wargame.errors import WargameError
    from wargame.game.record import read

    path = args.file or matches.newest_unfinished()
    record = read(path)
    screen = not (args.headless or args.json)
    if record.result is not None:
        say(f"{path} is finished; `wargame replay {path}` shows it")
    elif screen:
        from wargame.cli.screen import resume

        return resume(path, args)
    elif None in record.header.agents.values():
        raise WargameError(f"a human plays in {path}; resume it without --headless")
    _tell_or_play(args, path)
    return 0


def _tell_or_play(args: argparse.Namespace, path: Path) -> None:
    from wargame.cli.output import Progress
    from wargame.cli.recording import going_on
    from wargame.cli.setting import again
    from wargame.cli.telling import in_json, in_words, play_out
    from wargame.game.record import read

    tell = in_json if args.json else in_words
    record = read(path)
    if record.result is not None:
        for line in record.lines:
            tell(line)
        return
    with options.pool(args.workers) as pool, Progress() as progress:
        progress.head = "catching up: "
        match = again(record.header, data=args.data, pool=pool, progress=progress)
        with going_on(match, path) as journal:
            play_out(match, journal, tell, progress)
