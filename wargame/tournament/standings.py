"""The standings of a tournament: who is where, how surely, and who beat whom.

Who plays both sides is ranked by its overall rating; who plays one side only is ranked in that
side's own table, beside the others that play it. Equal ratings are told apart by points, then by
balance, then by name. What counts as what is told in `wargame.tournament.tally`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wargame.sandbox.limits import Status
from wargame.stages import SIDES, Side
from wargame.tournament.connected import Group
from wargame.tournament.mixture import Mix, mix
from wargame.tournament.outcome import MatchResult
from wargame.tournament.ratings import Rating, Ratings, rate
from wargame.tournament.resampling import Resampling
from wargame.tournament.tally import (
    Missions,
    Pairing,
    Tally,
    missions,
    pairings,
    tallies,
    win_table,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One entrant."""

    name: str
    rank: int | None
    """By the overall rating, from 1; None where it has none."""
    ranks: Mapping[Side, int | None]
    """By the side's rating; None where it has none."""
    rating: Rating | None
    """Overall; None where it plays one side only, or has no match with a winner."""
    ratings: Mapping[Side, Rating | None]
    """None where it has no match with a winner on the side."""
    tallies: Mapping[Side, Tally]

    @property
    def matches(self) -> int:
        """On both sides, mirrors aside."""
        return sum(each.matches for each in self.tallies.values())

    @property
    def wins(self) -> int:
        """On both sides."""
        return sum(each.wins for each in self.tallies.values())

    @property
    def losses(self) -> int:
        """On both sides, with the matches in which both offended."""
        return self.matches - self.wins

    @property
    def points(self) -> int:
        """One a win; a match in which both offended gives none to either."""
        return self.wins

    @property
    def forfeits(self) -> dict[Status, int]:
        """Matches lost by an offence of its own, by status, on both sides."""
        both = [each.forfeits for each in self.tallies.values()]
        found = {status: sum(each.get(status, 0) for each in both) for status in Status}
        return {status: count for status, count in found.items() if count}

    @property
    def balance(self) -> float | None:
        """Mean of how far past par its matches ended on its own side, -1..1; None of no match."""
        if not self.matches:
            return None
        return math.fsum(self.tallies[side].margin for side in SIDES) / self.matches

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "name": self.name,
            "rank": self.rank,
            "rating": None if self.rating is None else self.rating.to_json(),
            "matches": self.matches,
            "wins": self.wins,
            "losses": self.losses,
            "points": self.points,
            "balance": self.balance,
            "forfeits": {status.value: count for status, count in self.forfeits.items()},
            "sides": {side.value: self._side(side) for side in SIDES},
        }

    def _side(self, side: Side) -> dict[str, Any]:
        own, rating = self.tallies[side], self.ratings[side]
        return {
            "rank": self.ranks[side],
            "rating": None if rating is None else rating.to_json(),
            "matches": own.matches,
            "wins": own.wins,
            "losses": own.losses,
            "mission": own.mission,
            "forfeits": {status.value: count for status, count in own.forfeits.items()},
        }


@dataclass(frozen=True, slots=True)
class Standings:
    """All of them; the same results in any order give the same standings."""

    rows: tuple[Row, ...]
    """Best first: the ranked, then who plays one side only, then who has not played."""
    pairings: tuple[Pairing, ...]
    """Head to head, one an attacker and defender that met."""
    wins: tuple[tuple[int | None, ...], ...]
    """The win table, in the order of the rows: how often one beat the other, on either side; None
    where they never met."""
    missions: Missions
    mix: Mix | None
    """The equilibrium of the matrix of missions; None while `missions.missing` is above 0, or
    there is no cell."""
    advantage: Mapping[str, Rating | None]
    """Of attackers over defenders, in rating points: "overall", and "sides" as between an average
    attacker and an average defender."""
    groups: tuple[tuple[str, ...], ...]
    """Who is connected by matches, directly or through others. Ratings of entrants in different
    groups cannot be compared."""
    side_groups: tuple[Group, ...]
    """The same for the ratings by side, which compare attackers through defenders they share."""
    resampling: Resampling | None
    """What the intervals come from; None where none were asked for."""
    matches: int
    """Played, mirrors aside."""
    left_out: int
    """Matches of entrants not listed, which count for nothing here."""
    placing: tuple[str, ...] = ()
    """Names in the order of the tournament's format, the best first, where that is not the
    rating's: the first won the knock-out, say."""

    def row(self, name: str) -> Row:
        """An entrant's.

        Raises:
            KeyError: no such entrant.
        """
        for each in self.rows:
            if each.name == name:
                return each
        raise KeyError(name)

    def side(self, side: Side) -> tuple[Row, ...]:
        """Who is rated on a side, best first."""
        played = [(rank, row) for row in self.rows if (rank := row.ranks[side]) is not None]
        return tuple(row for _, row in sorted(played, key=lambda pair: pair[0]))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "matches": self.matches,
            "left_out": self.left_out,
            "placing": list(self.placing),
            "rows": [row.to_json() for row in self.rows],
            "head_to_head": [each.to_json() for each in self.pairings],
            "wins": [list(row) for row in self.wins],
            "missions": {**self.missions.to_json(), "missing": self.missions.missing},
            "mix": None if self.mix is None else self.mix.to_json(),
            "advantage": {
                key: None if each is None else each.to_json()
                for key, each in self.advantage.items()
            },
            "groups": [list(group) for group in self.groups],
            "side_groups": [group.to_json() for group in self.side_groups],
            "resampling": None if self.resampling is None else self.resampling.to_json(),
        }


