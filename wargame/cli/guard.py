"""Turns whatever ends a command into one clear sentence and an exit code."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TextIO

USER, FAULT, STOPPED, UNREAD = 2, 70, 130, 141
_PLACE = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.ENAMETOOLONG,
    errno.EMFILE,
    errno.ELOOP,
}
"""What is wrong with a disk or a folder, and not with the program."""


class _Interrupts:
    """Notes Ctrl-C: libraries turn a KeyboardInterrupt in their midst into other errors."""

    def __init__(self) -> None:
        self.seen = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self.seen = True
        raise KeyboardInterrupt


def guarded(work: Callable[[], int]) -> int:
    """Runs a command; returns its exit code, or that of what stopped it."""
    for stream in (sys.stdout, sys.stderr):
        _lenient(stream)
    interrupts = _Interrupts()
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler and _in_main_thread()
    if usual:  # a shell's background job ignores Ctrl-C, and goes on doing so
        signal.signal(signal.SIGINT, interrupts)
    try:
        code = work()
        sys.stdout.flush()
    except Exception as error:
        return _stopped(error) if interrupts.seen else _told(error)
    except KeyboardInterrupt as error:
        return _stopped(error)
    finally:
        if usual:
            signal.signal(signal.SIGINT, signal.default_int_handler)
    return code


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _lenient(stream: TextIO) -> None:
    # A terminal that lacks a character shows a mark in its place.
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


def _stopped(error: BaseException) -> int:
    say("stopped", *_notes(error))
    return STOPPED


def _told(error: Exception) -> int:
    from wargame.errors import WargameError

    if isinstance(error, BrokenPipeError):
        # The interpreter flushes at its end, and must not meet the broken pipe again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    if isinstance(error, WargameError):
        say(f"error: {error}", *_notes(error))
        return USER
    if isinstance(error, OSError) and error.errno in _PLACE:
        where = f"{error.filename}: " if error.filename else ""
        say(f"error: {where}{error.strerror}", *_notes(error))
        return USER
    say(
        f"error: the program failed ({type(error).__name__}: {_first_line(error)}); "
        f"the traceback is in {_saved(error)}",
        *_notes(error),
    )
    return FAULT


def say(*lines: str) -> None:
    """Writes to the standard error; that nobody reads it is no error."""
    try:
        sys.stderr.write("".join(f"wargame: {line}\n" for line in lines))
        sys.stderr.flush()
    except OSError:
        return


def _notes(error: BaseException) -> list[str]:
    return list(getattr(error, "__notes__", ()))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200]


def _saved(error: Exception) -> str:
    import tempfile
    import traceback

    from wargame.home import data_home

    text = "".join(traceback.format_exception(error))
    for folder in (data_home() / "crashes", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix="wargame-", suffix=".txt", dir=folder)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
        except OSError:
            continue
        return name
    return "no file, since none could be written"
