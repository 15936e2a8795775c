"""The same view of the host by bubblewrap, where only that program may make namespaces."""

from __future__ import annotations

import shutil
import sys

from wargame.sandbox import view
from wargame.sandbox.order import Order

PROGRAM = "bwrap"


def found() -> str | None:
    """Where bubblewrap is."""
    return shutil.which(PROGRAM)


def arguments(order: Order, line: int) -> list[str]:
    """The command line that starts a guest's keeper.

    Args:
        order: the guest.
        line: the number of the keeper's socket, which the keeper must inherit.
    """
    command = [found() or PROGRAM, "--unshare-all", "--new-session"]
    command += ["--as-pid-1", "--clearenv", "--uid", "1000", "--gid", "1000", "--hostname", "agent"]
    command += ["--cap-drop", "ALL", "--dev", "/dev", "--proc", "/proc"]
    for place in view.folders():
        command += ["--ro-bind", place, place]
    for where, to in view.links().items():
        if not where.startswith("/dev/"):
            command += ["--symlink", to, where]
    command += ["--remount-ro", "/dev", "--remount-ro", "/proc"]
    command += ["--ro-bind", order.folder, order.home]
    command += ["--size", str(order.space), "--tmpfs", order.scratch]
    command += ["--chdir", "/", "--remount-ro", "/"]
    for name, value in view.trusted_environment().items():
        command += ["--setenv", name, value]
    command += ["--", sys.executable, "-P", "-m", "wargame.sandbox.keeper", str(line)]
    return command
