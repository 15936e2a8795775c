"""Round robin: everyone who can meets everyone exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from wargame.tournament.entrant import Entrant, Entry
from wargame.tournament.outcome import Fixture, MatchResult
from wargame.tournament.pairing import (
    Done,
    Format,
    Rounds,
    Setting,
    can_meet,
    drawn,
    met,
    net_missions,
    number_of_next,
    pair,
    points,
)

Pair = tuple[int, int]
"""Two places in the order of entry, the smaller first; twice the same for a mirror."""


class RoundRobin(Format):
    """Drawn by the circle method, so a round is as full as can be.

    Rounds do not depend on results: the next one can be drawn while others are played. Who comes
    late meets everyone who is still there; who leaves is met no more.
    """

    title: ClassVar[str] = "A round robin"
    two_sided: ClassVar[bool] = False
    has_mirrors: ClassVar[bool] = True
    places: ClassVar[bool] = False

    def next(
        self, entries: Sequence[Entry], rounds: Rounds, results: Sequence[MatchResult]
    ) -> Sequence[Fixture] | Done:
        """See `Format.next`; never waits."""
        del results
        number = number_of_next(rounds)
        missing = _missing(self.setting, entries, rounds, number)
        if not missing:
            return Done()
        chosen = _fullest(_circle(len(entries), self.setting.mirrors), missing)
        pairs = [(entries[one].entrant, entries[other].entrant) for one, other in chosen]
        return drawn(self.setting, number, pairs)

    def placing(
        self, entries: Sequence[Entry], rounds: Rounds, results: Sequence[MatchResult]
    ) -> tuple[str, ...]:
        """By matches won, then by the balance of missions, then by entry."""
        del rounds
        won = points(results)
        names = [entry.name for entry in entries]
        key = {name: (-won.get(name, 0), -net_missions(results, name)) for name in names}
        return tuple(sorted(names, key=lambda name: key[name]))


FORMAT = RoundRobin


def _missing(setting: Setting, entries: Sequence[Entry], rounds: Rounds, number: int) -> set[Pair]:
    """The meetings of those who are there that were not drawn yet."""
    known = met(fixture for each in rounds.values() for fixture in each)
    there = [(i, entry.entrant) for i, entry in enumerate(entries) if entry.plays(number)]
    return {
        (i, j)
        for at, (j, other) in enumerate(there)
        for i, one in there[: at + 1]
        if _due(setting, one, other) and pair(one.name, other.name) not in known
    }


def _due(setting: Setting, one: Entrant, other: Entrant) -> bool:
    return can_meet(one, other) and (one.name != other.name or setting.mirrors)


def _fullest(circle: Sequence[Sequence[Pair]], missing: set[Pair]) -> list[Pair]:
    """The round of the circle that holds most of the missing meetings, and what fits beside it."""
    held = [[each for each in round_ if each in missing] for round_ in circle]
    best = max(held, key=len)
    busy = {place for each in best for place in each}
    for i, j in sorted(missing):
        if i not in busy and j not in busy:
            best.append((i, j))
            busy |= {i, j}
    return best


def _circle(count: int, mirrors: bool) -> list[list[Pair]]:
    """All meetings of so many places in disjoint rounds; without mirrors one less where it can be.

    In round r those meet whose places sum to r (mod count). Without mirrors the last of an even
    number stands still, and meets whoever would meet itself among the others.
    """
    if not mirrors and count % 2 == 0:
        last = count - 1
        rounds = _circle(last, mirrors=True)
        return [[(i, last) if i == j else (i, j) for i, j in each] for each in rounds]
    return [
        [(i, (r - i) % count) for i in range(count) if i <= (r - i) % count] for r in range(count)
    ]
