"""The record of a match: JSON Lines that survive a kill, compare byte for byte, and go on.

The header, the opening (round 0), one line a round, a result. Nothing in it depends on the
clock, the host or a path. Every line is canonical JSON; `record.schema.json` describes it.
"""

from __future__ import annotations

import json
import platform
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from wargame import __version__
from wargame.errors import WargameError
from wargame.game.lines import (
    FORMAT,
    LINE,
    VERSION,
    Header,
    Opening,
    Result,
    Round,
    opening_line,
    result_line,
    round_line,
)
from wargame.game.match import Match
from wargame.jsonlines import (
    LinesFile,
    check_version,
    encoded,
    place,
    problem,
    split,
    whole,
    writing,
)
from wargame.stages import SIDES
from wargame.store import canonical


@dataclass(frozen=True, slots=True)
class Record:
    """A record as read."""

    path: Path
    header: Header
    opening: Opening | None
    rounds: tuple[Round, ...]
    result: Result | None
    whole: bytes
    """The complete lines; what a kill cut off is left out."""

    @property
    def lines(self) -> list[bytes]:
        """The complete lines, each with its line end."""
        return [line + b"\n" for line in split(self.whole)]


class Journal(LinesFile):
    """A record being written: each line is on the disk before the next round starts."""

    def __init__(self, path: Path, match: Match, *, processor: str | None = None) -> None:
        """Starts a new record; the header is there from the first moment on, whole.

        Raises:
            WargameError: the file exists already, or cannot be written.
        """
        if path.exists():
            raise WargameError(f"{path} exists already; a record is never written over")
        with _writing(path):
            place(path, encoded(header(match, processor)))
        self._attach(path, match)

    def _attach(self, path: Path, match: Match) -> None:
        with _writing(path):
            super().__init__(path)
        self.match = match
        self.written = 1
        """Lines on the disk."""

    @classmethod
    def reopen(cls, path: Path, match: Match) -> Self:
        """The claimed journal of a record that is there; `written` is for the caller to set."""
        journal = cls.__new__(cls)
        journal._attach(path, match)
        return journal

    def keep(self) -> int:
        """Writes every line that the match has and the file has not; returns how many.

        Raises:
            WargameError: the disk is full, say; what is written so far stays whole.
        """
        new = _ready(self.match) - self.written
        for number in range(self.written, self.written + new):
            with _writing(self.path):
                self.append(line(self.match, number))
            self.written += 1
        return new


def header(match: Match, processor: str | None = None) -> dict[str, Any]:
    """The first line of a match's record."""
    agents = {side.value: agent.name if agent else None for side, agent in match.agents.items()}
    data = match.data
    return {
        "kind": "header",
        "format": FORMAT,
        "version": VERSION,
        "scenario": match.scenario.name,
        "scenario_digest": match.scenario.digest,
        "content": match.scenario.content(),
        "seed": match.seed,
        "fidelity": match.fidelity,
        "agents": agents,
        "versions": dict(_versions()),
        "processor": processor or processor_class(),
        "data": {"name": data.name, "digest": data.digest, "origin": data.origin},
    }


def processor_class() -> str:
    """The class of this machine's processor, such as "cpu x86_64"; never its name."""
    return f"cpu {platform.machine() or 'unknown'}"


@cache
def _versions() -> dict[str, str]:
    found = {"wargame": __version__, "python": platform.python_version()}
    for package in ("numpy", "torch", "scikit-learn"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


def line(match: Match, number: int) -> bytes:
    """Line `number` (from 1, after the header at 0) of a match's record."""
    if number == 1:
        return encoded(opening_line(match.open()))
    if number < 2 + len(match.lines):
        return encoded(round_line(match, match.lines[number - 2]))
    return encoded(result_line(match.result()))


def _ready(match: Match) -> int:
    return 1 + match.opened + len(match.lines) + match.over


def _writing(path: Path) -> AbstractContextManager[None]:
    return writing(f"the record {path}")


def read(path: Path) -> Record:
    """A record; a last line that was cut off is left out.

    Raises:
        WargameError: it cannot be read, is no record, is from a newer version, or a line is
            damaged (named by its number).
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise WargameError(f"the record {path} cannot be read: {error}") from error
    lines = split(raw)
    if not lines:
        raise WargameError(f"{path}:1: there is no complete line; it holds no match")
    check_version(path, lines[0], "record", FORMAT, VERSION)
    parsed = [_parsed(path, number, text) for number, text in enumerate(lines, start=1)]
    return _ordered(path, parsed, whole(raw))


def _parsed(path: Path, number: int, text: bytes) -> Header | Opening | Round | Result:
    try:
        return LINE.validate_json(text)
    except ValidationError as error:
        raise WargameError(f"{path}:{number}: damaged: {problem(error)}") from None


def _ordered(path: Path, parsed: list[Any], whole: bytes) -> Record:
    header, rest = parsed[0], parsed[1:]
    opening = rest.pop(0) if rest and isinstance(rest[0], Opening) else None
    result = rest.pop() if rest and isinstance(rest[-1], Result) else None
    for index, item in enumerate(rest):
        number = index + (3 if opening else 2)
        if not isinstance(item, Round) or item.round != index + 1 or opening is None:
            raise WargameError(f"{path}:{number}: damaged: this line stands out of order")
    if not isinstance(header, Header):
        raise WargameError(f"{path}:1: damaged: the first line is no header")
    return Record(path, header, opening, tuple(rest), result, whole)


def resume(path: Path, match: Match) -> Journal:
    """Brings a fresh match to where its record ends, and opens the record to go on.

    Agents are asked again, so that they know what they knew; a human's actions are read from the
    record. A line that was cut off is removed.

    Args:
        path: the record.
        match: a new match of the record's header, no round played.

    Raises:
        WargameError: the match is another one, does not replay to the same bytes, or another
            process writes the record.
    """
    if not path.exists():
        read(path)
    journal = Journal.reopen(path, match)
    try:
        _go_on(journal, read(path))
    except BaseException:
        journal.close()
        raise
    return journal


def _go_on(journal: Journal, record: Record) -> None:
    path, match, kept = journal.path, journal.match, record.lines
    if encoded(header(match, record.header.processor)) != kept[0]:
        raise WargameError(f"{path}:1: {_difference(record.header, header(match))}")
    for number in range(1, len(kept)):
        if 2 <= number < 2 + len(record.rounds):
            match.step(*_human_actions(match, record.rounds[number - 2]))
        if line(match, number) != kept[number]:
            raise WargameError(f"{path}:{number + 1}: the match does not replay to this line")
    with _writing(path):
        journal.cut(len(record.whole))
    journal.written = len(kept)


def _human_actions(match: Match, recorded: Round) -> list[int | None]:
    return [recorded.plays[side].action if match.agents[side] is None else None for side in SIDES]


def _difference(recorded: Header, now: dict[str, Any]) -> str:
    was = recorded.model_dump(mode="json")
    for name, value in was.items():
        if name != "processor" and json.loads(canonical(now[name])) != value:
            if name in ("content", "scenario_digest"):
                return "the scenario has changed since the match was recorded"
            return f"the match was recorded with {name} {value}, and this is {now[name]}"
    return "the header is not as this program writes it"
