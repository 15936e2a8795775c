"""--command: how a program is started."""

from __future__ import annotations

import argparse
import shlex

from wargame.errors import WargameError


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the argument."""
    parser.add_argument(
        "--command", metavar="WORDS", help='what starts a program, such as "node agent.js"'
    )


def words(args: argparse.Namespace) -> tuple[str, ...]:
    """The program and its arguments; none where it is not given.

    Raises:
        WargameError: a quotation mark is not closed.
    """
    try:
        return tuple(shlex.split(args.command or ""))
    except ValueError as error:
        raise WargameError(f"--command: {error}") from error
