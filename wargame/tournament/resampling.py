"""Bootstrap of a tournament: what is drawn whole, and how often each was drawn.

Matches in the same world (a scenario and a seed) share its data, and the matches of a meeting
their players; so worlds are drawn where there are at least twenty, else meetings where there are,
else single matches. Field and Welsh, "Bootstrapping clustered data" (2007): the cluster bootstrap
needs not the sizes of the clusters to be equal, but their number not to be small.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from wargame.stages import Side
from wargame.tournament.bradley_terry import Floats
from wargame.tournament.outcome import Fixture, MatchResult

ENOUGH = 20
"""Fewer units than this are too few to draw from."""


class Unit(StrEnum):
    """What the bootstrap draws whole."""

    WORLD = "world"
    """All matches of a scenario and seed."""
    MEETING = "meeting"
    """All matches of two entrants in a round, on both sides."""
    MATCH = "match"


_LABELS: Mapping[Unit, Callable[[Fixture], Hashable]] = {
    Unit.WORLD: lambda fixture: (fixture.scenario, fixture.seed),
    Unit.MEETING: lambda fixture: (fixture.round, frozenset((fixture.attacker, fixture.defender))),
    Unit.MATCH: lambda fixture: fixture,
}


@dataclass(frozen=True, slots=True)
class Resampling:
    """What intervals come from."""

    unit: Unit
    units: int
    """How many there are to draw from."""
    replicates: int

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {"unit": self.unit.value, "units": self.units, "replicates": self.replicates}


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Matches by unit and by ordered pair."""

    pairs: tuple[tuple[str, str], ...]
    """Attacker and defender (P), sorted."""
    unit: Unit
    wins: Floats
    """Of the attacker (U, P)."""
    matches: Floats
    """(U, P)"""

    @classmethod
    def of(cls, results: Sequence[MatchResult]) -> Counts:
        """Counts of matches with a winner, in any order."""
        fixtures = sorted(each.fixture for each in results)
        pairs = sorted({(each.attacker, each.defender) for each in fixtures})
        unit, units = _units(fixtures)
        column = {pair: number for number, pair in enumerate(pairs)}
        wins = np.zeros((len(set(units.values())), len(pairs)))
        matches = np.zeros_like(wins)
        for each in results:
            at = units[each.fixture], column[each.fixture.attacker, each.fixture.defender]
            matches[at] += 1
            wins[at] += each.winner is Side.ATTACKER
        return cls(tuple(pairs), unit, wins, matches)

    def totals(self) -> tuple[Floats, Floats]:
        """Wins and matches of the results as they are (P,)."""
        return self.wins.sum(axis=0), self.matches.sum(axis=0)

    def resampled(self, seed: int, replicates: int) -> tuple[Floats, Floats]:
        """Wins and matches of as many resamples (B, P)."""
        count = len(self.wins)
        rng = np.random.default_rng(seed)
        drawn = rng.multinomial(count, np.full(count, 1 / count), size=replicates).astype(float)
        return drawn @ self.wins, drawn @ self.matches


def _units(fixtures: Sequence[Fixture]) -> tuple[Unit, dict[Fixture, int]]:
    """The first unit of which there are enough, and the number of each match's."""
    for unit in Unit:
        numbers: dict[Hashable, int] = {}
        found = {each: numbers.setdefault(_LABELS[unit](each), len(numbers)) for each in fixtures}
        if len(numbers) >= ENOUGH:
            break
    return unit, found
