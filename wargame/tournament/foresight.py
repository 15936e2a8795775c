"""How many matches a tournament will have: its format is asked for the rounds still to come."""

from __future__ import annotations

from collections.abc import Sequence

from wargame.sandbox.limits import Status
from wargame.stages import SIDES, Side
from wargame.tournament.entrant import Entry
from wargame.tournament.outcome import Fixture, MatchResult
from wargame.tournament.pairing import Done, Format, Rounds, Wait

_FAR = 10_000
"""Rounds after which nobody counts any further."""


def foreseen(
    form: Format, entries: Sequence[Entry], rounds: Rounds, results: Sequence[MatchResult]
) -> int:
    """Matches in all, those already played included, if nobody comes or leaves any more.

    Where rounds depend on results, every attacker is taken to win; how many matches there are
    hardly depends on who wins them.
    """
    known = {number: list(each) for number, each in rounds.items()}
    done = {result.fixture for result in results}
    supposed = [*results]
    supposed += [_supposed(f) for each in known.values() for f in each if f not in done]
    for _ in range(_FAR):
        drawn = form.next(entries, known, supposed)
        if isinstance(drawn, Wait | Done):
            break
        known[max(known, default=0) + 1] = list(drawn)
        supposed += [_supposed(fixture) for fixture in drawn]
    return sum(len(each) for each in known.values())


def _supposed(fixture: Fixture) -> MatchResult:
    return MatchResult(
        fixture=fixture,
        winner=Side.ATTACKER,
        mission=1.0,
        par=0.5,
        missions=(1.0,),
        plays=((0, 0),),
        status=dict.fromkeys(SIDES, Status.OK),
    )
