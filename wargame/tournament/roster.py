"""From what a tournament's file calls an entrant to the entrant, its agents taken in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from wargame.errors import WargameError
from wargame.stages import SIDES, Side
from wargame.tournament.entrant import Entrant, Kind, Submission
from wargame.tournament.intake import sides_of, submit
from wargame.tournament.terms_entry import EntrantTerms, Player

_REASON = 300
"""Characters kept of why somebody was refused."""


class Taken(NamedTuple):
    """An entrant, and why it, or a part of it, was refused."""

    entrant: Entrant
    refused: str | None


def take(terms: EntrantTerms, base: Path) -> Taken:
    """Takes an entrant in; one that is refused enters all the same, and loses every match.

    One faulty submission must not keep a class from playing.

    Args:
        terms: as the tournament's file has it.
        base: where its paths begin.
    """
    by: dict[Side, Submission] = {}
    reasons: list[str] = []
    if terms.agent is not None:
        both, why = _submitted(Player(agent=terms.agent, command=terms.command), base)
        reasons += why
        by = dict.fromkeys(_sides(both), both)
    else:
        for side, player in terms.players.items():
            by[side], why = _submitted(player, base)
            reasons += why
            if side not in _sides(by[side]):
                reasons.append(f"{player.agent} does not play the {side.value}")
                by[side] = _refused(reasons[-1])
    return Taken(Entrant(terms.name, terms.title, by), "; ".join(reasons) or None)


def _submitted(player: Player, base: Path) -> tuple[Submission, list[str]]:
    try:
        found = submit(player.agent, base=base, command=player.command)
        sides_of(found)
    except WargameError as error:
        # Results say nothing of where on this machine a file lay.
        why = str(error) if base == Path() else str(error).replace(f"{base}{os.sep}", "")
        why = why.removeprefix(f"{player.agent}: ")
        return _refused(why), [why]
    return found, []


def _refused(why: str) -> Submission:
    return Submission(Kind.REFUSED, word=" ".join(why.split())[:_REASON])


def _sides(submission: Submission) -> tuple[Side, ...]:
    return SIDES if submission.kind is Kind.REFUSED else sides_of(submission)