def standings(
    entrants: Sequence[str],
    results: Sequence[MatchResult],
    *,
    seed: int,
    replicates: int = 1000,
    sides: Mapping[str, Collection[Side]] | None = None,
) -> Standings:
    """The standings that results give.

    Args:
        entrants: their names; results of others are left out.
        results: in any order; none, and one alone, will do.
        seed: of the intervals, >= 0; the tournament's.
        replicates: resamples behind the intervals; 0 for none, as while matches are being played.
        sides: that each entrant plays; those that it has played where it is not given.

    Raises:
        ValueError: two entrants of one name, or a result twice.
    """
    known = set(entrants)
    listed = [e for e in results if {e.fixture.attacker, e.fixture.defender} <= known]
    if len(known) < len(entrants) or len({e.fixture for e in listed}) < len(listed):
        raise ValueError("an entrant or a result is there twice")
    plays = _played(entrants, listed) if sides is None else sides
    ratings = rate(listed, seed=seed, replicates=replicates)
    did = tallies(entrants, listed)
    rows = _ranked(
        [
            _row(name, {side: did[name, side] for side in SIDES}, plays[name], ratings)
            for name in entrants
        ]
    )
    names = {side: [name for name in entrants if side in plays[name]] for side in SIDES}
    matrix, met = missions(listed, names), pairings(listed)
    return Standings(
        rows=rows,
        pairings=met,
        wins=win_table([row.name for row in rows], met),
        missions=matrix,
        mix=mix(matrix, listed, seed=seed, replicates=replicates),
        advantage=ratings.advantage,
        groups=ratings.groups,
        side_groups=ratings.side_groups,
        resampling=ratings.resampling,
        matches=sum(not each.fixture.mirror for each in listed),
        left_out=len(results) - len(listed),
    )


def _played(names: Iterable[str], results: Sequence[MatchResult]) -> dict[str, set[Side]]:
    found: dict[str, set[Side]] = {name: set() for name in names}
    for each in results:
        for side in SIDES:
            found[each.fixture.player(side)].add(side)
    return found


def _row(name: str, did: Mapping[Side, Tally], plays: Collection[Side], ratings: Ratings) -> Row:
    both = len(set(plays)) == len(SIDES)
    return Row(
        name=name,
        rank=None,
        ranks=dict.fromkeys(SIDES),
        rating=ratings.overall.get(name) if both else None,
        ratings={side: ratings.of(side).get(name) for side in SIDES},
        tallies=did,
    )


def _ranked(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows in order, with their ranks."""
    orders = {side: _order(rows, {row.name: row.ratings[side] for row in rows}) for side in SIDES}
    order = _order(rows, {row.name: row.rating for row in rows})
    placed = [
        replace(
            row,
            rank=order.get(row.name),
            ranks={side: orders[side].get(row.name) for side in SIDES},
        )
        for row in rows
    ]
    return tuple(sorted(placed, key=_place))


def _order(rows: Sequence[Row], ratings: Mapping[str, Rating | None]) -> dict[str, int]:
    """Name to rank, of those who are rated."""
    rated = [(_key(row, rating), row.name) for row in rows if (rating := ratings[row.name])]
    return {name: rank for rank, (_, name) in enumerate(sorted(rated), start=1)}


def _key(row: Row, rating: Rating | None) -> tuple[float, int, float, str]:
    value = 0.0 if rating is None else rating.value
    return -value, -row.points, -round(row.balance or 0.0, 9), row.name


def _place(row: Row) -> tuple[int, int, tuple[float, int, float, str]]:
    if row.rank is not None:
        return 0, row.rank, _key(row, row.rating)
    best = max(filter(None, row.ratings.values()), key=lambda each: each.value, default=None)
    return 1 if row.matches else 2, 0, _key(row, best)
