"""Who won a match, by how much, and what decided it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from wargame.game.report import Score
from wargame.game.terms import Scenario
from wargame.stages import Side


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of a match."""

    winner: Side
    """The attacker where the mean mission value lies above par, else the defender."""
    mission: float
    """Mean mission value of the rounds."""
    low: float
    high: float
    par: float
    margin: float
    """Mission less par; below 0 the defender won."""
    certain: bool
    """Whether the whole interval of the mission lies on the winner's side of par."""
    decided_by: str | None
    """The measure that added most to the mission value; None where nothing was harmed."""
    share: float
    """Its part of all that was added, 0..1."""
    turning_round: int
    """The round from which on the winner led without a break, by the running mean."""
    words: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self)


LITTLE = 0.05
"""Mean mission value below which no cause is named as having decided a match."""


def verdict(scores: Sequence[Score], scenario: Scenario) -> Verdict:
    """Who won and what decided it.

    Each round credits each goal's weighted harm to the goal's greatest component.

    Args:
        scores: one a round, the first round first.
        scenario: gives par and the weights.
    """
    par = scenario.mission.par
    mission = _mean([each.mission for each in scores])
    low, high = _mean([each.low for each in scores]), _mean([each.high for each in scores])
    winner = Side.ATTACKER if mission > par else Side.DEFENDER
    cause, share = _cause(scores, scenario)
    turning = _turning([each.mission for each in scores], par)
    return Verdict(
        winner=winner,
        mission=mission,
        low=low,
        high=high,
        par=par,
        margin=mission - par,
        certain=low > par if winner is Side.ATTACKER else high <= par,
        decided_by=cause,
        share=share,
        turning_round=turning,
        words=_words(winner, mission, par, cause, share, turning, len(scores)),
    )


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _cause(scores: Sequence[Score], scenario: Scenario) -> tuple[str | None, float]:
    weights = scenario.mission.weights.model_dump()
    gained: dict[str, float] = defaultdict(float)
    for each in scores:
        for harm in each.harms:
            if harm.components:
                gained[harm.components[0].measure] += weights[harm.goal.value] * harm.value
    total = sum(gained.values())
    if total <= 0:
        return None, 0.0
    cause = min(gained, key=lambda name: (-gained[name], name))
    return cause, gained[cause] / total


def _turning(missions: list[float], par: float) -> int:
    total, turning, ahead = 0.0, 1, None
    for number, mission in enumerate(missions, start=1):
        total += mission
        attacker = total / number > par
        if attacker is not ahead:
            turning, ahead = number, attacker
    return turning


def _words(
    winner: Side, mission: float, par: float, cause: str | None, share: float, turning: int, n: int
) -> str:
    verb = "won" if winner is Side.ATTACKER else "held"
    head = f"The {winner.value} {verb}: mean mission value {mission:.3f} against par {par:.3f}."
    if cause is None:
        return f"{head} Nothing was harmed."
    if mission < LITTLE:
        # A share of next to nothing decides nothing: it is mostly what the intervals allow anyway.
        return f"{head} Little was harmed, most of it through {cause}."
    whole = f"{cause} gave {share:.0%} of what the attacker gained"
    lead = "from the first round" if turning == 1 else f"from round {turning} of {n}"
    return f"{head} {whole}; the {winner.value} led {lead} to the end."
