"""The last steps before a stranger's code: limits, no rights, no handles, no way back."""

from __future__ import annotations

import importlib
import os
import resource
import signal
import sys
import traceback
from typing import NoReturn

from wargame.sandbox import seccomp, syscalls
from wargame.sandbox.order import OUT_OF_MEMORY, Order

_HANDLES = 64  # each may be a socket, whose buffers are memory that no process is charged for
_NOT_FOUND = 127
_SPARE_PROCESSES = 16  # the watch must see that a guest has too many before it is refused more


def run(order: Order) -> NoReturn:
    """Becomes the guest; never returns."""
    code = 1
    try:
        _confine(order)
        code = _script(order) if order.runner else _program(order)
    except MemoryError:
        code = OUT_OF_MEMORY
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        _flush()
        os._exit(code & 0xFF)


def load(runner: str, *, preload: bool = False) -> object:
    """The function that "module:function" names; first what its module wants loaded, if wished."""
    name, _, function = runner.partition(":")
    module = importlib.import_module(name)
    if preload and hasattr(module, "preload"):
        module.preload()
    return getattr(module, function)


def _script(order: Order) -> int:
    runner = load(order.runner)
    assert callable(runner)  # noqa: S101
    os.environ.clear()
    os.environ.update(order.environment)
    result = runner(order.command[0])
    return result if isinstance(result, int) else 0


def _program(order: Order) -> int:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    try:
        os.execvpe(order.command[0], order.command, order.environment)  # noqa: S606
    except OSError as error:
        os.write(2, f"cannot start {order.command[0]}: {error.strerror}\n".encode())
    return _NOT_FOUND


def _confine(order: Order) -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.closerange(3, 1 << 20)
    os.setsid()
    os.chdir(order.home)
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)  # so that the watch can measure it
    for what, most in _limits(order):
        highest = resource.getrlimit(what)[1]
        top = most if highest == resource.RLIM_INFINITY else min(most, highest)
        resource.setrlimit(what, (top, top))
    # The last second is for the signal that tells what it was.
    resource.setrlimit(resource.RLIMIT_CPU, (order.seconds, order.seconds + 1))
    seccomp.install()


def _limits(order: Order) -> tuple[tuple[int, int], ...]:
    return (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, order.file),
        (resource.RLIMIT_NOFILE, _HANDLES),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_NPROC, order.processes + _SPARE_PROCESSES),
        (resource.RLIMIT_DATA, order.memory),
    )


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # closed, or replaced, by the guest
            continue
