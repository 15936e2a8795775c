"""The descendants of a process, for where no namespace gathers them."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

_TRIES = 50
_DEAD = ("Z", "X", "")


def descendants(root: int, most: int = 1 << 22) -> list[int]:
    """All processes below one, by number, or somewhat more than `most` of them.

    Those that move meanwhile may be missed.
    """
    found: list[int] = []
    todo = [root]
    while todo and len(found) <= most:
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
    _kill_groups(_children(root), root)
    for _ in range(_TRIES):
        alive = [process for process in descendants(root) if _state(process) not in _DEAD]
        if not alive:
            return
        _kill_groups(alive, root)
        signal_all(root, signal.SIGSTOP)
        signal_all(root, signal.SIGKILL)


def _kill_groups(processes: list[int], root: int) -> None:
    """Kills the groups that processes are in: each in one step, faster than it can grow."""
    for group in {_group(process) for process in processes} - {0, os.getpgid(0), _group(root)}:
        with suppress(OSError):
            os.killpg(group, signal.SIGKILL)


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


def threads_of(user: int) -> int:
    """How many threads a user runs in all."""
    count = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError, IndexError):
                if folder.stat().st_uid == user:
                    count += int(_fields(int(folder.name))[17])
    return count


def _state(process: int) -> str:
    return next(iter(_fields(process)), "")


def _group(process: int) -> int:
    fields = _fields(process)
    return int(fields[2]) if fields else 0


def _fields(process: int) -> list[str]:
    """What the kernel tells of a process, from its state on; nothing where it has just ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
