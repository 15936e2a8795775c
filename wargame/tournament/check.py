"""Tells in seconds whether an agent would come through a tournament: takes it in and plays it.

The matches are real, isolated as in a tournament, and of the scenario's full length; only the
sizes of what is trained are small, since it is the agent that is looked at and not its strength.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wargame.errors import WargameError
from wargame.game import scenario
from wargame.game.agent import Agent, Fault
from wargame.game.deck import PASS
from wargame.game.match import Match
from wargame.game.terms import Scenario
from wargame.pool import Progress, silent
from wargame.sandbox.limits import Limits, Status
from wargame.sandbox.method import Method, choose
from wargame.sandbox.warden import Warden
from wargame.stages import Side
from wargame.tournament.entrant import Submission
from wargame.tournament.intake import sides_of, submit, title_of
from wargame.tournament.rehearsal import RIVALS, rehearsal
from wargame.tournament.seat import Seat
from wargame.tournament.seating import seat
from wargame.tournament.terms_entry import default_name


@dataclass(frozen=True, slots=True)
class SideReport:
    """How an agent played one side."""

    side: Side
    status: Status
    problem: str
    """What is wrong, with file and line where they are known; empty where nothing is."""
    rival: str
    """The ready agent that it met."""
    rounds: int
    """Rounds that were played to their end."""
    passed: int
    """In how many of them it passed; in all of them, it may know no card of the deck."""
    slowest_ms: float | None
    """Its slowest answer; None where there was none, or where it runs in this process."""
    memory_mb: float | None
    """Most memory it was seen to use; None likewise."""
    output: str
    """What it wrote to its standard error, cut at the limit."""


@dataclass(frozen=True, slots=True)
class Report:
    """What `check` found."""

    agent: str
    """As it was named."""
    valid: bool
    problem: str
    """Why it is not even let in; empty where it is."""
    kind: str
    digest: str
    title: str
    sides: tuple[SideReport, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data; what cannot be written as UTF-8, in a name or title, is escaped."""
        told = asdict(self)
        for fact in ("agent", "problem", "title"):
            told[fact] = told[fact].encode(errors="backslashreplace").decode()
        return told


def check(
    word: str,
    *,
    base: Path | None = None,
    command: Sequence[str] = (),
    limits: Limits | None = None,
    game: str = "mapengine",
    sides: Sequence[Side] = (),
    unsafe: bool = False,
    progress: Progress = silent,
) -> Report:
    """Tries an agent.

    Args:
        word: as `submit` takes it.
        base: where relative paths begin; the working folder where it is not given.
        command: starts a program.
        limits: what it may use; a tournament's usual ones where they are not given.
        game: a scenario's name or file.
        sides: which it is to play; those that it says it plays where none is given.
        unsafe: run strangers' code with the user's rights where it cannot be isolated.
        progress: told of every round.

    Raises:
        WargameError: the scenario is wrong, or strangers' code cannot be isolated here.
    """
    rules = scenario.load(game)
    try:
        taken = submit(word, base=base if base is not None else Path.cwd(), command=command)
        played = tuple(sides) or sides_of(taken)
        title = title_of(taken)
    except WargameError as error:
        return Report(word, False, str(error), "", "", "", ())
    method = choose(unsafe=unsafe) if taken.strange else Method.NONE
    with (
        tempfile.TemporaryDirectory(prefix="wargame-check-") as scratch,
        Warden(method) as warden,
    ):
        bench = _Bench(rules, taken, default_name(word), warden, limits or Limits(), Path(scratch))
        found = tuple(bench.side(side, progress) for side in played)
    valid = all(each.status is Status.OK for each in found)
    return Report(word, valid, "", taken.kind.value, taken.digest, title, found)


class _Bench:
    """Plays one agent against the ready ones."""

    def __init__(
        self,
        rules: Scenario,
        taken: Submission,
        name: str,
        warden: Warden,
        limits: Limits,
        scratch: Path,
    ) -> None:
        self._rules, self._taken, self._name = rules, taken, name
        self._warden, self._limits, self._scratch = warden, limits, scratch

    def side(self, side: Side, progress: Progress) -> SideReport:
        """Plays one match to its end, or to the agent's offence."""
        made: list[Agent] = []

        def make() -> Agent:
            folder = self._scratch / "agents"
            made.append(seat(self._name, self._taken, side, self._warden, self._limits, folder))
            return made[0]

        what, rounds = f"{side.value} against {RIVALS[side]}: round", self._rules.rounds
        progress(what, 0, rounds)
        store = self._scratch / "store"
        with closing(Seat(self._name, make)) as tried:
            match = rehearsal(tried, side, store, game=self._rules)
            fault = _played(match, lambda done: progress(what, done, rounds))
        agent = made[0] if made else None
        slowest, peak = getattr(agent, "slowest", None), getattr(agent, "peak_memory", None)
        return SideReport(
            side=side,
            status=fault.status if fault else Status.OK,
            problem=str(fault) if fault else "",
            rival=RIVALS[side],
            rounds=len(match.lines),
            passed=sum(line.plays[side].action == PASS for line in match.lines),
            slowest_ms=round(1000 * slowest, 1) if slowest else None,
            memory_mb=round(peak / 2**20, 1) if peak else None,
            output=tried.output,
        )


def _played(match: Match, over: Callable[[int], None]) -> Fault | None:
    try:
        for line in match:
            over(line.round)
    except Fault as fault:
        return fault
    return None
