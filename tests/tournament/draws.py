"""Tournaments on paper, for tests of formats: entrants come and go, results are made up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from wargame.sandbox.limits import Status
from wargame.stages import SIDES, Side
from wargame.tournament.entrant import Entrant, Entry, Kind, Submission
from wargame.tournament.outcome import Fixture, MatchResult
from wargame.tournament.pairing import Done, Format, Setting, Wait

SETTING = Setting(("plains",), (7,))
BOTH = frozenset(SIDES)
Judge = Callable[[Fixture], float]
"""Mission of a match; the attacker wins above one half."""


def entrant(name: str, sides: frozenset[Side] = BOTH) -> Entrant:
    """Somebody who plays these sides."""
    return Entrant(name, name, dict.fromkeys(sides, Submission(Kind.READY, word="random")))


def named(count: int) -> list[Entrant]:
    """So many who play both sides: p00, p01, …"""
    return [entrant(f"p{number:02d}") for number in range(count)]


def judged(fixture: Fixture, mission: float) -> MatchResult:
    """The result of a match with this mission and a par of one half."""
    return MatchResult(
        fixture=fixture,
        winner=Side.ATTACKER if mission > 0.5 else Side.DEFENDER,
        mission=mission,
        par=0.5,
        missions=(mission,),
        plays=((0, 0),),
        status=dict.fromkeys(SIDES, Status.OK),
    )


def by_strength(strength: dict[str, float]) -> Judge:
    """The stronger of two wins, by more the stronger it is."""
    return lambda fixture: 0.5 + 0.4 * (strength[fixture.attacker] - strength[fixture.defender])


@dataclass
class Paper:
    """A tournament on paper."""

    format: Format
    entries: list[Entry]
    judge: Judge
    rounds: dict[int, list[Fixture]] = field(default_factory=dict)
    results: list[MatchResult] = field(default_factory=list)
    most: int = 3000

    @property
    def number(self) -> int:
        """Of the round to come."""
        return len(self.rounds) + 1

    def join(self, new: Entrant) -> None:
        """Somebody comes before the round to come."""
        self.entries.append(Entry(new, self.number))

    def leave(self, name: str) -> None:
        """Somebody goes before the round to come."""
        self.entries = [
            Entry(each.entrant, each.joined, self.number) if each.name == name else each
            for each in self.entries
        ]

    def step(self) -> bool:
        """Draws and plays a round; whether there was one."""
        drawn = self.format.next(self.entries, self.rounds, self.results)
        if isinstance(drawn, Done):
            return False
        assert not isinstance(drawn, Wait), "all results are in"
        assert drawn, "a round has fixtures"
        assert list(drawn) == sorted(set(drawn))
        assert {fixture.round for fixture in drawn} == {self.number}
        self.rounds[self.number] = list(drawn)
        self.results += [judged(fixture, self.judge(fixture)) for fixture in drawn]
        assert len(self.rounds) < self.most, "it does not end"
        return True

    def finish(self) -> None:
        """Plays on to the end."""
        while self.step():
            pass


def opponents(fixtures: Sequence[Fixture]) -> list[frozenset[str]]:
    """The meetings of a round, each once."""
    return sorted({frozenset((f.attacker, f.defender)) for f in fixtures}, key=sorted)


def disjoint(fixtures: Sequence[Fixture]) -> bool:
    """Whether nobody is in two meetings."""
    seen = [name for each in opponents(fixtures) for name in each]
    return len(seen) == len(set(seen))


def begin(format_: Format, entrants: Sequence[Entrant], judge: Judge) -> Paper:
    """A tournament that nobody has played in yet."""
    return Paper(format_, [Entry(each) for each in entrants], judge)
