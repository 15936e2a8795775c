"""What the screen knows of a running tournament: the tally, the pace, the news, the standings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wargame.tournament.events import Changed, Course, Event, Opened, Over, Planned, Played
from wargame.tournament.outcome import MatchResult
from wargame.tournament.standings import Row, Standings
from wargame.tui.tournament.meetings import Meetings
from wargame.tui.tournament.pace import Pace

NEWS = 200
"""Lines that are remembered; who wants all of them reads the page."""
_FRESH = 6.0
"""Seconds for which a move in the table is news."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line between the matches."""

    text: str
    tone: str
    """"round", "lead" or "change"."""


News = MatchResult | Note


class Live:
    """Kept up by events and by standings as they are made.

    Args:
        clock: seconds of a clock that never goes back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.tally = Course()
        self.meetings = Meetings()
        self.pace = Pace(clock())
        self.standings: Standings | None = None
        self.news: list[News] = []
        """The newest last."""
        self._moves: dict[str, tuple[int, float]] = {}
        self.opened = False
        """Whether the tournament has begun to tell."""
        self.stale = False
        """Whether there are results that the standings do not count yet."""

    def hear(self, event: Event) -> None:
        """Takes an event in."""
        self.tally.hear(event)
        match event:
            case Opened():
                self.opened = True
                self.meetings.add(event.results)
                self._tell(*event.results[-NEWS:])
                self.stale = True
            case Planned():
                count = len(event.fixtures)
                matches = f"{count} match{'es' if count != 1 else ''}"
                self._tell(Note(f"round {event.round}: {matches}", "round"))
            case Played():
                self.meetings.add([event.result])
                self.pace.hear(self._clock())
                self._tell(event.result)
                self.stale = True
            case Changed():
                self._tell(*(Note(text, "change") for text in event.words))
                self.stale = True
            case Over():
                self.settle(event.standings)
                self.stale = False

    def settle(self, standings: Standings) -> None:
        """Newer standings."""
        old, was = self.leader, self.standings
        if was is not None:
            self._move([row.name for row in was.rows], [row.name for row in standings.rows])
        self.standings = standings
        new = self.leader
        if old is not None and new is not None and new.name != old.name:
            self._tell(Note(f"{new.name} takes the lead from {old.name}", "lead"))

    @property
    def leader(self) -> Row | None:
        """Who is first, as far as anybody is: in the format's own order where that differs."""
        found = self.standings
        if found is not None and found.placing:
            return found.row(found.placing[0])
        rows = found.rows if found is not None else ()
        return rows[0] if rows and rows[0].rank == 1 else None

    def moved(self, name: str) -> int:
        """Places an entrant rose in the last seconds; below 0 where it fell."""
        by, when = self._moves.get(name, (0, 0.0))
        return by if self._clock() - when < _FRESH else 0

    def _move(self, old: list[str], new: list[str]) -> None:
        for place, name in enumerate(new):
            if name in old and (by := old.index(name) - place):
                self._moves[name] = (by, self._clock())

    @property
    def done(self) -> int:
        """Matches played, in earlier runs too."""
        return len(self.tally.results)

    @property
    def elapsed(self) -> float:
        """Seconds of this run."""
        return self.pace.elapsed(self._clock())

    @property
    def a_minute(self) -> float | None:
        """Matches a minute, lately."""
        return self.pace.a_minute(self._clock())

    @property
    def left(self) -> float | None:
        """Seconds until all matches are played, as far as it can be told."""
        return self.pace.left(self._clock(), self.tally.expected - self.done)

    def names(self) -> Sequence[str]:
        """Entrants in the order of the standings, or of entry before there are any."""
        if self.standings is None:
            return self.tally.entrants
        return tuple(row.name for row in self.standings.rows)

    def _tell(self, *news: News) -> None:
        self.news = [*self.news, *news][-NEWS:]
