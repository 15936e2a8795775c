"""The folder of a league: settings, turns as they are made, the pool, and each response's run.

`iterations.jsonl` is appended to and never changed. Every line ends with a digest of itself, all
before it and the settings, so an edit shows; a last line that a kill cut short is dropped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wargame.arena.run_folder import RunFolder
from wargame.errors import WargameError
from wargame.jsonlines import (
    append,
    begin_settings,
    claimed,
    encoded,
    read_settings,
    split,
    whole,
    writing,
)
from wargame.league.terms import LeagueSettings
from wargame.league.turn import Turn
from wargame.stages import Side
from wargame.store import digest


class LeagueFolder:
    """Paths and files of one league."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.settings_file = self.root / "league.json"
        self.turns_file = self.root / "iterations.jsonl"
        self.pool = self.root / "pool"
        self.plot = self.root / "exploitability.svg"

    def run(self, number: int, side: Side) -> RunFolder:
        """Of the response of an iteration."""
        return RunFolder(self.root / "runs" / f"{number}-{side.value}")

    def policy(self, name: str) -> Path:
        """Of a trained member of the pool."""
        return self.pool / name

    def begin(self, settings: LeagueSettings) -> None:
        """Makes the folder of a new league.

        Raises:
            WargameError: there is a league already, or the disk refuses.
        """
        taken = f"{self.root} holds a league already: go on with --resume, or give another --out"
        begin_settings(self.settings_file, settings, taken)

    def settings(self) -> LeagueSettings:
        """Of the league that lies here.

        Raises:
            WargameError: there is none, or the file was damaged.
        """
        missing = f"there is no league to resume in {self.root}"
        return read_settings(self.settings_file, LeagueSettings, missing)

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Keeps other processes from writing here meanwhile.

        Raises:
            WargameError: another one does, or the disk refuses.
        """
        with writing(self.turns_file):
            handle = claimed(self.turns_file, f"another process is at work in {self.root}")
        with handle:
            yield

    def turns(self) -> list[Turn]:
        """Those made so far.

        Raises:
            WargameError: a line was edited; names file and line.
        """
        return [turn for turn, _ in self._lines()]

    def add(self, turn: Turn) -> None:
        """Appends a turn, which is on the disk before this returns; drops what a kill cut short."""
        known = self._lines()
        data = turn.to_json()
        line = encoded({**data, "check": _next(known[-1][1] if known else self._seal(), data)})
        with writing(self.turns_file), self.turns_file.open("ab", buffering=0) as handle:
            handle.truncate(len(whole(self.turns_file.read_bytes())))
            append(handle, line)

    def _lines(self) -> list[tuple[Turn, str]]:
        """Turns with their checks."""
        if not self.turns_file.exists():
            return []
        check = self._seal()
        found = []
        for number, text in enumerate(split(self.turns_file.read_bytes()), start=1):
            where = f"{self.turns_file}:{number}"
            turn, check = _read(where, text, check)
            if turn.iteration.number != number:
                raise WargameError(f"{where}: this is iteration {turn.iteration.number}")
            found.append((turn, check))
        return found

    def _seal(self) -> str:
        self.settings()
        return digest(json.loads(self.settings_file.read_bytes()))[:16]


def _read(where: str, text: bytes, before: str) -> tuple[Turn, str]:
    try:
        data: dict[str, Any] = json.loads(text)
        check = data.pop("check")
        turn = Turn.from_json(data)
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise WargameError(f"{where}: this is no line of a league") from error
    if check != _next(before, data):
        raise WargameError(
            f"{where}: this line, one before it or league.json was changed after it was written"
        )
    return turn, check


def _next(before: str, data: dict[str, Any]) -> str:
    return digest([before, data])[:16]
