"""The lines of a match record, as models: the schema of the file and the check of every line."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from wargame.game.board import Hand, Position
from wargame.game.match import Match, RoundLine
from wargame.game.verdict import Verdict
from wargame.pipeline.outcome import Measure, Outcome, Picture, Reading
from wargame.stages import SIDES, STRENGTHS, Access, Side, Strength

FORMAT = "wargame-record"
VERSION = 1


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class DataLine(_Line):
    """The data set of a match."""

    name: str
    digest: str
    origin: str


class Header(_Line):
    """The first line: all that a match follows from."""

    kind: Literal["header"] = "header"
    format: Literal["wargame-record"] = "wargame-record"
    version: Literal[1] = 1
    scenario: str
    scenario_digest: str
    content: dict[str, Any] = Field(description="the scenario, complete")
    seed: int
    fidelity: str
    agents: dict[Side, str | None] = Field(description="file names; null for a human")
    versions: dict[str, str] = Field(description="package to version")
    processor: str = Field(description="class of the processor that made the artifacts")
    data: DataLine


class MeasureLine(_Line):
    """A measured number with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int = Field(description="sample size")
    key: str = Field(description="store key of the artifact it was read from")
    unit: str


class ReadingLine(_Line):
    """What one instrument showed its owner."""

    instrument: str
    channel: str
    value: float
    low: float
    high: float
    alarm: bool
    text: str


class PictureLine(_Line):
    """Tiles before and after, in the store."""

    card: str
    key: str
    caption: str


class Opening(_Line):
    """The second line: round 0, the honest start that losses are measured against."""

    kind: Literal["opening"] = "opening"
    measures: dict[str, MeasureLine]
    readings: dict[Side, list[ReadingLine]]
    key: str
    pictures: list[PictureLine]
    events: list[str]


class PlayLine(_Line):
    """What a side did."""

    action: int = Field(ge=0, description="0 passes; card i at strength s is 1 + 3 i + s")
    card: str | None
    strength: Strength | None


class ForceLine(_Line):
    """A card that acted in the round."""

    card: str
    strength: Strength
    since: int


class HeldLine(_Line):
    """A card in force after the round."""

    card: str
    strength: Strength
    since: int
    until: int


class PositionLine(_Line):
    """The position after the round."""

    round: int = Field(description="the round that is next")
    budgets: dict[Side, int]
    in_force: dict[Side, list[HeldLine]]
    access: list[Access]
    over: bool


class ComponentLine(_Line):
    """The harm read from one measure."""

    measure: str
    value: float
    low: float
    high: float


class HarmLine(_Line):
    """The harm to one goal."""

    goal: Literal["integrity", "confidentiality", "availability"]
    value: float
    low: float
    high: float
    components: list[ComponentLine]


class ScoreLine(_Line):
    """What the round was worth."""

    mission: float = Field(description="the attacker's gain, 0..1")
    low: float
    high: float
    harms: list[HarmLine]
    costs: dict[str, float]


class Round(_Line):
    """One line a round."""

    kind: Literal["round"] = "round"
    round: int = Field(ge=1)
    plays: dict[Side, PlayLine]
    in_force: dict[Side, list[ForceLine]]
    measures: dict[str, MeasureLine]
    readings: dict[Side, list[ReadingLine]]
    score: ScoreLine
    key: str = Field(description="store key of the round")
    position: PositionLine
    pictures: list[PictureLine]
    events: list[str]


class Result(_Line):
    """The last line: who won and why."""

    kind: Literal["result"] = "result"
    winner: Side
    mission: float = Field(description="mean of the rounds")
    low: float
    high: float
    par: float
    margin: float
    certain: bool
    decided_by: str | None
    share: float
    turning_round: int
    words: str


Line = Annotated[Header | Opening | Round | Result, Field(discriminator="kind")]
LINE: TypeAdapter[Header | Opening | Round | Result] = TypeAdapter(Line)


def schema() -> dict[str, Any]:
    """JSON Schema of one line; the file `record.schema.json` holds the same."""
    described = LINE.json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"One line of a {FORMAT} file, version {VERSION}",
        **described,
    }


def opening_line(outcome: Outcome) -> dict[str, Any]:
    """The line of round 0."""
    return {
        "kind": "opening",
        "measures": _measures(outcome.measures),
        "readings": _readings(outcome.readings),
        "key": outcome.key,
        "pictures": [_picture(item) for item in outcome.pictures],
        "events": list(outcome.events),
    }


def round_line(match: Match, line: RoundLine) -> dict[str, Any]:
    """The line of a round."""
    return {
        "kind": "round",
        "round": line.round,
        "plays": {side.value: play._asdict() for side, play in line.plays.items()},
        "in_force": {
            side.value: [
                {"card": item.card, "strength": item.strength.value, "since": item.since}
                for item in forces
            ]
            for side, forces in line.in_force.items()
        },
        "measures": _measures(line.measures),
        "readings": _readings(line.readings),
        "score": line.score.to_json(),
        "key": line.key,
        "position": _position(match, line.position),
        "pictures": [_picture(item) for item in line.pictures],
        "events": list(line.events),
    }


def result_line(result: Verdict) -> dict[str, Any]:
    """The last line."""
    return {"kind": "result", **result.to_json()}


def _measures(measures: Any) -> dict[str, Any]:
    return {name: _fields(Measure, item) for name, item in measures.items()}


def _readings(readings: Any) -> dict[str, Any]:
    return {side.value: [_fields(Reading, r) for r in readings.get(side, ())] for side in SIDES}


def _picture(picture: Picture) -> dict[str, Any]:
    return _fields(Picture, picture)


def _fields(kind: type, item: object) -> dict[str, Any]:
    return {name: getattr(item, name) for name in kind.__dataclass_fields__}  # type: ignore[attr-defined]


def _position(match: Match, position: Position) -> dict[str, Any]:
    return {
        "round": position.round,
        "budgets": dict(zip(SIDES, position.budgets, strict=True)),
        "in_force": {
            side.value: _hand(match.board.deck(side).names, hand)
            for side, hand in zip(SIDES, position.in_force, strict=True)
        },
        "access": sorted(access.value for access in position.access),
        "over": position.over,
    }


def _hand(names: tuple[str, ...], hand: Hand) -> list[dict[str, Any]]:
    return [
        {
            "card": names[held.card],
            "strength": STRENGTHS[held.strength].value,
            "since": held.since,
            "until": held.until,
        }
        for held in hand
    ]
