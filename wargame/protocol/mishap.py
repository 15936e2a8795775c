"""What a student reads where their agent fails: its own lines of the traceback, and the reason."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from pathlib import Path

import wargame
from wargame.errors import WargameError
from wargame.game.agent_file import blame

_OURS = str(Path(wargame.__file__).parent) + os.sep


def tell(error: BaseException, file: str) -> None:
    """Writes an agent's failure to standard error; the last line says what and where.

    Args:
        error: what was raised while the file was loaded or asked.
        file: the agent's, as it was named.
    """
    if isinstance(error, WargameError):
        # Of a file that cannot be loaded: the words are there, and what was raised is behind them.
        reason, error = str(error), error.__cause__ or error
    else:
        reason = _reason(error, file)
    if not isinstance(error, WargameError):
        told = traceback.TracebackException.from_exception(error)
        _own(told, set())
        print("".join(told.format()), end="", file=sys.stderr)
    print(" ".join(reason.split()), file=sys.stderr, flush=True)


def out_of_memory(error: BaseException | None) -> bool:
    """Whether memory ran out at the root of it."""
    while error is not None:
        if isinstance(error, MemoryError):
            return True
        if isinstance(error, OSError) and error.errno == errno.ENOMEM:
            return True
        error = error.__cause__
    return False


def _reason(error: BaseException, file: str) -> str:
    try:
        return blame(error, str(Path(file).resolve()), Path(file).name)
    except Exception:
        # Its own __str__ failed.
        return f"{Path(file).name}: {type(error).__name__}"


def _own(told: traceback.TracebackException, seen: set[int]) -> None:
    """Leaves out the frames of this package and of the import system, here and behind."""
    if id(told) in seen:
        return
    seen.add(id(told))
    kept = [frame for frame in told.stack if not _ours(frame.filename)]
    told.stack = traceback.StackSummary.from_list(kept)
    for behind in (told.__cause__, told.__context__):
        if behind is not None:
            _own(behind, seen)


def _ours(filename: str) -> bool:
    return filename.startswith((_OURS, "<frozen importlib"))
