"""The formula of each harm: from one measure, and its value at the opening, to a share in 0..1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from wargame.pipeline.outcome import Measure


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


def slowed(now: Measure, start: Measure | None) -> Span:
    """The formula h = 1 - l0 / l: twice the opening's latency is 1/2; 0 where it has none."""
    if start is None:
        return Span(0.0, 0.0, 0.0)
    return _held(
        1 - _ratio(start.value, now.value),
        1 - _ratio(start.high, now.low),
        1 - _ratio(start.low, now.high),
    )


def advantage(now: Measure, _start: Measure | None) -> Span:
    """The formula h = 2 AUC - 1: what is left above guessing."""
    return _held(2 * now.value - 1, 2 * now.low - 1, 2 * now.high - 1)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 1.0


def _held(value: float, low: float, high: float) -> Span:
    return Span(*(min(1.0, max(0.0, item)) for item in (value, low, high)))


_EXACT: dict[str, tuple[str, Formula]] = {
    "clean_accuracy": ("integrity", lost),
    "artifact_payload.executed": ("integrity", as_is),
    "membership_inference.auc": ("confidentiality", advantage),
    "model_extraction.agreement": ("confidentiality", as_is),
    "checkpoint_theft.weights_read": ("confidentiality", as_is),
    "honest_served": ("availability", lost),
    "latency": ("availability", slowed),
    "unauthorized_api.calls_served": ("availability", as_is),
}
_ENDINGS: dict[str, tuple[str, Formula]] = {
    "accuracy_under_attack": ("integrity", lost),
    "trigger_success": ("integrity", as_is),
    "read_as_hidden": ("integrity", as_is),
    "records_exposed": ("confidentiality", as_is),
}
RULES: Mapping[str, tuple[str, Formula]] = _EXACT | {f"*.{k}": v for k, v in _ENDINGS.items()}
"""Measure (`*` for any card) to the goal it harms and the formula; other measures harm none."""


def harm_of(name: str, now: Measure, opening: Mapping[str, Measure]) -> tuple[str, Span] | None:
    """The goal that a measure harms and by how much, or None where it harms none."""
    rule = _EXACT.get(name)
    start = opening.get(name)
    if rule is None:
        card, _, what = name.rpartition(".")
        rule = _ENDINGS.get(what) if card else None
        if rule is None:
            return None
        # An attacked accuracy is held against what the honest model reached at the opening.
        start = opening.get("clean_accuracy")
    goal, formula = rule
    return goal, formula(now, start)
