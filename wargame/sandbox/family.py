"""The descendants of a process, for where no namespace gathers them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

_TRIES = 50


def descendants(root: int) -> list[int]:
    """All processes below one, by number; those that move meanwhile may be missed."""
    found: list[int] = []
    todo = [root]
    while todo:
        for child in _children(todo.pop()):
            found.append(child)
            todo.append(child)
    return found


def signal_all(root: int, number: int) -> None:
    """Sends a signal to all descendants."""
    for process in descendants(root):
        try:
            os.kill(process, number)
        except OSError:  # it has just ended
            continue


def kill_all(root: int) -> None:
    """Kills all descendants: stopped first, they cannot make new ones meanwhile."""
    for _ in range(_TRIES):
        if not _alive(root):
            return
        signal_all(root, signal.SIGSTOP)
        signal_all(root, signal.SIGKILL)


def _alive(root: int) -> bool:
    return any(_state(process) not in ("Z", "X", "") for process in descendants(root))


def reap() -> None:
    """Buries every child of this process that has ended."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return


def _children(process: int) -> list[int]:
    found: list[int] = []
    try:
        for task in Path(f"/proc/{process}/task").iterdir():
            found.extend(int(word) for word in (task / "children").read_text().split())
    except OSError:  # it has just ended
        pass
    return found


def _state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""
