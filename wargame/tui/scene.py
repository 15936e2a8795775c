"""What a screen shows of one moment, as plain data: under fog from a view, open from chapters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from wargame import catalog
from wargame.game.view import View
from wargame.pipeline.outcome import Measure, Picture, Reading
from wargame.stages import SIDES, STAGES, Side, Stage, Strength
from wargame.tui.chapter import Chapter, rounds_left
from wargame.tui.words import channel_words, measure_words, plain


class Token(NamedTuple):
    """A card in force, as it lies on the board."""

    side: Side
    name: str
    title: str
    strength: Strength
    left: int
    """Rounds it still acts in, this one included."""


class Entry(NamedTuple):
    """One line of the log."""

    tone: str
    """round, attacker, defender, reading, alarm, event or score."""
    text: str


class Point(NamedTuple):
    """A value at a round, with its interval."""

    round: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Series:
    """One curve."""

    label: str
    points: tuple[Point, ...]
    top: float
    """Value at full height."""
    line: float | None = None
    """A value to compare with."""
    tone: str = "reading"


class Shot(NamedTuple):
    """Pictures of a round."""

    round: int
    picture: Picture


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is shown of a moment."""

    round: int
    rounds: int
    budgets: Mapping[Side, int]
    tokens: Mapping[Stage, tuple[Token, ...]]
    log: tuple[Entry, ...]
    series: tuple[Series, ...]
    shots: tuple[Shot, ...]
    measured: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Card to the numbers read of it so far, in words."""


def fogged(seen: View, pictures: Sequence[tuple[int, Picture]]) -> Scene:
    """What one side may see.

    Args:
        seen: the side's view.
        pictures: round and picture. Those of the other side's cards are left out, and the
            referee's own but for the honest start, which no card has touched.
    """
    own = set(seen.deck.names)
    tokens = (_token(seen.side, o.card, o.strength, o.rounds_left) for o in seen.in_force)
    return Scene(
        round=seen.round,
        rounds=seen.rounds,
        budgets={seen.side: seen.budget},
        tokens=_by_stage(tokens),
        log=tuple(_own_log(seen)),
        series=_channels(seen.readings),
        shots=tuple(Shot(at, p) for at, p in pictures if p.card in own or at == 0),
        measured=_read_of(seen.readings),
    )


def opened(chapters: Sequence[Chapter], at: int, rounds: int, par: float) -> Scene:
    """Everything, up to and with chapter `at`.

    Args:
        chapters: the opening and the rounds.
        at: index of the chapter to stand at.
        rounds: of the whole match.
        par: the mission value that parts victory from defeat.
    """
    now = chapters[at]
    tokens = (
        _token(side, item.card, item.strength, rounds_left(item, now.round))
        for side in SIDES
        for item in now.in_force[side]
    )
    past = chapters[: at + 1]
    return Scene(
        round=now.round,
        rounds=rounds,
        budgets=now.budgets,
        tokens=_by_stage(tokens),
        log=tuple(entry for chapter in past for entry in open_log(chapter)),
        series=curves(past, par),
        shots=tuple(Shot(now.round, p) for p in now.pictures),
        measured=_measured_of(past),
    )


def _token(side: Side, name: str, strength: Strength, left: int) -> Token:
    return Token(side, name, catalog.card(name).title, strength, left)


def _by_stage(tokens: Iterable[Token]) -> dict[Stage, tuple[Token, ...]]:
    found: dict[Stage, tuple[Token, ...]] = dict.fromkeys(STAGES, ())
    for token in tokens:
        found[catalog.card(token.name).stage] += (token,)
    return found


def _own_log(seen: View) -> Iterable[Entry]:
    for number, readings in enumerate(seen.readings):
        yield Entry("round", f"Round {number}" if number else "Before the match")
        if number:
            card, strength = seen.deck.card_at(seen.history[number - 1])
            yield Entry(seen.side.value, f"You {_did(card, strength, 'play', 'pass')}")
        yield from _told(readings)


def _told(readings: Iterable[Reading]) -> Iterable[Entry]:
    for reading in readings:
        text = reading.text[:1].upper() + reading.text[1:].rstrip(".")
        yield Entry("alarm" if reading.alarm else "reading", f"{text}.")


def _did(card: str | None, strength: Strength | None, play: str, passes: str) -> str:
    if card is None or strength is None:
        return f"{passes}."
    return f"{play} {catalog.card(card).title}, {strength.value}."


def open_log(chapter: Chapter) -> Iterable[Entry]:
    """A round in plain words, nothing hidden."""
    yield Entry("round", f"Round {chapter.round}" if chapter.round else "Before the match")
    for side, play in chapter.plays.items():
        did = _did(play.card, play.strength, "plays", "passes")
        yield Entry(side.value, f"{side.value.capitalize()} {did}")
    for event in chapter.events:
        yield Entry("event", f"{plain(event)[:1].upper()}{plain(event)[1:].rstrip('.')}.")
    alarms = [r for r in chapter.readings.get(Side.DEFENDER, ()) if r.alarm]
    seen = set(chapter.events)
    yield from _told(r for r in alarms if f"{r.instrument}: {r.text}" not in seen)
    worth = chapter.worth
    if worth is not None:
        parts = ", ".join(
            f"{goal} {value:.2f} ({measure_words(worth.causes[goal])})"
            for goal, value in worth.harms.items()
            if goal in worth.causes and value >= 0.005
        )
        yield Entry("score", f"Mission value {worth.mission:.2f}{': ' + parts if parts else '.'}")


def _channels(readings: Sequence[Sequence[Reading]]) -> tuple[Series, ...]:
    found: dict[str, list[Point]] = {}
    for number, each in enumerate(readings):
        for r in each:
            found.setdefault(r.channel, []).append(Point(number, r.value, r.low, r.high))
    return tuple(_scaled(channel_words(name), points) for name, points in found.items())


def _scaled(label: str, points: Sequence[Point]) -> Series:
    most = max(point.value for point in points)
    return Series(label, tuple(points), 1.0 if most <= 1 else most)


def curves(chapters: Sequence[Chapter], par: float) -> tuple[Series, ...]:
    """The five curves of a match: accuracy, robustness, privacy, availability and score.

    Robustness, privacy and availability are one less the harm to integrity, confidentiality and
    availability; the score is the mission value, the attacker's gain.
    """
    accuracy = [
        Point(c.round, *_span(c.measures["clean_accuracy"]))
        for c in chapters
        if "clean_accuracy" in c.measures
    ]
    found = [Series("accuracy", tuple(accuracy), 1.0)]
    goals = {
        "robustness": "integrity",
        "privacy": "confidentiality",
        "availability": "availability",
    }
    for label, goal in goals.items():
        points = tuple(_kept(c, goal) for c in chapters)
        found.append(Series(label, points, 1.0, tone="defender"))
    score = tuple(
        Point(c.round, c.worth.mission, c.worth.low, c.worth.high)
        for c in chapters
        if c.worth is not None
    )
    found.append(Series("score", score, 1.0, par, "attacker"))
    return tuple(found)


def _span(measure: Measure) -> tuple[float, float, float]:
    return measure.value, measure.low, measure.high


def _kept(chapter: Chapter, goal: str) -> Point:
    value = 1 - chapter.worth.harms.get(goal, 0.0) if chapter.worth is not None else 1.0
    return Point(chapter.round, value, value, value)


def _read_of(readings: Sequence[Sequence[Reading]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for number, each in enumerate(readings):
        for r in each:
            found[r.instrument] = (
                *found.get(r.instrument, ()),
                f"round {number}: {channel_words(r.channel)} {_number(r.value)}",
            )
    return found


def _measured_of(chapters: Sequence[Chapter]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for chapter in chapters:
        for name, m in chapter.measures.items():
            card, dot, what = name.partition(".")
            if dot:
                text = f"round {chapter.round}: {plain(what)} {in_unit(m)}"
                found[card] = (*found.get(card, ()), text)
    return found


def in_unit(m: Measure) -> str:
    """A measure in words, with its interval."""
    if m.unit in ("share", "auc"):
        return f"{m.value:.2f} [{m.low:.2f}, {m.high:.2f}], n={m.n}"
    return f"{_number(m.value)} {m.unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
