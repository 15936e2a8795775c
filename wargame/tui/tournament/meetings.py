"""What the matches of each ordered pair came to, kept up as results come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wargame.stages import Side
from wargame.tournament.match_words import offences
from wargame.tournament.outcome import MatchResult


@dataclass(slots=True)
class Meeting:
    """All matches of one attacker against one defender."""

    matches: int = 0
    won: int = 0
    """By the attacker."""
    held: int = 0
    """By the defender."""
    mission_sum: float = 0.0
    par_sum: float = 0.0

    @property
    def mission(self) -> float:
        """Mean mission value."""
        return self.mission_sum / self.matches

    @property
    def par(self) -> float:
        """Mean of the scenarios' pars."""
        return self.par_sum / self.matches

    def add(self, result: MatchResult) -> None:
        """One more match."""
        self.matches += 1
        self.won += result.winner is Side.ATTACKER
        self.held += result.winner is Side.DEFENDER
        self.mission_sum += result.mission
        self.par_sum += result.par


class Meetings:
    """Meetings by (attacker, defender), and each entrant's forfeits, mirrors aside."""

    def __init__(self) -> None:
        self.pairs: dict[tuple[str, str], Meeting] = {}
        self.forfeits: dict[str, list[MatchResult]] = {}

    def add(self, results: Iterable[MatchResult]) -> None:
        """Takes results in."""
        for result in results:
            pair = (result.fixture.attacker, result.fixture.defender)
            self.pairs.setdefault(pair, Meeting()).add(result)
            if not result.fixture.mirror:
                for name, _, _ in offences(result):
                    self.forfeits.setdefault(name, []).append(result)
