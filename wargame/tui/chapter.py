"""A finished round with everything in it, from a match being played or from a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wargame import catalog
from wargame.game.lines import Opening, Round
from wargame.game.match import RoundLine
from wargame.pipeline.outcome import InForce, Measure, Outcome, Picture, Reading
from wargame.stages import SIDES, Side, Strength


@dataclass(frozen=True, slots=True)
class Played:
    """What a side did; a card of None is passing."""

    card: str | None
    strength: Strength | None


@dataclass(frozen=True, slots=True)
class Worth:
    """What the round was worth to the attacker."""

    mission: float
    low: float
    high: float
    harms: Mapping[str, float]
    """Goal to harm, 0..1."""
    causes: Mapping[str, str]
    """Goal to the measure that harmed it most."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One round, open: both sides' cards and every measure. Round 0 is the honest start."""

    round: int
    plays: Mapping[Side, Played]
    in_force: Mapping[Side, tuple[InForce, ...]]
    measures: Mapping[str, Measure]
    readings: Mapping[Side, tuple[Reading, ...]]
    worth: Worth | None
    budgets: Mapping[Side, int]
    """After the round."""
    pictures: tuple[Picture, ...]
    events: tuple[str, ...]
    key: str


def rounds_left(item: InForce, now: int) -> int:
    """Rounds that a card still acts in, round `now` included."""
    return item.since + catalog.card(item.card).duration(item.strength) - now


def first(outcome: Outcome | Opening, budget: int) -> Chapter:
    """The honest start.

    Args:
        outcome: of the opening.
        budget: points that each side starts with.
    """
    return Chapter(
        round=0,
        plays={},
        in_force=dict.fromkeys(SIDES, ()),
        measures=_measures(outcome.measures),
        readings=_readings(outcome.readings),
        worth=None,
        budgets=dict.fromkeys(SIDES, budget),
        pictures=tuple(Picture(p.card, p.key, p.caption) for p in outcome.pictures),
        events=tuple(outcome.events),
        key=outcome.key,
    )


def of(line: RoundLine | Round) -> Chapter:
    """A round as played or as recorded."""
    budgets = line.position.budgets
    score = line.score
    return Chapter(
        round=line.round,
        plays={side: Played(line.plays[side].card, line.plays[side].strength) for side in SIDES},
        in_force={
            side: tuple(InForce(i.card, i.strength, i.since) for i in line.in_force[side])
            for side in SIDES
        },
        measures=_measures(line.measures),
        readings=_readings(line.readings),
        worth=Worth(
            score.mission,
            score.low,
            score.high,
            {str(harm.goal): harm.value for harm in score.harms},
            {str(h.goal): h.components[0].measure for h in score.harms if h.components},
        ),
        budgets=dict(zip(SIDES, budgets, strict=True)) if isinstance(budgets, tuple) else budgets,
        pictures=tuple(Picture(p.card, p.key, p.caption) for p in line.pictures),
        events=tuple(line.events),
        key=line.key,
    )


def _measures(measures: Mapping[str, Any]) -> dict[str, Measure]:
    return {
        name: Measure(m.value, m.low, m.high, m.n, m.key, m.unit) for name, m in measures.items()
    }


def _readings(readings: Mapping[Side, Iterable[Any]]) -> dict[Side, tuple[Reading, ...]]:
    return {side: tuple(_reading(item) for item in readings.get(side, ())) for side in SIDES}


def _reading(item: Any) -> Reading:
    return Reading(
        item.instrument, item.channel, item.value, item.low, item.high, item.alarm, item.text
    )
