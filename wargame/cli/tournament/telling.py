"""A tournament without a screen: a line a match and the standings a round, or JSON Lines."""

from __future__ import annotations

import sys
from typing import Any

from wargame.cli.output import Progress, print_line
from wargame.store.keys import canonical
from wargame.tournament.events import Changed, Course, Event, Opened, Over, Planned, Played
from wargame.tournament.match_words import against_par, offences, visible
from wargame.tournament.outcome import Fixture, MatchResult

_NAMES = 27
"""Cells of "ada > bo"; longer names push the rest of their line along."""


class InWords:
    """Tells a tournament to a reader; a `Tell`.

    After each round that was drawn while it listened the standings follow, without the intervals
    that those at the end have.

    Args:
        seed: the tournament's, for the standings.
        progress: shows how far it is.
    """

    def __init__(self, seed: int, progress: Progress) -> None:
        self._seed, self._progress = seed, progress
        self._tally = Course()
        self._open: dict[int, set[Fixture]] = {}
        self._played: set[Fixture] = set()
        self._worlds: set[tuple[str, int]] = set()

    def __call__(self, event: Event) -> None:
        """Tells what happened."""
        self._tally.hear(event)
        self._progress.clear()
        match event:
            case Opened():
                self._opened(event)
            case Planned():
                self._planned(event)
            case Played():
                self._match(event.result)
            case Changed():
                for words in event.words:
                    print(visible(words))
            case Over():
                from wargame.tournament.words import table

                print(f"\n{table(event.standings)}")
        if not self._tally.over:
            done = len(self._tally.results)
            self._progress("matches", done, max(done, self._tally.expected))
        sys.stdout.flush()

    def _opened(self, event: Opened) -> None:
        entrants = _count(len(event.entrants), "entrant", "entrants")
        matches = _count(event.expected, "match", "matches")
        print(f"{visible(event.title)}: {entrants}, {matches}")
        self._played = {result.fixture for result in event.results}
        self._worlds = {(each.scenario, each.seed) for each in self._played}
        if self._played:
            print(f"{len(self._played)} of them are played already, and are kept")

    def _planned(self, event: Planned) -> None:
        self._worlds |= {(each.scenario, each.seed) for each in event.fixtures}
        left = set(event.fixtures) - self._played
        if left:
            self._open[event.round] = left
            print(f"round {event.round:<3} {_count(len(left), 'match', 'matches')}")

    def _match(self, result: MatchResult) -> None:
        fixture = result.fixture
        # Where all play in one world, nobody needs to be told which.
        where = f"  {fixture.scenario} seed {fixture.seed}" if len(self._worlds) > 1 else ""
        print(f"{match_line(result)}{where}")
        self._played.add(fixture)
        left = self._open.get(fixture.round, set())
        left.discard(fixture)
        # What comes after the last match is the end, which tells the standings itself.
        more = len(self._tally.results) < self._tally.expected
        if fixture.round in self._open and not left:
            del self._open[fixture.round]
            if more:
                self._between(fixture.round)

    def _between(self, round_: int) -> None:
        from wargame.tournament.standings import standings
        from wargame.tournament.words import table

        tally = self._tally
        found = standings(tally.entrants, tally.results, seed=self._seed, replicates=0)
        print(f"\nafter round {round_}\n{table(found, notes=False)}")


class InJson:
    """Tells a tournament to a program: a canonical JSON object a line; a `Tell`."""

    def __call__(self, event: Event) -> None:
        """Tells what happened."""
        print_line(canonical(document(event)) + b"\n")


def document(event: Event) -> dict[str, Any]:
    """An event as JSON data; nothing in it but `seconds` depends on the clock.

    - `opened`: `title`, `entrants` (names), `results` (of earlier runs) and `expected` (matches).
    - `planned`: `round`, `fixtures` and `expected`.
    - `played`: `result` as `MatchResult.to_json` has it, and `seconds`.
    - `changed`: `entrants` and `words`, one a change.
    - `over`: `standings` as `Standings.to_json` has them.
    """
    match event:
        case Opened():
            return {
                "event": "opened",
                "title": event.title,
                "entrants": list(event.entrants),
                "results": [each.to_json() for each in event.results],
                "expected": event.expected,
            }
        case Planned():
            return {
                "event": "planned",
                "round": event.round,
                "fixtures": [each._asdict() for each in event.fixtures],
                "expected": event.expected,
            }
        case Played():
            result = event.result.to_json()
            return {"event": "played", "result": result, "seconds": round(event.seconds, 3)}
        case Changed():
            entrants, words = list(event.entrants), list(event.words)
            return {"event": "changed", "entrants": entrants, "words": words}
        case Over():
            return {"event": "over", "standings": event.standings.to_json()}


def match_line(result: MatchResult) -> str:
    """A match in one line."""
    fixture = result.fixture
    players = f"{fixture.attacker} > {fixture.defender}"
    if result.forfeit:
        ends = "; ".join(
            f"{name} {status.value}: {words}" for name, status, words in offences(result)
        )
    else:
        ends = against_par(result)
    return f"round {fixture.round:<3} {players:<{_NAMES}} {ends}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
