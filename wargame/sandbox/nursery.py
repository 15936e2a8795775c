"""A warm process that guests are forked from, so that none waits for Python's imports.

It is ours: no stranger's code runs in it, only in what it forks. It stays single-threaded, since a
new user namespace is refused to a process with threads.
"""

from __future__ import annotations

import gc
import os
import select
import socket
import sys

from wargame.sandbox import family, guest, jail, syscalls, view
from wargame.sandbox.keeper import FAILED, keep, receive_order

_TICK = 500  # milliseconds between burials


def main() -> None:
    """Serves until the warden goes; the control socket's number is the one argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)
    # Looked up once for all guests.
    view.folders()
    view.links()
    poll = select.poll()
    poll.register(control, select.POLLIN)
    while True:
        family.reap()
        if not poll.poll(_TICK):
            continue
        message, handles, _, _ = socket.recv_fds(control, 4096, 1)
        if not message:
            return
        _serve(control, message.decode().strip("-"), handles[0])


def _serve(control: socket.socket, runner: str, line: int) -> None:
    """Forks one keeper.

    Args:
        control: the warden's socket, which the keeper must not hold.
        runner: what to load beforehand, or nothing.
        line: the keeper's socket to the host.
    """
    trouble = _warm(runner)
    child = os.fork()
    if child == 0:
        try:
            control.close()
            _become_keeper(line, trouble)
        finally:
            os._exit(0)
    os.close(line)


def _warm(runner: str) -> str:
    if not runner:
        return ""
    try:
        guest.load(runner, preload=True)
    except Exception as error:
        return f"{runner}: {type(error).__name__}: {error}"
    gc.collect()
    gc.freeze()
    return ""


def _become_keeper(line: int, trouble: str) -> None:
    try:
        if trouble:
            raise OSError(trouble)
        order = receive_order(line)
        if order.alone:
            jail.start(order, lambda: keep(line, order))
        else:
            keep(line, order)
    except OSError as error:
        with socket.socket(fileno=line) as host:
            host.send(FAILED + b" " + str(error).encode()[:4096])


if __name__ == "__main__":
    main()
