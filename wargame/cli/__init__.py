"""The command `wargame`: one module a command, and none of them loaded before it is needed."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code.

    0 done; 1 a record that does not verify; 2 something the user can put right; 70 a fault of the
    program; 130 stopped by Ctrl-C; 141 nobody reads the output any more.
    """
    from wargame.cli.guard import guarded
    from wargame.cli.parser import run

    return guarded(lambda: run(argv))
