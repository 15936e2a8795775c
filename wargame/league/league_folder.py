"""The folder of a league: settings, turns as they are made, the pool, and each response's run.

`iterations.jsonl` is appended to and never changed. Every line ends with a digest of itself, all
before it and the settings, so an edit shows; a last line that a kill cut short is dropped.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from wargame.arena.run_folder import RunFolder
from wargame.data.home import replacing
from wargame.errors import WargameError
from wargame.league.terms import LeagueSettings
from wargame.league.turn import Turn
from wargame.stages import Side
from wargame.store import canonical, digest


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
        if self.settings_file.exists():
            raise WargameError(
                f"{self.root} holds a league already: go on with --resume, or give another --out"
            )
        try:
            with replacing(self.settings_file) as scratch:
                scratch.write_bytes(canonical(settings.model_dump(mode="json")) + b"\n")
        except OSError as error:
            raise WargameError(f"{self.root} cannot be written: {error}") from error

    def settings(self) -> LeagueSettings:
        """Of the league that lies here.

        Raises:
            WargameError: there is none, or the file was damaged.
        """
        try:
            text = self.settings_file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise WargameError(f"there is no league to resume in {self.root}") from error
        try:
            return LeagueSettings.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise WargameError(f"{self.settings_file}:1: {where}: {first['msg']}") from error

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Keeps other processes from writing here meanwhile.

        Raises:
            WargameError: another one does, or the disk refuses.
        """
        try:
            handle = self.turns_file.open("ab")
        except OSError as error:
            raise WargameError(f"{self.turns_file} cannot be written: {error}") from error
        with handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise WargameError(f"another process is at work in {self.root}") from error
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
        line = canonical({**data, "check": _next(known[-1][1] if known else self._seal(), data)})
        try:
            raw = self.turns_file.read_bytes() if self.turns_file.exists() else b""
            with self.turns_file.open("ab") as handle:
                handle.truncate(raw.rfind(b"\n") + 1)
                handle.write(line + b"\n")
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as error:
            raise WargameError(f"{self.turns_file} cannot be written: {error}") from error

    def _lines(self) -> list[tuple[Turn, str]]:
        """Turns with their checks."""
        if not self.turns_file.exists():
            return []
        check = self._seal()
        found = []
        for number, text in enumerate(self.turns_file.read_bytes().split(b"\n")[:-1], start=1):
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
