"""The standings of a tournament: who is where, how surely, and who beat whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wargame.sandbox.limits import Status
from wargame.stages import SIDES, Side
from wargame.tournament.mixture import Mix
from wargame.tournament.ratings import Group, Rating, Resampling
from wargame.tournament.tally import Missions, Pairing, Tally


@dataclass(frozen=True, slots=True)
class Row:
    """One entrant."""

    name: str
    rank: int | None
    """By the overall rating, from 1; None where it has none."""
    ranks: Mapping[Side, int | None]
    """By the side's rating; None where it has not played the side."""
    rating: Rating | None
    """Overall; None where it plays one side only, or has not been rated yet."""
    ratings: Mapping[Side, Rating | None]
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
        return sum(self.tallies[side].margin for side in SIDES) / self.matches

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
        """Who has played a side, best first by its rating."""
        played = [(rank, row) for row in self.rows if (rank := row.ranks[side]) is not None]
        return tuple(row for _, row in sorted(played, key=lambda pair: pair[0]))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "matches": self.matches,
            "left_out": self.left_out,
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
