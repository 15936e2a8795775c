"""The review of a match as plain data: for each round and side, what the other actions measure.

The regret of a move is what the best other action would have gained over it, 0 where none would.
The regrets of both sides in a round add up to how far the pair of moves was from an equilibrium
of that round alone (its "NashConv"). The turning point is the round whose other move would have
changed the whole match most; where matches were not followed to the end, the round of the greatest
regret. It is another thing than the verdict's turning round, from which on the winner led.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wargame.game.verdict import Verdict
from wargame.stages import SIDES, Side, Strength
from wargame.theory.counterfactual import Lapse


@dataclass(frozen=True, slots=True)
class Change:
    """A measure that is another one with the other action."""

    measure: str
    before: float | None
    """As played; None where it was not measured."""
    after: float | None
    unit: str
    effect: float
    """What it moves the round's mission value by; 0 where another measure hides it."""


@dataclass(frozen=True, slots=True)
class Through:
    """The match to its end with the other action, all later actions of both sides as recorded."""

    mission: float
    """Mean mission value of the rounds."""
    gain: float
    """Against the match as played; above 0 where the other action is better for the side."""
    lapsed: tuple[Lapse, ...]
    """Recorded actions that were no longer legal, so that the side passed."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another legal action, really tried."""

    action: int
    card: str | None
    """None for passing."""
    strength: Strength | None
    cost: int
    mission: float
    """Mission value of the round with it."""
    low: float
    high: float
    gain: float
    """Against the round as played; above 0 where it is better for the side."""
    clear: bool
    """Whether the two intervals leave no doubt of it."""
    changes: tuple[Change, ...]
    """What it changes, the most effective first."""
    event: str | None
    """What the other card itself would have done, in the words of the log."""
    key: str
    """Store key of the round."""
    through: Through | None = None
    """None where it was not followed."""


@dataclass(frozen=True, slots=True)
class SideReview:
    """One side's move in a round, and everything else it could have done."""

    side: Side
    action: int
    card: str | None
    strength: Strength | None
    cost: int
    alternatives: tuple[Alternative, ...]
    """By what they gain in the round, then the cheaper, then the lower number."""

    @property
    def best(self) -> Alternative | None:
        """The best reply of the round; None where nothing would have gained."""
        first = self.alternatives[0] if self.alternatives else None
        return first if first is not None and first.gain > 0 else None

    @property
    def regret(self) -> float:
        """What the best reply gains in the round; 0 where there is none."""
        return self.best.gain if self.best is not None else 0.0

    @property
    def regret_match(self) -> float | None:
        """The most that a followed alternative gains through the match; None where none was."""
        followed = [each.through.gain for each in self.alternatives if each.through is not None]
        return max(0.0, *followed) if followed else None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "action": self.action,
            "card": self.card,
            "strength": self.strength,
            "cost": self.cost,
            "regret": self.regret,
            "regret_match": self.regret_match,
            "best": self.best.action if self.best is not None else None,
            "alternatives": [_alternative(each) for each in self.alternatives],
        }


@dataclass(frozen=True, slots=True)
class RoundReview:
    """A round as played, and both sides' other moves."""

    round: int
    mission: float
    low: float
    high: float
    key: str
    sides: Mapping[Side, SideReview]
    """The sides under review."""

    @property
    def regret(self) -> float:
        """Both sides' regrets together."""
        return sum(each.regret for each in self.sides.values())

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "round": self.round,
            "mission": self.mission,
            "low": self.low,
            "high": self.high,
            "key": self.key,
            "regret": self.regret,
            "sides": {side.value: each.to_json() for side, each in self.sides.items()},
        }


@dataclass(frozen=True, slots=True)
class Turning:
    """The move that another one would have bettered most."""

    round: int
    side: Side
    reply: Alternative
    gain: float
    through_match: bool
    """Whether the gain is the whole match's, else the round's."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "round": self.round,
            "side": self.side.value,
            "action": self.reply.action,
            "gain": self.gain,
            "through_match": self.through_match,
        }


@dataclass(frozen=True, slots=True)
class Review:
    """A match under review, as far as it is done."""

    scenario: str
    fidelity: str
    all_strengths: bool
    """Whether every strength of a card was tried, or its strongest affordable one alone."""
    missions: tuple[float, ...]
    """Mission value of every played round, reviewed or not."""
    par: float
    result: Verdict | None
    """None where the match is unfinished."""
    complete: bool
    """Whether all that was asked for is done."""
    rounds: tuple[RoundReview, ...]

    @property
    def mission(self) -> float:
        """Mean mission value of the match as played."""
        return sum(self.missions) / len(self.missions) if self.missions else 0.0

    @property
    def turning(self) -> Turning | None:
        """The turning point; the first of equals, None where nobody had any regret."""
        sides = [(each.round, one) for each in self.rounds for one in each.sides.values()]
        tried = [(number, one, alt) for number, one in sides for alt in one.alternatives]
        followed = all(one.regret_match is not None for _, one in sides if one.alternatives)
        found = [
            Turning(number, one.side, alt, alt.through.gain, through_match=True)
            for number, one, alt in tried
            if followed and alt.through is not None
        ] or [
            Turning(number, one.side, alt, alt.gain, through_match=False)
            for number, one, alt in tried
        ]
        most = max(found, key=lambda each: each.gain, default=None)
        return most if most is not None and most.gain > 0 else None

    def wins(self, alternative: Alternative) -> Side | None:
        """Who would have won the finished match with it, if not who won; else None."""
        if self.result is None or alternative.through is None:
            return None
        winner = Side.ATTACKER if alternative.through.mission > self.par else Side.DEFENDER
        return winner if winner is not self.result.winner else None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        turning = self.turning
        return {
            "scenario": self.scenario,
            "fidelity": self.fidelity,
            "strengths": "all" if self.all_strengths else "strongest",
            "complete": self.complete,
            "finished": self.result is not None,
            "missions": list(self.missions),
            "mission": self.mission,
            "par": self.par,
            "result": self.result.to_json() if self.result is not None else None,
            "turning_point": turning.to_json() if turning is not None else None,
            "regret": {
                side.value: sum(each.sides[side].regret for each in self.rounds)
                for side in SIDES
                if any(side in each.sides for each in self.rounds)
            },
            "rounds": [each.to_json() for each in self.rounds],
        }


def _alternative(each: Alternative) -> dict[str, Any]:
    through = each.through
    return {
        "action": each.action,
        "card": each.card,
        "strength": each.strength,
        "cost": each.cost,
        "mission": each.mission,
        "low": each.low,
        "high": each.high,
        "gain": each.gain,
        "clear": each.clear,
        "changes": [
            {
                "measure": change.measure,
                "before": change.before,
                "after": change.after,
                "unit": change.unit,
                "effect": change.effect,
            }
            for change in each.changes
        ],
        "event": each.event,
        "key": each.key,
        "through": None
        if through is None
        else {
            "mission": through.mission,
            "gain": through.gain,
            "lapsed": [lapse._asdict() for lapse in through.lapsed],
        },
    }
