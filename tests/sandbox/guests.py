"""Tiny guests, each with a way of its own to misbehave, and what is left of them."""

from __future__ import annotations

import os
import sys
import textwrap
import time
from pathlib import Path

import pytest

from wargame.sandbox.limits import Limits, Status, Stopped
from wargame.sandbox.method import Method
from wargame.sandbox.warden import Program, Warden

SMALL = Limits(start=5, move=2, bank=2, memory=64, processes=8, file=2, scratch=8, output=4, line=4)
PATIENCE = 20.0
"""Seconds after which a test has failed."""


def python(folder: Path, code: str, *words: str) -> Program:
    """A Python program in a folder of its own."""
    folder.mkdir(exist_ok=True)
    (folder / "agent.py").write_text(textwrap.dedent(code))
    return Program(folder, (sys.executable, "-S", "agent.py", *words))


def said(warden: Warden, guest: Program, limits: Limits = SMALL, seconds: float = PATIENCE) -> str:
    """A guest's first line."""
    cell = warden.open(guest, limits)
    try:
        return cell.receive(time.monotonic() + seconds).decode()
    finally:
        cell.close()


def fate(
    warden: Warden, guest: Program, limits: Limits = SMALL, seconds: float = PATIENCE
) -> Stopped:
    """How a guest ends that never says what is asked; it may say other things before."""
    cell = warden.open(guest, limits)
    try:
        while True:
            cell.receive(time.monotonic() + seconds)
    except Stopped as stopped:
        return stopped
    finally:
        cell.close()


def left_over(marker: str) -> list[int]:
    """Processes that have a marker in their command line or environment, except this one."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if marker.encode() in words:
            found.append(int(folder.name))
    return found


def gone(marker: str, seconds: float = 5.0) -> bool:
    """Whether no such process is left, soon."""
    until = time.monotonic() + seconds
    while left_over(marker):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def works_or_skips(method: Method) -> None:
    """Skips where a method does not work; on the project's own machines all must."""
    from wargame.sandbox.method import works

    if not works(method):
        if os.environ.get("CI") == "true":
            pytest.fail(f"{method} does not work here")
        pytest.skip(f"{method} does not work here")


__all__ = ["PATIENCE", "SMALL", "Status", "fate", "gone", "left_over", "python", "said"]
