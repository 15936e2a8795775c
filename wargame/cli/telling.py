"""A match in plain lines: for `watch --headless`, `resume --headless` and `replay --headless`."""

from __future__ import annotations

from collections.abc import Callable

from wargame.cli.output import Progress, interval, print_line, wrapped
from wargame.game.lines import Header, Opening, Result, Round
from wargame.game.match import Match
from wargame.game.record import Journal, header, line
from wargame.stages import SIDES
from wargame.store import canonical

Told = Header | Opening | Round | Result
Teller = Callable[[bytes], None]
"""Tells one line of a record."""


def in_json(text: bytes) -> None:
    """The line as it stands in the record."""
    print_line(text)


def in_words(text: bytes) -> None:
    """The line for a reader."""
    from wargame.game.lines import LINE

    print(words(LINE.validate_json(text)), flush=True)


def words(told: Told) -> str:
    """One line of a record for a reader."""
    if isinstance(told, Header):
        players = " against ".join(told.agents[side] or "human" for side in SIDES)
        return (
            f"{told.scenario}, {told.fidelity}, seed {told.seed}: {players}\n"
            f"data: {told.data.origin}"
        )
    if isinstance(told, Opening):
        return f"opening   honest model: {_accuracy(told)}"
    if isinstance(told, Round):
        plays = "  ".join(f"{side.value} {_play(told, side)}" for side in SIDES)
        mission = interval(told.score.mission, told.score.low, told.score.high)
        return f"round {told.round:<3d} {plays}  {_accuracy(told)}  mission {mission}"
    return "\n" + wrapped(told.words)


def _accuracy(told: Opening | Round) -> str:
    found = told.measures.get("clean_accuracy")
    return f"accuracy {interval(found.value, found.low, found.high)}" if found else ""


def _play(told: Round, side: str) -> str:
    play = next(play for name, play in told.plays.items() if name == side)
    card = f"{play.card}:{play.strength}" if play.card else "pass"
    return f"{card:28s}"


def play_out(match: Match, journal: Journal | None, tell: Teller, progress: Progress) -> None:
    """Plays a match of agents to its end, keeps and tells every line.

    Args:
        match: where it stands; what is already there is told first.
        journal: where it is kept.
        tell: told each line once it is on the disk.
        progress: shows what is being made.
    """
    told = 0

    def advance() -> None:
        nonlocal told
        if journal is not None:
            journal.keep()
        progress.clear()
        ready = 1 + match.opened + len(match.lines) + match.over
        for number in range(told, ready):
            tell(text(match, number))
        told = ready

    advance()
    progress.head = "opening: "
    match.open()
    advance()
    while not match.over:
        progress.head = f"round {match.position.round} of {match.scenario.rounds}: "
        match.step()
        advance()


def text(match: Match, number: int) -> bytes:
    """Line `number` of the match's record, from 0, the header."""
    return line(match, number) if number else canonical(header(match)) + b"\n"
