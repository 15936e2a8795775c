"""A matrix being measured, on the disk: JSON Lines, each written once and never changed.

The header says what is measured; each line after it holds one arm on one seed, with a check over
all lines so far, so that a line edited by hand is noticed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from wargame.errors import WargameError
from wargame.jsonlines import LinesFile, encoded, place, split, whole
from wargame.lab.matrix import Arm, Facts
from wargame.store import canonical, digest

FORMAT, VERSION = "wargame matrix", 1
NAME = "journal.jsonl"
Key = tuple[int, Arm]


class Journal(LinesFile):
    """The arms measured so far, and where the next ones are written.

    Args:
        folder: made if it is not there.
        header: what is measured, as plain JSON data.

    Raises:
        WargameError: the folder holds something else, another matrix, or a damaged one, or
            another process writes it.
    """

    def __init__(self, folder: Path, header: Mapping[str, Any]) -> None:
        self.folder = folder
        self._header = {"kind": "header", "format": FORMAT, "version": VERSION, **header}
        self.table: dict[Key, Facts] = {}
        try:
            self._begin(folder / NAME)
            super().__init__(folder / NAME)
        except OSError as error:
            raise WargameError(f"{error.filename or folder}: {error.strerror}") from error
        try:
            self._check = self._read()
        except BaseException:
            self.close()
            raise

    def _begin(self, path: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if path.exists():
            return
        if any(not each.name.startswith(".part-") for each in self.folder.iterdir()):
            raise WargameError(f"{self.folder} holds other things and no {NAME}; name a new folder")
        place(path, encoded(self._header))

    def _read(self) -> str:
        """Takes in the lines, cuts off what a kill left of the last; returns the last check."""
        raw = self.path.read_bytes()
        lines = split(raw)
        if not lines:
            raise WargameError(f"{self.path}:1: there is no complete line")
        self._same(_parsed(self.path, 1, lines[0]))
        check = digest(self._header)
        for number, text in enumerate(lines[1:], start=2):
            check = self._take(number, text, check)
        self.cut(len(whole(raw)))
        return check

    def _same(self, found: dict[str, Any]) -> None:
        if found.get("format") != FORMAT:
            raise WargameError(f"{self.path}:1: this is no {FORMAT}")
        for name in {**found, **self._header}:
            was, now = found.get(name), json.loads(canonical(self._header)).get(name)
            if was != now and name == "engine":
                raise WargameError(
                    f"{self.path}:1: the folder was measured by another version of the program, "
                    "whose numbers may differ; name another folder with --out"
                )
            if was != now:
                raise WargameError(
                    f"{self.path}:1: the folder holds a matrix with {name.replace('_', ' ')} "
                    f"{_short(was)}, and asked for is {_short(now)}; name another folder with --out"
                )

    def _take(self, number: int, text: bytes, before: str) -> str:
        data = _parsed(self.path, number, text)
        check = data.pop("check", None)
        if check != _next(before, data):
            raise WargameError(
                f"{self.path}:{number}: damaged: the line is not as it was written; delete it "
                "and all after it, and they are measured again"
            )
        key, facts = _unpacked(data)
        self.table[key] = facts
        return str(check)

    def add(self, found: Iterable[tuple[Key, Facts]]) -> None:
        """Writes arms, whole and on the disk before this returns.

        Raises:
            WargameError: the disk is full, say.
        """
        lines, check, new = [], self._check, dict(found)
        for key, facts in new.items():
            data = _packed(key, facts)
            check = _next(check, data)
            lines.append(encoded({**data, "check": check}))
        try:
            self.append(b"".join(lines))
        except OSError as error:
            raise WargameError(f"{self.path} cannot be written: {error.strerror}") from error
        self._check = check
        self.table |= new


def _parsed(path: Path, number: int, text: bytes) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise WargameError(f"{path}:{number}: damaged: this is no JSON object")
    return data


def _next(before: str, data: Mapping[str, Any]) -> str:
    return digest([before, data])[:16]


def _packed(key: Key, facts: Facts) -> dict[str, Any]:
    seed, arm = key
    return {"seed": seed, **arm._asdict(), **facts._asdict()}


def _unpacked(data: Mapping[str, Any]) -> tuple[Key, Facts]:
    facts = Facts(**{name: data[name] for name in Facts._fields})
    return (data["seed"], Arm(data["attack"], data["defence"])), facts


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) < 60 else f"{text[:57]}..."
