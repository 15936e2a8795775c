"""Knock-out: who loses a meeting is out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from wargame.errors import WargameError
from wargame.tournament.entrant import Entrant, Entry
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

Seed = int | None
"""A place in the order of entry; None for nobody."""


class KnockOut(Format):
    """A bracket seeded by entry; byes go to the first. The semi-finals' losers meet for third.

    A meeting is won by matches won, then by the balance of missions, then by the better seed. Who
    leaves loses by walkover, and a round of walkovers alone is not drawn.
    """

    title: ClassVar[str] = "A knock-out tournament"

    def next(
        self, entries: Sequence[Entry], rounds: Rounds, results: Sequence[MatchResult]
    ) -> Sequence[Fixture] | Wait | Done:
        """See `Format.next`."""
        if not complete(rounds, results):
            return Wait()
        bracket = _replayed(entries, rounds, results)
        if not bracket.pairs:
            return Done()
        meetings = [(entries[one].entrant, entries[two].entrant) for one, two in bracket.pairs]
        return drawn(self.setting, bracket.number, meetings)

    def placing(
        self, entries: Sequence[Entry], rounds: Rounds, results: Sequence[MatchResult]
    ) -> tuple[str, ...]:
        """Who is still in, then who was longest in; by seed among equals."""
        bracket = _replayed(entries, rounds, results)
        places = sorted(
            range(len(entries)), key=lambda seed: (-bracket.reached.get(seed, -1), seed)
        )
        return tuple(entries[seed].name for seed in places)

    def admit(self, entrant: Entrant, number: int) -> None:
        """See `Format.admit`."""
        if number > 1:
            raise WargameError(
                f"{entrant.name} comes too late: the bracket of a knock-out tournament is drawn "
                "with its first round"
            )
        super().admit(entrant, number)


FORMAT = KnockOut


@dataclass
class _Bracket:
    """Where a knock-out stands."""

    slots: list[Seed]
    """Who stands where in the coming level; neighbours meet."""
    number: int = 1
    """Of the round to come."""
    level: int = 1
    """Of the bracket; a level of walkovers alone takes no round."""
    pairs: list[tuple[int, int]] = field(default_factory=list)
    """Who meets in it; nobody when all is over."""
    third: tuple[Seed, Seed] = (None, None)
    """Losers of the semi-finals."""
    reached: dict[int, float] = field(default_factory=dict)
    """How far each came."""


def _replayed(entries: Sequence[Entry], rounds: Rounds, results: Sequence[MatchResult]) -> _Bracket:
    """The bracket after all rounds whose results are in."""
    seeds = [i for i, entry in enumerate(entries) if entry.joined <= 1]
    bracket = _Bracket(_slots(seeds), reached=dict.fromkeys(seeds, 0.0))
    while len(bracket.slots) > 1:
        level = [_there(entries, seed, bracket.number) for seed in bracket.slots]
        if len(level) == 2:
            level += [_there(entries, seed, bracket.number) for seed in bracket.third]
        pairs = list(zip(level[::2], level[1::2], strict=True))
        bracket.pairs = [(one, two) for one, two in pairs if one is not None and two is not None]
        if bracket.pairs and bracket.number not in rounds:
            return bracket
        _advance(bracket, pairs, entries, results)
        bracket.number += bool(bracket.pairs)
        bracket.pairs = []
    return bracket


def _slots(seeds: Sequence[int]) -> list[Seed]:
    """The bracket: as long as all win who should, the best meet as late as can be."""
    order = [0]
    while len(order) < len(seeds):
        size = 2 * len(order)
        order = [each for place in order for each in (place, size - 1 - place)]
    return [seeds[place] if place < len(seeds) else None for place in order]


def _there(entries: Sequence[Entry], seed: Seed, number: int) -> Seed:
    return seed if seed is not None and entries[seed].plays(number) else None


def _advance(
    bracket: _Bracket,
    pairs: Sequence[tuple[Seed, Seed]],
    entries: Sequence[Entry],
    results: Sequence[MatchResult],
) -> None:
    """Goes on to the next level."""
    own = [each for each in results if each.fixture.round == bracket.number]
    level, size = bracket.level, len(bracket.slots)
    won = [_won(entries, one, two, own) for one, two in pairs]
    bracket.reached |= {seed: level for seed in bracket.slots if seed is not None}
    if size == 4:
        losers = [
            next((seed for seed in each if seed is not None and seed != best), None)
            for each, best in zip(pairs, won, strict=True)
        ]
        bracket.third = losers[0], losers[1]
    if size == 2:
        champion, third = won
        bracket.reached |= {} if champion is None else {champion: level + 1}
        bracket.reached |= {} if third is None else {third: level - 0.5}
    bracket.slots = won[: size // 2]
    bracket.level += 1


def _won(entries: Sequence[Entry], one: Seed, two: Seed, results: Sequence[MatchResult]) -> Seed:
    if one is None or two is None:
        return one if two is None else two
    better, worse = sorted((one, two))
    name = winner(results, entries[better].name, entries[worse].name)
    return better if entries[better].name == name else worse
