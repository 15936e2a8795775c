"""Ladder: neighbours meet, and the lower one takes the place if it wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from wargame.tournament.entrant import Entry
from wargame.tournament.outcome import Fixture, MatchResult
from wargame.tournament.pairing import (
    Done,
    Format,
    Rounds,
    Wait,
    complete,
    drawn,
    winner,
)


class Ladder(Format):
    """The ladder stands in the order of entry; each pass goes up it from the bottom.

    A round is one meeting of two neighbours; the upper one stays where all is equal. Who comes late
    stands at the bottom, and climbs from the next pass on; who leaves makes room for those below.
    """

    title: ClassVar[str] = "A ladder"
    counts_rounds: ClassVar[bool] = True
    passes: ClassVar[int] = 2
    """Where the terms say nothing: `Setting.rounds` are passes."""

    def next(
        self, entries: Sequence[Entry], rounds: Rounds, results: Sequence[MatchResult]
    ) -> Sequence[Fixture] | Wait | Done:
        """See `Format.next`."""
        if not complete(rounds, results):
            return Wait()
        climb = self._replayed(entries, rounds, results)
        if climb.place == 0:
            return Done()
        by_name = {entry.name: entry.entrant for entry in entries}
        upper, lower = climb.order[climb.place - 1], climb.order[climb.place]
        return drawn(self.setting, climb.number, [(by_name[upper], by_name[lower])])

    def placing(
        self, entries: Sequence[Entry], rounds: Rounds, results: Sequence[MatchResult]
    ) -> tuple[str, ...]:
        """As the ladder stands; those who left come last, in the order of entry."""
        order = self._replayed(entries, rounds, results).order
        gone = [entry.name for entry in entries if entry.name not in order]
        return (*order, *gone)

    def _replayed(
        self, entries: Sequence[Entry], rounds: Rounds, results: Sequence[MatchResult]
    ) -> _Climb:
        climb = _Climb([], 1, 0)
        for _ in range(self.setting.rounds or self.passes):
            climb.settle(entries)
            climb.place = len(climb.order) - 1
            while climb.place > 0:
                if climb.number not in rounds:
                    return climb
                own = [each for each in results if each.fixture.round == climb.number]
                climb.meet(own)
                climb.number += 1
                climb.settle(entries)
        climb.place = 0
        return climb


FORMAT = Ladder


@dataclass
class _Climb:
    """Where a pass stands."""

    order: list[str]
    """The top first."""
    number: int
    """Of the round to come."""
    place: int
    """Whoever stands here challenges the one above; 0 where the pass is over."""

    def meet(self, results: Sequence[MatchResult]) -> None:
        """The challenger meets the one above."""
        upper, lower = self.order[self.place - 1], self.order[self.place]
        if winner(results, upper, lower) == lower:
            self.order[self.place - 1 : self.place + 1] = [lower, upper]
        self.place -= 1

    def settle(self, entries: Sequence[Entry]) -> None:
        """Takes those off who left before the round to come, and lets newcomers stand below."""
        there = [entry.name for entry in entries if entry.plays(self.number)]
        known = set(self.order)
        self.place -= sum(name not in there for name in self.order[: self.place])
        self.order = [name for name in self.order if name in there]
        self.order += [name for name in there if name not in known]
        self.place = min(self.place, len(self.order) - 1)
