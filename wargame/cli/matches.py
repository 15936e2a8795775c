"""The matches this machine knows: records in the data home, and notes on records elsewhere."""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path

from wargame.data.home import data_home
from wargame.errors import WargameError

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


def note(path: Path) -> None:
    """Remembers a record elsewhere; a data home that cannot be written is no reason to stop."""
    place = str(path.resolve())
    name = hashlib.sha256(place.encode()).hexdigest()[:16]
    try:
        home().mkdir(parents=True, exist_ok=True)
        (home() / f"{name}.path").write_text(place, "utf-8")
    except (OSError, UnicodeError):
        return


def known() -> list[Path]:
    """All records that are still there, the one written last first."""
    found = {path.resolve() for path in home().glob("*.jsonl")}
    for pointer in home().glob("*.path"):
        try:
            found.add(Path(pointer.read_text("utf-8")))
        except (OSError, UnicodeError):
            continue
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
