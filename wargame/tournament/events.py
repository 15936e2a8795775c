"""What a running tournament tells whoever watches it, in the order it happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wargame.tournament.outcome import Fixture, MatchResult

if TYPE_CHECKING:
    from wargame.tournament.standings import Standings


@dataclass(frozen=True, slots=True)
class Opened:
    """The first event: what is there already, from earlier runs of the same tournament."""

    title: str
    entrants: tuple[str, ...]
    results: tuple[MatchResult, ...]
    expected: int
    """Matches in all, as far as can be foreseen."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A round was drawn."""

    round: int
    fixtures: tuple[Fixture, ...]
    expected: int


@dataclass(frozen=True, slots=True)
class Played:
    """A match is over, and its result is kept."""

    result: MatchResult
    seconds: float


@dataclass(frozen=True, slots=True)
class Changed:
    """Entrants came or left between rounds."""

    entrants: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Over:
    """Everything is played."""

    standings: Standings


Event = Opened | Planned | Played | Changed | Over
Tell = Callable[[Event], None]


class Course:
    """The course of a tournament so far, kept up by its events."""

    def __init__(self) -> None:
        self.title = ""
        self.entrants: tuple[str, ...] = ()
        self.results: list[MatchResult] = []
        self.expected = 0
        self.round = 0
        self.over = False

    def hear(self, event: Event) -> None:
        """Takes an event in."""
        match event:
            case Opened():
                self.title, self.entrants = event.title, event.entrants
                self.results, self.expected = list(event.results), event.expected
                self.round = max((result.fixture.round for result in self.results), default=0)
            case Planned():
                self.round, self.expected = event.round, event.expected
            case Played():
                self.results.append(event.result)
            case Changed():
                self.entrants = event.entrants
            case Over():
                self.over = True
