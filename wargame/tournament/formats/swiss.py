"""Swiss: in each round those meet who did about as well so far and have not met yet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from wargame.tournament import matching
from wargame.tournament.entrant import Entry
from wargame.tournament.outcome import Fixture, MatchResult
from wargame.tournament.pairing import (
    Done,
    Format,
    Rounds,
    Wait,
    complete,
    drawn,
    met,
    number_of_next,
    pair,
    points,
)


class Swiss(Format):
    """A match won is a point. Ties are parted by Buchholz, then by entry.

    Where an odd number is there, one has a bye, which counts as all points of a meeting: the
    lowest of those with fewest byes. Nobody meets anybody twice while that can be avoided in the
    round; within that, each meets one of the same points where there is one, the upper half of a
    group the lower half. Who comes late starts without points; who leaves keeps them.
    """

    title: ClassVar[str] = "A Swiss tournament"
    counts_rounds: ClassVar[bool] = True

    def next(
        self, entries: Sequence[Entry], rounds: Rounds, results: Sequence[MatchResult]
    ) -> Sequence[Fixture] | Wait | Done:
        """See `Format.next`."""
        if not complete(rounds, results):
            return Wait()
        number = number_of_next(rounds)
        table = _Table(self, entries, rounds, results)
        there = {entry.name: entry.entrant for entry in entries if entry.plays(number)}
        if number > self.length(entries) or len(there) < 2:
            return Done()
        pairs = _pairs(table, [name for name in table.order if name in there])
        return drawn(self.setting, number, [(there[one], there[other]) for one, other in pairs])

    def placing(
        self, entries: Sequence[Entry], rounds: Rounds, results: Sequence[MatchResult]
    ) -> tuple[str, ...]:
        """By points, then Buchholz, then entry."""
        return _Table(self, entries, rounds, results).order

    def length(self, entries: Sequence[Entry]) -> int:
        """Rounds in all; who comes late changes nothing in them."""
        if self.setting.rounds is not None:
            return self.setting.rounds
        first = sum(entry.joined <= 1 for entry in entries)
        return max(1, math.ceil(math.log2(max(first, 1)))) + 1

    @property
    def bye(self) -> int:
        """Points of a bye: all matches of a meeting."""
        return 2 * len(self.setting.scenarios) * len(self.setting.seeds)


FORMAT = Swiss


class _Table:
    """Points, byes and meetings of everybody after the rounds that were drawn."""

    def __init__(
        self, swiss: Swiss, entries: Sequence[Entry], rounds: Rounds, results: Sequence[MatchResult]
    ) -> None:
        names = [entry.name for entry in entries]
        won = points(results)
        self.byes = dict.fromkeys(names, 0)
        self.met: dict[tuple[str, str], int] = {}
        for number, fixtures in rounds.items():
            pairs = met(fixtures)
            playing = {name for each in pairs for name in each}
            for each in pairs:
                self.met[each] = self.met.get(each, 0) + 1
            for entry in entries:
                self.byes[entry.name] += entry.plays(number) and entry.name not in playing
        self.points = {name: won.get(name, 0) + swiss.bye * self.byes[name] for name in names}
        buchholz = dict.fromkeys(names, 0)
        for (one, other), times in self.met.items():
            buchholz[one] += times * self.points[other]
            buchholz[other] += times * self.points[one]
        self.order = tuple(sorted(names, key=lambda name: (-self.points[name], -buchholz[name])))

    def times(self, one: str, other: str) -> int:
        """How often two have met."""
        return self.met.get(pair(one, other), 0)


def _pairs(table: _Table, names: list[str]) -> list[tuple[str, str]]:
    """Everybody in pairs, by the order of the table, with as few second meetings as can be."""
    left = _without_bye(table, names) if len(names) % 2 else list(names)
    fresh = _fresh(table, left)
    pairs = []
    while left:
        one, *rest = left
        for other in _preferred(table, one, rest):
            after = [name for name in rest if name != other]
            still = _fresh(table, after)
            if still + (table.times(one, other) == 0) == fresh:
                pairs.append((one, other))
                left, fresh = after, still
                break
    return pairs


def _without_bye(table: _Table, names: list[str]) -> list[str]:
    fewest = min(table.byes[name] for name in names)
    options = [name for name in reversed(names) if table.byes[name] == fewest]
    rests = [[name for name in names if name != bye] for bye in options]
    full = len(names) // 2
    best: list[str] = []
    most = -1
    for rest in rests:
        fresh = _fresh(table, rest)
        if fresh > most:
            best, most = rest, fresh
        if most == full:
            break
    return best


def _fresh(table: _Table, names: Sequence[str]) -> int:
    """The most first meetings that a round among these can have."""
    return matching.size(
        [
            [j for j, other in enumerate(names) if i != j and not table.times(one, other)]
            for i, one in enumerate(names)
        ]
    )


def _preferred(table: _Table, one: str, rest: Sequence[str]) -> list[str]:
    """Opponents for the first that is left: few meetings, near points, the other half's first."""
    group = [name for name in rest if table.points[name] == table.points[one]]
    half = len(group) // 2
    turned = group[half:] + group[half - 1 :: -1] if half else group
    lower = [name for name in rest if table.points[name] != table.points[one]]
    return sorted([*turned, *lower], key=lambda other: table.times(one, other))
