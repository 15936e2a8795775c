"""A guest's keeper: the first process of its namespaces, which starts it, stops it and outlives it.

The host talks with it over one socket, and hears there how the guest ended; when the host is gone,
so is the socket, the keeper, and with it every process of the guest.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
from contextlib import suppress
from shutil import rmtree
from typing import NoReturn

from wargame.sandbox import family, guest, syscalls
from wargame.sandbox.order import Order, decode

GO, HALT = b"go", b"halt"
"""From the host: the guest may run; it must stand still."""
OPEN, FAILED, EXIT, SIGNAL = b"open", b"failed", b"exit", b"signal"
"""To the host, with handles or a word after them."""
_LARGEST = 1 << 20


def main() -> NoReturn:
    """Under bubblewrap: the socket's number is the one argument."""
    line = int(sys.argv[1])
    keep(line, receive_order(line))


def receive_order(line: int) -> Order:
    """The first message of the host; the standard streams that come with it become ours."""
    with socket.socket(fileno=os.dup(line)) as host:
        message, handles, _, _ = socket.recv_fds(host, _LARGEST, 3)
    if not message:
        os._exit(0)
    # From numbers that cannot be among the standard ones.
    for number, handle in enumerate(handles):
        os.dup2(handle, number)
        os.close(handle)
    return decode(message)


def keep(line: int, order: Order) -> NoReturn:
    """Starts the guest at the host's word, and keeps it until either ends. Never returns."""
    code = 1
    host = socket.socket(fileno=line)
    try:
        _prepare(line)
        _introduce(host, order)
        if host.recv(16) == GO:
            _attend(host, _start(line, order), order.alone)
        code = 0
    except Exception as error:
        host.send(FAILED + f" {type(error).__name__}: {error}".encode()[:4096])
    finally:
        # As the first process of its namespace it takes all others along.
        if not order.alone:
            family.kill_all(os.getpid())
            rmtree(order.scratch, ignore_errors=True)
        os._exit(code)


def _prepare(line: int) -> None:
    if os.getsid(0) != os.getpid():
        os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.closerange(3, line)
    os.closerange(line + 1, 1 << 20)
    os.set_inheritable(line, False)
    syscalls.fresh_keyring()
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)
    syscalls.drop_capabilities()
    # The guest has the same user: it must not look into its keeper.
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)


def _introduce(host: socket.socket, order: Order) -> None:
    flags = os.O_RDONLY | os.O_DIRECTORY
    handles = [os.pidfd_open(os.getpid()), os.open("/proc", flags), os.open(order.scratch, flags)]
    socket.send_fds(host, [OPEN + b" %d" % os.getpid()], handles)
    for handle in handles:
        os.close(handle)


def _start(line: int, order: Order) -> int:
    child = os.fork()
    if child == 0:
        os.close(line)
        guest.run(order)
    # What the guest closes must read as closed.
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    return child


def _attend(host: socket.socket, child: int, alone: bool) -> None:
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    poll = select.poll()
    poll.register(host, select.POLLIN)
    poll.register(wake, select.POLLIN)
    while True:
        told = _ended(child)
        if told:
            host.send(told)
            return
        for handle, _ in poll.poll():
            if handle == wake:
                os.read(wake, 4096)
            elif not _obey(host.recv(16), alone):
                return


def _obey(word: bytes, alone: bool) -> bool:
    number = {GO: signal.SIGCONT, HALT: signal.SIGSTOP}.get(word)
    if number is None:
        return False
    if alone:
        with suppress(ProcessLookupError):
            os.kill(-1, number)  # in one step: nothing can be forked past it
    else:
        family.signal_all(os.getpid(), number)
    return True


def _ended(child: int) -> bytes:
    """How the guest ended, or nothing; also buries what it left behind."""
    try:
        while True:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return b""
            if process == child:
                code = os.waitstatus_to_exitcode(status)
                return EXIT + b" %d" % code if code >= 0 else SIGNAL + b" %d" % -code
    except ChildProcessError:
        return b""


if __name__ == "__main__":
    main()
