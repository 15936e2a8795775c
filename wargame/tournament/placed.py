"""The standings as a tournament has them: with intervals, and with its format's own order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wargame.tournament.entrant import Entry
from wargame.tournament.outcome import MatchResult
from wargame.tournament.pairing import Format, Rounds
from wargame.tournament.standings import Standings, standings


def placed(
    form: Format,
    entries: Sequence[Entry],
    rounds: Rounds,
    results: Sequence[MatchResult],
    *,
    seed: int,
) -> Standings:
    """The standings over these results.

    Args:
        form: the tournament's format.
        entries: everybody who ever entered.
        rounds: those drawn so far.
        results: in any order.
        seed: the tournament's, for the intervals.
    """
    sides = {entry.entrant.name: entry.entrant.sides for entry in entries}
    ordered = sorted(results, key=lambda result: result.fixture)
    found = standings(list(sides), ordered, seed=seed, sides=sides)
    if not (form.places and ordered):
        return found
    return replace(found, placing=form.placing(entries, rounds, ordered))
