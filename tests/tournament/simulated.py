"""Tournaments among entrants of known strength, without playing a match."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from wargame.sandbox.limits import Status
from wargame.stages import SIDES, Side
from wargame.tournament.outcome import Fixture, MatchResult

PAR = 0.3


def names(count: int) -> list[str]:
    return [f"e{number:02d}" for number in range(count)]


def result(
    fixture: Fixture,
    winner: Side | None,
    mission: float | None = None,
    status: tuple[Status, Status] = (Status.OK, Status.OK),
) -> MatchResult:
    """A match that ended so; its mission lies on the winner's side of par."""
    if mission is None:
        mission = {Side.ATTACKER: 0.5, Side.DEFENDER: 0.2, None: PAR}[winner]
    told = dict(zip(SIDES, status, strict=True))
    return MatchResult(
        fixture=fixture,
        winner=winner,
        mission=mission,
        par=PAR,
        missions=(mission,),
        plays=((0, 0),),
        status=told,
        faults={side: "broke off" for side in SIDES if told[side] is not Status.OK},
        decided_by="accuracy",
        words=f"The {winner} won." if winner else "Nobody won.",
    )


def forfeit(fixture: Fixture, offender: Side, status: Status = Status.TIMEOUT) -> MatchResult:
    both = (status, Status.OK) if offender is Side.ATTACKER else (Status.OK, status)
    return result(fixture, offender.other, float(offender is Side.DEFENDER), both)


def round_robin(count: int, seeds: Sequence[int], *, mirrors: bool = False) -> Iterator[Fixture]:
    for one in names(count):
        for two in names(count):
            if mirrors or one != two:
                for seed in seeds:
                    yield Fixture(1, "plain", one, two, seed)


def simulated(
    rng: np.random.Generator,
    attack: Sequence[float],
    defend: Sequence[float],
    *,
    advantage: float = 0.0,
    seeds: Sequence[int] = (1,),
    mirrors: bool = False,
) -> list[MatchResult]:
    """A full round robin, both sides, that goes by the Bradley-Terry model."""
    found = []
    for fixture in round_robin(len(attack), seeds, mirrors=mirrors):
        odds = advantage + attack[int(fixture.attacker[1:])] - defend[int(fixture.defender[1:])]
        won = rng.random() < 1 / (1 + np.exp(-odds))
        gain = rng.uniform(PAR + 0.01, 1) if won else rng.uniform(0, PAR)
        found.append(result(fixture, Side.ATTACKER if won else Side.DEFENDER, float(gain)))
    return found
