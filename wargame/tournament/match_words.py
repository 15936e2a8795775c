"""What came of a match, in a few words; whatever strangers wrote is made harmless first."""

from __future__ import annotations

from collections.abc import Iterator

from wargame.sandbox.limits import Status
from wargame.stages import SIDES, Side
from wargame.tournament.outcome import MatchResult


def visible(text: str) -> str:
    """One line that moves no cursor and turns no text around.

    Line ends and other control characters become spaces, formatting characters (as those that
    write from right to left) and what is no character at all a question mark.
    """
    return " ".join("".join(_seen(each) for each in text).split())


def _seen(each: str) -> str:
    if each.isprintable():
        return each
    return " " if each.isspace() or ord(each) < 0xA0 else "?"


def offences(result: MatchResult) -> Iterator[tuple[str, Status, str]]:
    """Of a forfeit: name, status and words of each offender, the attacker first."""
    for side in SIDES:
        name, status = result.fixture.player(side), result.status[side]
        if status is not Status.OK:
            words = visible(result.faults.get(side, ""))
            yield name, status, words.removeprefix(f"{name}: ").removeprefix(f"{name} ")


def against_par(result: MatchResult) -> str:
    """Who won by how much, such as "attacker won   0.412 over par 0.320"."""
    if result.winner is None:
        return "both lost"
    won = "attacker won" if result.winner is Side.ATTACKER else "defender held"
    where = "over" if result.mission > result.par else "under"
    where = "at" if result.mission == result.par else where
    return f"{won:<13}  {result.mission:.3f} {where} par {result.par:.3f}"
