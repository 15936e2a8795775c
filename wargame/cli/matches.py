"""The matches this machine knows: records in the data home, and notes on records elsewhere."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wargame.errors import WargameError
from wargame.home import data_home

KEPT = 50
"""Finished records kept in the data home."""


def home() -> Path:
    """The folder of the index."""
    return data_home() / "matches"


def fresh(scenario: str, seed: int) -> Path | None:
    """A new path for a record that nobody named, or None where the data home cannot be written."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    path = home() / f"{stamp}-{scenario}-{seed}-{os.getpid()}.jsonl"
    try:
        home().mkdir(parents=True, exist_ok=True)
        _prune()
    except OSError:
        return None
    return path if os.access(home(), os.W_OK) else None


def note(path: Path, intent: Mapping[str, Any] | None = None) -> None:
    """Remembers a record elsewhere; a data home that cannot be written is no reason to stop.

    Args:
        path: the record.
        intent: what is about to be recorded there, while its first line is not written yet.
    """
    told = json.dumps({"path": str(path.resolve()), "intent": intent})
    try:
        home().mkdir(parents=True, exist_ok=True)
        pointer = _pointer(path)
        scratch = pointer.with_suffix(f".{os.getpid()}")
        scratch.write_text(told, "utf-8")
        scratch.replace(pointer)
    except (OSError, UnicodeError):
        return


def intended(path: Path) -> dict[str, Any] | None:
    """What was about to be recorded there when a process was killed, or None."""
    told = _read(_pointer(path)).get("intent")
    return told if isinstance(told, dict) else None


def _pointer(path: Path) -> Path:
    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    return home() / f"{name}.path"


def _read(pointer: Path) -> dict[str, Any]:
    try:
        told = json.loads(pointer.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def known() -> list[Path]:
    """All records that are still there, the one written last first."""
    found = {path.resolve() for path in home().glob("*.jsonl")}
    for pointer in home().glob("*.path"):
        place = _read(pointer).get("path")
        if isinstance(place, str):
            found.add(Path(place))
    present = [(path.stat().st_mtime, path) for path in found if path.is_file()]
    return [path for _, path in sorted(present, reverse=True)]


def newest_unfinished() -> Path:
    """The unfinished match played last.

    Raises:
        WargameError: there is none.
    """
    for path in known():
        if not finished(path):
            return path
    raise WargameError(
        f"there is no unfinished match in {home()}; name a record: wargame resume FILE"
    )


def finished(path: Path) -> bool:
    """Whether the record's last complete line is a result."""
    try:
        complete = path.read_bytes().rpartition(b"\n")[0]
        last = json.loads(complete.rpartition(b"\n")[2])
    except (OSError, ValueError):
        return True  # nothing there to go on with
    return isinstance(last, dict) and last.get("kind") == "result"


def _prune() -> None:
    inside = [path for path in known() if path.parent == home().resolve() and finished(path)]
    for path in inside[KEPT:]:
        path.unlink(missing_ok=True)
