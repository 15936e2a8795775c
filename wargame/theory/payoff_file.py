"""The file of an empirical payoff table: JSON Lines that survive a kill and go on.

A header, then one line a match, seed by seed: within a seed attackers in the header's order, and
for each of them the defenders. So the bytes depend on neither the number of processes nor on where
a run was cut. Every line ends with a digest of itself and all before it, by which an edit shows.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wargame.errors import WargameError
from wargame.game.lines import DataLine
from wargame.jsonlines import check_version, encoded, problem, split, whole
from wargame.store import canonical

FORMAT = "wargame-payoff"
VERSION = 1
_CHECK = 16
_LineT = TypeVar("_LineT", bound="Line")


class Line(BaseModel):
    """Any line, without its check."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class AgentLine(Line):
    """An agent of the table."""

    name: str
    digest: str = Field(description="of its source file, or of its policy")


class Header(Line):
    """What every match of the table has in common."""

    kind: Literal["header"] = "header"
    format: Literal["wargame-payoff"] = "wargame-payoff"
    version: Literal[1] = 1
    scenario: str
    scenario_digest: str
    content: dict[str, Any] = Field(description="the scenario, complete")
    fidelity: str
    data: DataLine
    program: str = Field(description="version of wargame")
    code: str = Field(description="digest of the sources of the deck's cards and of the model")
    processor: str = Field(description="class of the processor that made the artifacts")
    attackers: list[AgentLine] = Field(min_length=1)
    defenders: list[AgentLine] = Field(min_length=1)
    first_seed: int = Field(ge=0)

    def pair(self, number: int) -> tuple[int, str, str]:
        """Seed, attacker and defender of match `number` (from 0) in the file's order."""
        seed, rest = divmod(number, len(self.attackers) * len(self.defenders))
        row, column = divmod(rest, len(self.defenders))
        attacker, defender = self.attackers[row], self.defenders[column]
        return self.first_seed + seed, attacker.name, defender.name


class Cell(Line):
    """One match."""

    kind: Literal["match"] = "match"
    seed: int
    attacker: str
    defender: str
    missions: list[Annotated[float, Field(ge=0, le=1)]] = Field(min_length=1)
    plays: list[tuple[int, int]] = Field(description="actions of a round: attacker, defender")

    @property
    def mission(self) -> float:
        """Mean mission value."""
        return sum(self.missions) / len(self.missions)


def load(path: Path) -> tuple[Header, list[Cell]]:
    """The header and the matches of a file; a last line that was cut off is left out.

    Raises:
        WargameError: it cannot be read, is no such file, or a line is damaged (named by number).
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise WargameError(f"the table {path} cannot be read: {error}") from error
    header, cells, _, _ = parse(path, raw)
    return header, cells


def parse(path: Path, raw: bytes) -> tuple[Header, list[Cell], str, int]:
    """Header, matches, the last line's check and the length of all complete lines."""
    lines = split(raw)
    if not lines:
        raise WargameError(f"{path}:1: there is no complete line; it holds no table")
    check_version(path, lines[0], "table", FORMAT, VERSION)
    header, chain = _checked(path, 1, lines[0], "", Header)
    cells: list[Cell] = []
    for number, line in enumerate(lines[1:], start=2):
        cell, chain = _checked(path, number, line, chain, Cell)
        if (cell.seed, cell.attacker, cell.defender) != header.pair(len(cells)):
            raise WargameError(f"{path}:{number}: damaged: this match stands out of order")
        cells.append(cell)
    return header, cells, chain, len(whole(raw))


def _checked(
    path: Path, number: int, text: bytes, chain: str, kind: type[_LineT]
) -> tuple[_LineT, str]:
    where = f"{path}:{number}: damaged"
    try:
        data = json.loads(text)
        check = data.pop("check")
        line = kind.model_validate_json(canonical(data))
    except ValidationError as error:
        raise WargameError(f"{where}: {problem(error)}") from None
    except (ValueError, RecursionError, KeyError, AttributeError, TypeError):
        raise WargameError(f"{where}: this is no line of a table") from None
    expected, following = written(data, chain)
    if check != following or text + b"\n" != expected:
        raise WargameError(
            f"{where}: this line, or one before it, was changed after it was written"
        )
    return line, following


def written(data: dict[str, Any], chain: str) -> tuple[bytes, str]:
    """The bytes of a line after the one whose check is `chain`, and its own check."""
    check = hashlib.sha256(chain.encode() + canonical(data)).hexdigest()[:_CHECK]
    return encoded({**data, "check": check}), check


_WORDS = {"first_seed": "first seed", "program": "wargame"}


def difference(kept: Header, now: Header) -> str:
    """In what a file's header differs from that of the table asked for."""
    for name in ("attackers", "defenders"):
        was, wanted = getattr(kept, name), getattr(now, name)
        if [each.name for each in was] != [each.name for each in wanted]:
            names = ", ".join(each.name for each in was)
            return f"the table holds the {name} {names}; give these, or another --out"
        for one, other in zip(was, wanted, strict=True):
            if one != other:
                return f"{one.name} has changed since these matches were played; give another --out"
    for name in ("scenario", "fidelity", "first_seed", "processor", "program"):
        if getattr(kept, name) != getattr(now, name):
            word = _WORDS.get(name, name)
            return (
                f"the table was begun with {word} {getattr(kept, name)}, "
                f"and this is {getattr(now, name)}; give another --out"
            )
    if kept.data != now.data:
        return f"the table was played on other data ({kept.data.origin}); give another --out"
    if kept.code != now.code:
        return "a card or the model has changed since these matches were played; give another --out"
    return "the scenario has changed since these matches were played; give another --out"
