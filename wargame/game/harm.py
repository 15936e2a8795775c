"""The formula of each harm: from one measure, and its value at the opening, to a share in 0..1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from wargame.pipeline.outcome import Measure


class Goal(StrEnum):
    """What an attack can harm (S0 2.2: the attacker's goals)."""

    INTEGRITY = "integrity"
    CONFIDENTIALITY = "confidentiality"
    AVAILABILITY = "availability"


class Span(NamedTuple):
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


Formula = Callable[[Measure, Measure | None], Span]


def as_is(now: Measure, _start: Measure | None) -> Span:
    """The formula h = v: a share that is a harm itself."""
    return _held(now.value, now.low, now.high)


def lost(now: Measure, start: Measure | None) -> Span:
    """The formula h = 1 - v / v0: the lost part of the opening's v0; v0 = 1 where it has none."""
    if start is None:
        return _held(1 - now.value, 1 - now.high, 1 - now.low)
    return _held(
        1 - _ratio(now.value, start.value),
        1 - _ratio(now.high, start.low),
        1 - _ratio(now.low, start.high),
    )


TOLERATED_MS = 100.0
"""A wait that no drone minds."""


def slowed(now: Measure, _start: Measure | None) -> Span:
    """The formula h = 1 - t / max(t, l): 0 up to the tolerated wait t, 1/2 at twice of it."""
    waits = (max(TOLERATED_MS, wait) for wait in (now.value, now.low, now.high))
    return _held(*(1 - TOLERATED_MS / wait for wait in waits))


def advantage(now: Measure, _start: Measure | None) -> Span:
    """The formula h = 2 AUC - 1: what is left above guessing."""
    return _held(2 * now.value - 1, 2 * now.low - 1, 2 * now.high - 1)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 1.0


def _held(value: float, low: float, high: float) -> Span:
    return Span(_share(value), _share(low), _share(high))


def _share(value: float) -> float:
    return 0.0 if value <= 0.0 else 1.0 if value >= 1.0 else value


_WHOLE: Mapping[str, tuple[Goal, Formula]] = {
    "clean_accuracy": (Goal.INTEGRITY, lost),
    "honest_served": (Goal.AVAILABILITY, lost),
    "latency": (Goal.AVAILABILITY, slowed),
}
_CARDS: Mapping[str, tuple[Goal, Formula]] = {
    "accuracy_under_attack": (Goal.INTEGRITY, lost),
    "trigger_success": (Goal.INTEGRITY, as_is),
    "read_as_hidden": (Goal.INTEGRITY, as_is),
    "executed": (Goal.INTEGRITY, as_is),
    "records_exposed": (Goal.CONFIDENTIALITY, as_is),
    "auc": (Goal.CONFIDENTIALITY, advantage),
    "agreement": (Goal.CONFIDENTIALITY, as_is),
    "weights_read": (Goal.CONFIDENTIALITY, as_is),
    "calls_served": (Goal.AVAILABILITY, as_is),
}
RULES: Mapping[str, tuple[Goal, Formula]] = {**_WHOLE, **{f"*.{k}": v for k, v in _CARDS.items()}}
"""Measure (`*` for any card) to the goal it harms and the formula; other measures harm none."""


def harm_of(name: str, now: Measure, opening: Mapping[str, Measure]) -> tuple[Goal, Span] | None:
    """The goal that a measure harms and by how much, or None where it harms none."""
    card, _, what = name.rpartition(".")
    rule = (_CARDS if card else _WHOLE).get(what)
    if rule is None:
        return None
    goal, formula = rule
    # An attacked accuracy is held against what the honest model reached at the opening.
    return goal, formula(now, opening.get("clean_accuracy" if card else name))
