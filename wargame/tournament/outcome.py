"""A match of a tournament: who meets whom, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from wargame.sandbox.limits import Status
from wargame.stages import SIDES, Side


class Fixture(NamedTuple):
    """A match to be played; its fields in this order are also the order of matches."""

    round: int
    """Of the tournament, from 1."""
    scenario: str
    attacker: str
    """Name of the entrant."""
    defender: str
    seed: int

    def player(self, side: Side) -> str:
        """Name of the entrant that plays a side."""
        return self.attacker if side is Side.ATTACKER else self.defender

    @property
    def key(self) -> str:
        """The match's name in files and addresses."""
        # Names may hold dashes, but no dots.
        parts = (f"{self.round:03d}", self.scenario, self.attacker, self.defender, str(self.seed))
        return ".".join(parts)

    @property
    def mirror(self) -> bool:
        """Whether an entrant meets itself: counts for the equilibrium alone, not for ratings."""
        return self.attacker == self.defender


@dataclass(frozen=True, slots=True)
class MatchResult:
    """A match that was played, or forfeited; nothing in it depends on the clock."""

    fixture: Fixture
    winner: Side | None
    """None where both sides offended in the same round: both lose."""
    mission: float
    """Mean mission value, 0..1: the attacker's gain. Of a forfeit: 0 where the attacker offended,
    1 where the defender did, and par where both did."""
    par: float
    """The attacker wins above it."""
    missions: tuple[float, ...]
    """Of the rounds that were played."""
    plays: tuple[tuple[int, int], ...]
    """Actions of these rounds: the attacker's and the defender's."""
    status: Mapping[Side, Status]
    faults: Mapping[Side, str] = field(default_factory=dict)
    """What each offender did, in words."""
    decided_by: str | None = None
    """The measure that decided it; see `wargame.game.verdict`."""
    words: str = ""
    """Who won and why."""

    @property
    def forfeit(self) -> bool:
        """Whether it ended by an offence."""
        return any(status is not Status.OK for status in self.status.values())

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "fixture": self.fixture._asdict(),
            "winner": self.winner,
            "mission": self.mission,
            "par": self.par,
            "missions": list(self.missions),
            "plays": [list(pair) for pair in self.plays],
            "status": {side.value: self.status[side].value for side in SIDES},
            "faults": {side.value: text for side, text in sorted(self.faults.items())},
            "decided_by": self.decided_by,
            "words": self.words,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What `to_json` told."""
        return cls(
            fixture=Fixture(**data["fixture"]),
            winner=None if data["winner"] is None else Side(data["winner"]),
            mission=data["mission"],
            par=data["par"],
            missions=tuple(data["missions"]),
            plays=tuple((one, two) for one, two in data["plays"]),
            status={side: Status(data["status"][side.value]) for side in SIDES},
            faults={Side(side): text for side, text in data["faults"].items()},
            decided_by=data["decided_by"],
            words=data["words"],
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a match beside its result."""

    record: bytes
    """The match's record (JSON Lines, as `wargame.game.record` writes it); a forfeit's ends before
    the round of the offence and has no result line."""
    output: Mapping[Side, str]
    """What each isolated entrant wrote to its standard error, cut at the limit."""
    seconds: float
    """How long it took; the only thing here that depends on the clock."""
