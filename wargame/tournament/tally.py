"""What results count for: wins, losses, forfeits, head to head, and the matrix of missions.

This is the one place that says so:

- The attacker wins a match whose mean mission lies above par; exactly at par it is the defender's.
- A forfeit is a full win and a full loss, rated like any other match.
- Where both offend in one round there is no winner: a loss to both, a win to nobody. It says
  nothing of who is the stronger, so ratings leave it out. This is the only tie there is.
- A mirror, where an entrant meets itself, fills its cell of the matrix and counts nowhere else.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wargame.sandbox.limits import Status
from wargame.stages import SIDES, Side
from wargame.tournament.outcome import MatchResult


@dataclass(frozen=True, slots=True)
class Tally:
    """What one entrant did on one side, mirrors aside."""

    matches: int
    wins: int
    mission: float | None
    """Mean mission, 0..1: its gain as the attacker, its loss as the defender. None of no match."""
    margin: float
    """Sum over its matches of how far past par the mission lay on its own side."""
    forfeits: Mapping[Status, int]
    """Matches lost by an offence of its own."""

    @property
    def losses(self) -> int:
        """Matches not won."""
        return self.matches - self.wins


@dataclass(frozen=True, slots=True)
class Pairing:
    """All matches of one attacker against one defender."""

    attacker: str
    defender: str
    matches: int
    attacker_wins: int
    defender_wins: int
    """Both together fall short of the matches by those in which both offended."""
    mission: float
    """Mean, 0..1."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Missions:
    """Mean mission of each attacker against each defender, mirrors included."""

    attackers: tuple[str, ...]
    defenders: tuple[str, ...]
    cells: tuple[tuple[float | None, ...], ...]
    """One row an attacker; None where they have not met."""

    @property
    def missing(self) -> int:
        """Cells not played yet."""
        return sum(cell is None for row in self.cells for cell in row)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "attackers": list(self.attackers),
            "defenders": list(self.defenders),
            "cells": [list(row) for row in self.cells],
        }


def mean(values: Sequence[float]) -> float:
    """Of at least one value; does not depend on their order."""
    return math.fsum(values) / len(values)


def tallies(names: Iterable[str], results: Sequence[MatchResult]) -> dict[tuple[str, Side], Tally]:
    """What each entrant did on each side."""
    own: dict[tuple[str, Side], list[MatchResult]] = {(n, s): [] for n in names for s in SIDES}
    for each in results:
        if not each.fixture.mirror:
            for side in SIDES:
                own[each.fixture.player(side), side].append(each)
    return {key: _tally(key[1], played) for key, played in own.items()}


def _tally(side: Side, own: Sequence[MatchResult]) -> Tally:
    sign = 1.0 if side is Side.ATTACKER else -1.0
    offences = Counter(each.status[side] for each in own if each.status[side] is not Status.OK)
    return Tally(
        matches=len(own),
        wins=sum(each.winner is side for each in own),
        mission=mean([each.mission for each in own]) if own else None,
        margin=math.fsum(sign * (each.mission - each.par) for each in own),
        forfeits={status: offences[status] for status in Status if offences[status]},
    )


def _by_pair(results: Sequence[MatchResult]) -> dict[tuple[str, str], list[MatchResult]]:
    found: dict[tuple[str, str], list[MatchResult]] = {}
    for each in results:
        found.setdefault((each.fixture.attacker, each.fixture.defender), []).append(each)
    return found


def pairings(results: Sequence[MatchResult]) -> tuple[Pairing, ...]:
    """Head to head, sorted by attacker and defender, mirrors left out."""
    return tuple(
        Pairing(
            attacker=attacker,
            defender=defender,
            matches=len(met),
            attacker_wins=sum(each.winner is Side.ATTACKER for each in met),
            defender_wins=sum(each.winner is Side.DEFENDER for each in met),
            mission=mean([each.mission for each in met]),
        )
        for (attacker, defender), met in sorted(_by_pair(results).items())
        if attacker != defender
    )


def win_table(names: Sequence[str], met: Sequence[Pairing]) -> tuple[tuple[int | None, ...], ...]:
    """How often each entrant beat each other one, on either side; None where they never met."""
    wins: Counter[tuple[str, str]] = Counter()
    known: set[tuple[str, str]] = set()
    for pair in met:
        wins[pair.attacker, pair.defender] += pair.attacker_wins
        wins[pair.defender, pair.attacker] += pair.defender_wins
        known |= {(pair.attacker, pair.defender), (pair.defender, pair.attacker)}
    return tuple(
        tuple(wins[one, two] if (one, two) in known else None for two in names) for one in names
    )


def missions(results: Sequence[MatchResult], names: Mapping[Side, Sequence[str]]) -> Missions:
    """The matrix of mean missions of the named attackers against the named defenders."""
    met = _by_pair(results)
    attackers, defenders = (tuple(names[side]) for side in SIDES)
    cells = tuple(
        tuple(
            mean([each.mission for each in met[one, two]]) if (one, two) in met else None
            for two in defenders
        )
        for one in attackers
    )
    return Missions(attackers, defenders, cells)
