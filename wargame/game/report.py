"""Turns measurements into harms, a mission value and costs; pure, and without any chance.

Every harm is a share in 0..1 computed from one measure by the formula of its row in `harm.RULES`.
The harm to a goal is its greatest component: the worst thing that happened to it this round. The
mission value of a round is the sum of the three harms by the scenario's weights: what the attacker
gains and the defender loses. Costs stand beside it and enter no sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from wargame.game.harm import Goal, harm_of, lost
from wargame.game.terms import Scenario
from wargame.pipeline.outcome import Measure, Outcome


class Component(NamedTuple):
    """The harm read from one measure, with its 95 % interval."""

    measure: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Harm:
    """The harm to one goal: its greatest component."""

    goal: Goal
    value: float
    low: float
    high: float
    components: tuple[Component, ...]
    """Greatest first."""


@dataclass(frozen=True, slots=True)
class Score:
    """What a round was worth.

    The intervals are conservative: every measure is taken at the end of its own 95 % interval.
    """

    mission: float
    """The attacker's gain in 0..1; the defender's is its negative."""
    low: float
    high: float
    harms: tuple[Harm, ...]
    """In the order of `Goal`."""
    costs: Mapping[str, float]
    """What the round cost, in the measures' own units."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        data = asdict(self)
        for harm, each in zip(self.harms, data["harms"], strict=True):
            each["components"] = [part._asdict() for part in harm.components]
        return data


def score(outcome: Outcome, opening: Outcome, scenario: Scenario) -> Score:
    """The score of a round.

    Args:
        outcome: the round.
        opening: the honest start, which losses are measured against.
        scenario: gives the weights.
    """
    found: dict[Goal, list[Component]] = {goal: [] for goal in Goal}
    for name, measure in outcome.measures.items():
        harm = harm_of(name, measure, opening.measures)
        if harm is not None:
            goal, span = harm
            found[goal].append(Component(name, *span))
    harms = tuple(_worst(goal, parts) for goal, parts in found.items())
    weights = scenario.mission.weights
    shares = (weights.integrity, weights.confidentiality, weights.availability)
    return Score(
        mission=_sum(shares, [harm.value for harm in harms]),
        low=_sum(shares, [harm.low for harm in harms]),
        high=_sum(shares, [harm.high for harm in harms]),
        harms=harms,
        costs=_costs(outcome.measures),
    )


def _worst(goal: Goal, parts: list[Component]) -> Harm:
    if not parts:
        return Harm(goal, 0.0, 0.0, 0.0, ())
    ordered = tuple(sorted(parts, key=lambda part: (-part.value, part.measure)))
    low = max([part.low for part in parts])
    high = max([part.high for part in parts])
    return Harm(goal, ordered[0].value, low, high, ordered)


def _sum(shares: tuple[float, ...], values: list[float]) -> float:
    total = sum(share * value for share, value in zip(shares, values, strict=True))
    return min(1.0, max(0.0, total))


def _costs(measures: Mapping[str, Measure]) -> dict[str, float]:
    costs = {}
    for name in ("training_cost", "latency"):
        if name in measures:
            costs[name] = measures[name].value
    if "honest_served" in measures:
        costs["honest_refused"] = lost(measures["honest_served"], None).value
    return costs
