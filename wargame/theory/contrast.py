"""Two resolved rounds side by side: which measures differ, and what that does to the mission."""

from __future__ import annotations

from wargame.game.harm import Goal, harm_of
from wargame.game.terms import Scenario
from wargame.pipeline.outcome import Outcome
from wargame.theory.counterfactual import Worth
from wargame.theory.review import Change

KEPT = 6
"""Changed measures that are kept."""


class Contrast:
    """Compares rounds of one match.

    Args:
        opening: the honest start, which losses are measured against.
        rules: gives the weights of the goals.
    """

    def __init__(self, opening: Outcome, rules: Scenario) -> None:
        self._opening = opening.measures
        self._weights: dict[str, float] = rules.mission.weights.model_dump()

    def changes(self, was: Worth, now: Worth) -> tuple[Change, ...]:
        """The measures that differ: first those that move the mission, then by their own harm."""
        names = {*was.outcome.measures, *now.outcome.measures}
        found = [self._change(name, was, now) for name in names]
        changed = [(change, harm) for change, harm in found if change.before != change.after]
        changed.sort(key=lambda each: (-abs(each[0].effect), -abs(each[1]), each[0].measure))
        return tuple(change for change, _ in changed[:KEPT])

    def _change(self, name: str, was: Worth, now: Worth) -> tuple[Change, float]:
        before, after = was.outcome.measures.get(name), now.outcome.measures.get(name)
        goal, harm = self._harm(name, was, now)
        effect = self._moved(goal, was, now) if goal and name in _greatest(was, now) else 0.0
        unit = next(measure.unit for measure in (before, after) if measure is not None)
        change = Change(
            name,
            before.value if before is not None else None,
            after.value if after is not None else None,
            unit,
            effect,
        )
        return change, harm

    def _harm(self, name: str, was: Worth, now: Worth) -> tuple[Goal | None, float]:
        """The goal that a measure harms, and how much more it harms it now."""
        goal: Goal | None = None
        values: list[float] = []
        for worth in (was, now):
            measure = worth.outcome.measures.get(name)
            found = harm_of(name, measure, self._opening) if measure is not None else None
            goal = found[0] if found is not None else goal
            values.append(found[1].value if found is not None else 0.0)
        return goal, values[1] - values[0]

    def _moved(self, goal: Goal, was: Worth, now: Worth) -> float:
        before, after = (
            next(harm.value for harm in worth.score.harms if harm.goal is goal)
            for worth in (was, now)
        )
        return self._weights[goal.value] * (after - before)


def _greatest(*rounds: Worth) -> set[str]:
    """The measures that a goal's harm was read from; others are hidden behind them."""
    harms = [harm for worth in rounds for harm in worth.score.harms]
    return {harm.components[0].measure for harm in harms if harm.components}


def said(card: str | None, was: Worth, now: Worth) -> str | None:
    """What a card's line in the log says now that it did not say before."""
    told = set(was.outcome.events)
    own = [e for e in now.outcome.events if e.startswith(f"{card}: ") and e not in told]
    return own[0].partition(": ")[2] if own else None
