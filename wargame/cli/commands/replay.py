"""`wargame replay`: shows a recorded match."""

from __future__ import annotations

import argparse
from pathlib import Path

from wargame.cli import options

DESCRIPTION = """\
Shows a recorded match: on the screen, back and forth round by round, or as plain lines. Nothing
is computed again; `wargame verify` does that.
"""
EPILOG = """\
examples:
  wargame replay m.jsonl
  wargame replay m.jsonl --headless
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the record")
    options.headless(parser)
    options.json(parser, "the record's lines as they stand; no screen")
    parser.add_argument("--theme", metavar="T", help="colours of the screen")


def run(args: argparse.Namespace) -> int:
    """Shows it."""
    from wargame.game.record import read

    record = read(args.file)
    if not (args.headless or args.json):
        from wargame.cli.screen import replay

        return replay(args)
    from wargame.cli.guard import say
    from wargame.cli.telling import in_json, in_words

    for line in record.lines:
        (in_json if args.json else in_words)(line)
    if record.result is None:
        say(f"the match is not finished; go on with: wargame resume {args.file}")
    return 0
