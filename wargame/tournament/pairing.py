"""What all formats share: the fixtures of a meeting, and the questions a driver asks a format.

A *meeting* of two entrants is all their fixtures of a round: every scenario, both orientations that
their sides allow, every seed. Formats are pure functions of who is there, what was drawn and what
came of it, so a tournament that was interrupted is drawn again as it was.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from wargame.errors import WargameError
from wargame.stages import Side
from wargame.tournament.entrant import Entrant, Entry
from wargame.tournament.outcome import Fixture, MatchResult

Rounds = Mapping[int, Sequence[Fixture]]
"""The rounds drawn so far, by number from 1, without a gap."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The next round depends on results that are not in."""


@dataclass(frozen=True, slots=True)
class Done:
    """There is no further round, unless somebody joins a format that lets them."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a tournament's terms say of its matches."""

    scenarios: tuple[str, ...]
    """Names, each once."""
    seeds: tuple[int, ...]
    """Of the matches of each pair, each way; each once."""
    rounds: int | None = None
    """How long it goes on, in the format's own unit; None for the format's default."""
    mirrors: bool = False
    """Whether an entrant also meets itself, where the format knows such meetings."""


class Format(ABC):
    """A way to draw rounds."""

    title: ClassVar[str]
    two_sided: ClassVar[bool] = True
    """Whether only entrants that play both sides can take part."""
    counts_rounds: ClassVar[bool] = False
    """Whether `Setting.rounds` means something."""
    has_mirrors: ClassVar[bool] = False
    """Whether `Setting.mirrors` means something."""
    places: ClassVar[bool] = True
    """Whether its own order says who won; else the ratings do."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    @abstractmethod
    def next(
        self, entries: Sequence[Entry], rounds: Rounds, results: Sequence[MatchResult]
    ) -> Sequence[Fixture] | Wait | Done:
        """The next round: number `max(rounds) + 1`, at least one fixture, sorted.

        Args:
            entries: everybody who ever entered, in order of entry.
            rounds: those drawn so far; also such as are not played yet.
            results: those that are in, in any order.
        """

    @abstractmethod
    def placing(
        self, entries: Sequence[Entry], rounds: Rounds, results: Sequence[MatchResult]
    ) -> tuple[str, ...]:
        """Names in the format's own order so far, the best first; those who left count on."""

    def admit(self, entrant: Entrant, number: int) -> None:
        """Checks that an entrant can join in a round.

        Raises:
            WargameError: it cannot; says why.
        """
        del number
        if self.two_sided and not entrant.two_sided:
            raise one_sided(self.title, [entrant])

    def check(self, entrants: Sequence[Entrant]) -> None:
        """Checks that a tournament can begin.

        Raises:
            WargameError: somebody cannot take part, or no two can meet; names them.
        """
        one = [entrant for entrant in entrants if not entrant.two_sided]
        if self.two_sided and one:
            raise one_sided(self.title, one)
        if not any(can_meet(a, b) for i, a in enumerate(entrants) for b in entrants[:i]):
            raise WargameError("a tournament needs an attacker and another entrant that defends")


def one_sided(title: str, entrants: Sequence[Entrant]) -> WargameError:
    """The error that names those who play one side only."""
    who = ", ".join(f"{each.name} (the {each.sides[0].value} only)" for each in entrants)
    return WargameError(
        f"{title} is for entrants that play both sides, and these do not: {who}; "
        "a round robin takes them, and two can enter as one: "
        "{name: duo, attacker: poisoner, defender: vigilant}"
    )


def can_meet(one: Entrant, other: Entrant) -> bool:
    """Whether one can attack where the other defends."""
    return _attacks(one, other) or _attacks(other, one)


def _attacks(one: Entrant, other: Entrant) -> bool:
    return Side.ATTACKER in one.by and Side.DEFENDER in other.by


def meeting(setting: Setting, number: int, one: Entrant, other: Entrant) -> list[Fixture]:
    """All fixtures of two entrants in a round; an entrant meets itself one way only."""
    ways = [(one, other)] if one.name == other.name else [(one, other), (other, one)]
    return sorted(
        Fixture(number, scenario, attacker.name, defender.name, seed)
        for attacker, defender in ways
        if _attacks(attacker, defender)
        for scenario in setting.scenarios
        for seed in setting.seeds
    )


def drawn(
    setting: Setting, number: int, pairs: Iterable[tuple[Entrant, Entrant]]
) -> tuple[Fixture, ...]:
    """The fixtures of a round's meetings, sorted."""
    return tuple(sorted(f for one, other in pairs for f in meeting(setting, number, one, other)))


def number_of_next(rounds: Rounds) -> int:
    """Of the round to be drawn."""
    return max(rounds, default=0) + 1


def complete(rounds: Rounds, results: Sequence[MatchResult]) -> bool:
    """Whether every match drawn so far was played."""
    return {fixture for each in rounds.values() for fixture in each} <= {
        result.fixture for result in results
    }


def pair(one: str, other: str) -> tuple[str, str]:
    """Two names, in a fixed order."""
    return (one, other) if one <= other else (other, one)


def met(fixtures: Iterable[Fixture]) -> set[tuple[str, str]]:
    """The pairs that meet."""
    return {pair(fixture.attacker, fixture.defender) for fixture in fixtures}


def points(results: Iterable[MatchResult]) -> dict[str, int]:
    """Matches won by each who played, mirrors aside: both offending is a win to nobody."""
    won: dict[str, int] = {}
    for result in results:
        fixture = result.fixture
        if fixture.mirror:
            continue
        for side, name in ((Side.ATTACKER, fixture.attacker), (Side.DEFENDER, fixture.defender)):
            won[name] = won.get(name, 0) + (result.winner is side)
    return won


def net_missions(results: Iterable[MatchResult], name: str) -> float:
    """Missions gained as the attacker less missions suffered as the defender."""
    own = [each for each in results if not each.fixture.mirror]
    gained = math.fsum(each.mission for each in own if each.fixture.attacker == name)
    return gained - math.fsum(each.mission for each in own if each.fixture.defender == name)


def winner(results: Iterable[MatchResult], better: str, worse: str) -> str:
    """Who won a meeting: by matches won, then by the balance of missions, then the better seed.

    Args:
        results: of the meeting.
        better: who is placed higher before it.
        worse: the other.
    """
    own = [
        each
        for each in results
        if pair(each.fixture.attacker, each.fixture.defender) == pair(better, worse)
    ]
    won = points(own)
    ahead = won.get(better, 0), net_missions(own, better)
    behind = won.get(worse, 0), net_missions(own, worse)
    return worse if behind > ahead else better
