"""What a caller chooses before the screen starts; loads nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Seat = Literal["attacker", "defender", "both"]


@dataclass(frozen=True, slots=True)
class Options:
    """How a match is to be played; the briefing can still change it."""

    scenario: str = "mapengine"
    """Name or file."""
    side: Seat = "defender"
    """What the human plays; "both" is hot-seat."""
    attacker: str | None = None
    """Agent of the attacker where no human plays it; None for a ready one."""
    defender: str | None = None
    seed: int = 0
    fidelity: str = "standard"
    data: Path | None = None
    """Where the data lies; else it is looked for."""
    record: Path | None = None
    """Where the match is recorded; else the folder of matches in the data home."""
    theme: str | None = None
