"""A match as the page tells it: its record without what nobody sees there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from wargame.game.lines import LINE, Header, MeasureLine, Opening, PictureLine, Result, Round
from wargame.jsonlines import split
from wargame.stages import SIDES
from wargame.tournament.outcome import Kept, MatchResult
from wargame.tournament.page.words import cut, harmless, known

_OPENING = 0


@dataclass(frozen=True, slots=True)
class Shot:
    """A strip of tiles that a round names."""

    round: int
    card: str
    key: str
    caption: str


@dataclass(slots=True)
class Story:
    """One match."""

    key: str
    facts: dict[str, Any]
    """Plain JSON data, the tiles aside."""
    shots: tuple[Shot, ...] = ()
    cards: set[str] = field(default_factory=set)
    measures: set[str] = field(default_factory=set)


def tell(result: MatchResult, kept: Kept) -> Story:
    """A match, from its result and what was kept of it; a damaged record is told as such."""
    facts: dict[str, Any] = {
        "words": harmless(cut(result.words, 600, 200)),
        "faults": {side.value: harmless(cut(text)) for side, text in result.faults.items()},
        "output": {side.value: harmless(cut(text)) for side, text in kept.output.items() if text},
        "rules": None,
        "verdict": None,
        "rounds": [],
    }
    story = Story(result.fixture.key, facts)
    try:
        lines = [LINE.validate_json(text) for text in split(kept.record)]
    except ValidationError:
        facts["damaged"] = True
        return story
    for each in lines:
        _add(story, each)
    return story


def _add(story: Story, line: Header | Opening | Round | Result) -> None:
    facts = story.facts
    if isinstance(line, Header):
        facts["rules"] = _rules(line)
    elif isinstance(line, Result):
        facts["verdict"] = {
            "turning": line.turning_round,
            "low": sure(line.low),
            "high": sure(line.high),
            "certain": line.certain,
            "decided": line.decided_by,
            "share": sure(line.share),
        }
    else:
        number = line.round if isinstance(line, Round) else _OPENING
        told = {"round": number, **_common(line)}
        if isinstance(line, Round):
            told |= _played(line)
            story.cards |= {p.card for p in line.plays.values() if p.card is not None}
            story.cards |= {held.card for hand in line.in_force.values() for held in hand}
            story.measures |= {c.measure for harm in line.score.harms for c in harm.components}
        facts["rounds"].append(told)
        story.measures |= set(line.measures)
        story.shots += tuple(_shot(number, picture) for picture in line.pictures)


def _rules(line: Header) -> dict[str, Any]:
    content = line.content
    return {
        "title": harmless(str(content.get("title", line.scenario))),
        "rounds": content.get("rounds"),
        "budget": content.get("budget"),
        "weights": (content.get("mission") or {}).get("weights"),
        "data": harmless(line.data.origin),
        "fidelity": line.fidelity,
    }


def _common(line: Opening | Round) -> dict[str, Any]:
    return {
        "measures": {name: _measure(each) for name, each in line.measures.items()},
        "readings": {
            side.value: [[each.instrument, harmless(each.text), each.alarm] for each in readings]
            for side, readings in line.readings.items()
        },
        "events": [harmless(each) for each in line.events],
    }


def _played(line: Round) -> dict[str, Any]:
    score = line.score
    return {
        "plays": {
            side.value: [play.card, play.strength] if play.card is not None else None
            for side, play in line.plays.items()
        },
        "force": {
            side.value: [
                [held.card, held.strength, held.since, _left(held, line.round)] for held in hand
            ]
            for side, hand in line.in_force.items()
        },
        "budgets": {side.value: line.position.budgets[side] for side in SIDES},
        "access": [access.value for access in line.position.access],
        "mission": [sure(score.mission), sure(score.low), sure(score.high)],
        "harms": {
            harm.goal: {
                "value": sure(harm.value),
                "low": sure(harm.low),
                "high": sure(harm.high),
                "by": [part.measure for part in harm.components],
            }
            for harm in score.harms
        },
    }


def _left(held: Any, now: int) -> int | None:
    """Rounds that a card still acts in, this one included."""
    kind = known(held.card)
    return None if kind is None else held.since + kind.duration(held.strength) - now


def _measure(each: MeasureLine) -> list[Any]:
    return [sure(each.value), sure(each.low), sure(each.high), each.n, each.unit]


def _shot(number: int, picture: PictureLine) -> Shot:
    return Shot(number, picture.card, picture.key, harmless(picture.caption))


def sure(value: float) -> float:
    """Six digits: more than anybody is shown, and half the bytes."""
    return float(f"{value:.6g}")
