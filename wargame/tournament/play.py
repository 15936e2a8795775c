"""One match of a tournament as a job: all it needs is in it, and any process can do it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from wargame.errors import WargameError
from wargame.game import scenario
from wargame.game.agent import Agent, Fault
from wargame.game.board import Board
from wargame.game.match import DataFacts, Match
from wargame.game.record import header, line
from wargame.game.terms import Scenario
from wargame.home import cache_home
from wargame.jsonlines import encoded
from wargame.sandbox.limits import Limits, Status
from wargame.sandbox.method import Method, choose
from wargame.sandbox.warden import Warden
from wargame.stages import SIDES, Side
from wargame.store import Store, canonical, open_store
from wargame.tournament.entrant import Submission
from wargame.tournament.outcome import Fixture, Kept, MatchResult
from wargame.tournament.seat import Seat
from wargame.tournament.seating import seat


@dataclass(frozen=True, slots=True)
class Ground:
    """What all matches of a scenario share."""

    content: str
    """The scenario, complete, as canonical JSON."""
    fidelity: str
    data: str | None
    """Where the data lies; None where it is looked for by the scenario's name for it."""
    digest: str
    """Of the data: on every machine they must be the same."""
    store: str
    """Address of the store."""
    limits: Limits
    method: Method | None
    """How strangers' code is isolated; None where nobody's was expected, and none is run."""
    cache: str | None = None
    """Folder where submissions are unpacked; None for the cache home of whoever plays."""


@dataclass(frozen=True, slots=True)
class Job:
    """A match to be played."""

    fixture: Fixture
    ground: Ground
    entrants: Mapping[Side, Submission]


class Finished(NamedTuple):
    """A match that was played."""

    result: MatchResult
    kept: Kept


class _Court(NamedTuple):
    """What a process keeps between matches."""

    rules: Scenario
    board: Board
    data: DataFacts
    store: Store


@lru_cache(maxsize=8)
def _court(ground: Ground) -> _Court:
    from wargame.data.sources import load, summary
    from wargame.pipeline.source import offer

    rules = scenario.from_content(json.loads(ground.content))
    tiles = load(rules.data, location=None if ground.data is None else Path(ground.data))
    if tiles.digest != ground.digest:
        raise WargameError(
            f"the tournament is played on data with the digest {ground.digest[:12]}, and on this "
            f"machine {rules.data} has {tiles.digest[:12]}"
        )
    offer(tiles)
    facts = DataFacts(tiles.name, tiles.digest, summary(tiles))
    return _Court(rules, Board(rules), facts, open_store(ground.store))


@lru_cache(maxsize=1)
def _warden(method: Method | None) -> Warden:
    return Warden(choose(unsafe=False) if method is None else method)


def ground_content(rules: Scenario) -> str:
    """The scenario as a job carries it."""
    return canonical(rules.content()).decode()


def play(job: Job) -> Finished:
    """Plays a match; strangers' code runs isolated.

    Raises:
        WargameError: the data or the store cannot be used; an entrant's offence is no error.
    """
    begun = time.perf_counter()
    court, fixture = _court(job.ground), job.fixture
    if any(each.strange for each in job.entrants.values()):
        _warden(job.ground.method)  # that it cannot isolate is no entrant's fault
    with ExitStack() as stack:
        seats = {side: stack.enter_context(closing(_seat(job, side))) for side in SIDES}
        match = Match(
            court.rules,
            seats[Side.ATTACKER],
            seats[Side.DEFENDER],
            seed=fixture.seed,
            fidelity=job.ground.fidelity,
            data=court.data,
            store=court.store,
            board=court.board,
        )
        faults = _referee(match)
    result = _result(fixture, match, faults)
    output = {side: each.output for side, each in seats.items() if each.output}
    return Finished(result, Kept(_record(match), output, time.perf_counter() - begun))


def _seat(job: Job, side: Side) -> Seat:
    name, ground = job.fixture.player(side), job.ground

    def make() -> Agent:
        warden = _warden(ground.method)
        cache = cache_home() / "entrants" if ground.cache is None else Path(ground.cache)
        return seat(name, job.entrants[side], side, warden, ground.limits, cache)

    return Seat(name, make)


def _referee(match: Match) -> dict[Side, Fault]:
    """Plays to the end, or to the first round with an offence; both sides are always asked."""
    while not match.over:
        faults: dict[Side, Fault] = {}
        for side in SIDES:
            try:
                match.ask(side)
            except Fault as fault:
                faults[side] = fault
        if faults:
            return faults
        match.step()
    return {}


def _result(fixture: Fixture, match: Match, faults: Mapping[Side, Fault]) -> MatchResult:
    par = match.scenario.mission.par
    missions = tuple(line.score.mission for line in match.lines)
    plays = tuple(
        (line.plays[Side.ATTACKER].action, line.plays[Side.DEFENDER].action) for line in match.lines
    )
    common: dict[str, Any] = {
        "fixture": fixture,
        "par": par,
        "missions": missions,
        "plays": plays,
        "status": {s: faults[s].status if s in faults else Status.OK for s in SIDES},
        "faults": {side: str(fault) for side, fault in faults.items()},
    }
    if not faults:
        told = match.result()
        return MatchResult(
            winner=told.winner,
            mission=told.mission,
            decided_by=told.decided_by,
            words=told.words,
            **common,
        )
    winner = next(iter(faults)).other if len(faults) == 1 else None
    worth = {Side.ATTACKER: 1.0, Side.DEFENDER: 0.0, None: par}
    return MatchResult(
        winner=winner, mission=worth[winner], words=_forfeit(match, faults, winner), **common
    )


def _forfeit(match: Match, faults: Mapping[Side, Fault], winner: Side | None) -> str:
    who = " and ".join(f"the {side.value} ({faults[side].status})" for side in faults)
    verb = "forfeits" if len(faults) == 1 else "forfeit"
    won = "nobody wins" if winner is None else f"the {winner.value} wins"
    said = f"{who} {verb} in round {match.position.round}; {won}."
    return said[0].upper() + said[1:]


def _record(match: Match) -> bytes:
    lines = match.opened + len(match.lines) + match.over
    return encoded(header(match)) + b"".join(line(match, 1 + n) for n in range(lines))
