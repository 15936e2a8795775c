"""The driver of a tournament: draws rounds, has matches played, keeps each result at once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence

from wargame.errors import Cancelled
from wargame.stages import SIDES
from wargame.tournament.crew import Crew
from wargame.tournament.entrant import Entry
from wargame.tournament.events import Changed, Opened, Over, Planned, Played, Tell
from wargame.tournament.foresight import foreseen
from wargame.tournament.outcome import Fixture, MatchResult
from wargame.tournament.pairing import Done, Format, Wait
from wargame.tournament.placed import placed
from wargame.tournament.play import Ground, Job, play
from wargame.tournament.results import Results
from wargame.tournament.standings import Standings
from wargame.tournament.terms import Terms

_LOOK = 0.2
"""Seconds between two looks at the crew."""
_AHEAD = 4
"""Matches handed out for each worker: one that it plays, and some while results are written."""


class Tournament:
    """Plays a tournament to its end, from wherever an earlier run left it.

    Args:
        terms: what is played.
        results: its results, claimed; the entrants of the file are in them.
        form: its format.
        crew: who plays the matches.
        grounds: by scenario.
        tell: told what happens.
        words: to be told once it has opened: who was refused, say.
    """

    def __init__(
        self,
        terms: Terms,
        results: Results,
        form: Format,
        crew: Crew,
        grounds: Mapping[str, Ground],
        *,
        tell: Tell,
        words: Sequence[str] = (),
    ) -> None:
        self._terms, self._results, self._form, self._crew = terms, results, form, crew
        self._grounds, self._tell, self._words = grounds, tell, tuple(words)
        self._stop = threading.Event()
        self._waiting: deque[Fixture] = deque()
        self._out: set[Fixture] = set()
        self._played: list[MatchResult] = []
        self._rounds: dict[int, list[Fixture]] = {}
        self._entries: list[Entry] = []

    def stop(self) -> None:
        """Lets `run` end soon, from another thread; what is played is kept."""
        self._stop.set()

    def run(self) -> Standings:
        """Plays what is left.

        Raises:
            Cancelled: `stop` was called.
            WargameError: a match could not be played or kept; an offence is no such error.
        """
        self._open()
        while True:
            self._draw()
            self._hand_out()
            if not self._out:
                break
            self._gather()
            if self._stop.is_set():
                raise Cancelled("the tournament was stopped")
        found = placed(self._form, self._entries, self._rounds, self._played, seed=self._terms.seed)
        self._tell(Over(found))
        return found

    def _open(self) -> None:
        self._played = self._results.results()
        self._entries = self._results.entrants()
        self._rounds = {number: list(each) for number, each in self._results.rounds().items()}
        done = {result.fixture for result in self._played}
        for number in sorted(self._rounds):
            self._waiting.extend(each for each in self._rounds[number] if each not in done)
        self._tell(Opened(self._terms.title, self._names(), tuple(self._played), self._expected()))
        if self._words:
            self._tell(Changed(self._names(), self._words))

    def _names(self) -> tuple[str, ...]:
        return tuple(entry.entrant.name for entry in self._entries)

    def _expected(self) -> int:
        return foreseen(self._form, self._entries, self._rounds, self._played)

    def _draw(self) -> None:
        """Draws the next round where the workers would soon have nothing to do."""
        while len(self._waiting) < self._crew.count:
            number = max(self._rounds, default=0) + 1
            changes = self._results.settle(number, self._form.admit)
            if changes:
                self._entries = self._results.entrants()
                self._tell(Changed(self._names(), tuple(changes)))
            drawn = self._form.next(self._entries, self._rounds, self._played)
            if isinstance(drawn, Wait | Done):
                return
            self._results.plan(number, drawn)
            self._rounds[number] = list(drawn)
            self._waiting.extend(spread(drawn))
            self._tell(Planned(number, tuple(drawn), self._expected()))

    def _hand_out(self) -> None:
        while self._waiting and len(self._out) < _AHEAD * self._crew.count:
            fixture = self._waiting.popleft()
            self._crew.submit(play, self._job(fixture), name=fixture.key)
            self._out.add(fixture)

    def _job(self, fixture: Fixture) -> Job:
        entrants = {entry.name: entry.entrant for entry in self._entries}
        by = {side: entrants[fixture.player(side)].by[side] for side in SIDES}
        return Job(fixture, self._grounds[fixture.scenario], by)

    def _gather(self) -> None:
        for _job, (result, kept) in self._crew.ready(_LOOK):
            self._results.keep(result, kept)
            self._out.remove(result.fixture)
            self._played.append(result)
            self._tell(Played(result, kept.seconds))


def spread(fixtures: Sequence[Fixture]) -> list[Fixture]:
    """An order in which neighbours share neither world nor attacker, so far as that is possible.

    Two matches in the same world at the same time would wait for each other's artifacts.
    """
    by_world: dict[tuple[str, int], deque[Fixture]] = {}
    for fixture in fixtures:
        by_world.setdefault((fixture.scenario, fixture.seed), deque()).append(fixture)
    for turn, each in enumerate(by_world.values()):
        each.rotate(-turn)
    mixed: list[Fixture] = []
    while by_world:
        for world in list(by_world):
            mixed.append(by_world[world].popleft())
            if not by_world[world]:
                del by_world[world]
    return mixed
