"""A tournament that plays itself: results from known strengths, told by a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from wargame.sandbox.limits import Status
from wargame.stages import SIDES, Side
from wargame.tournament.events import Event, Opened, Over, Planned, Played, Tell
from wargame.tournament.outcome import Fixture, MatchResult
from wargame.tournament.standings import standings

PAR = 0.32
NAMES = (
    "ada", "bo", "the-long-name-of-team-seven", "dijkstra", "emmy", "fermat", "grace", "hopper",
    "ines", "jo", "kurt", "lovelace", "minsky", "noether", "otto", "poincare", "quine", "rosa",
    "shannon", "turing",
)  # fmt: skip
FAULTS = {
    Status.ERROR: "its program ended: ZeroDivisionError: division by zero (agent.py, line 12)",
    Status.TIMEOUT: "answered later than 2 s and the bank of 10 s",
    Status.MEMORY: "took more than 512 MB",
    Status.ILLEGAL: 'answered "\x1b[31mbuy\n" instead of a number',
}


def result(
    attacker: str,
    defender: str,
    mission: float,
    *,
    round_: int = 1,
    seed: int = 0,
    faults: dict[Side, Status] | None = None,
) -> MatchResult:
    """A match; a forfeit where there are faults."""
    faults = faults or {}
    winner: Side | None = Side.ATTACKER if mission > PAR else Side.DEFENDER
    if faults:
        winner = None if len(faults) == 2 else next(iter(faults)).other
        mission = {None: PAR, Side.ATTACKER: 1.0, Side.DEFENDER: 0.0}[winner]
    return MatchResult(
        fixture=Fixture(round_, "mapengine", attacker, defender, seed),
        winner=winner,
        mission=mission,
        par=PAR,
        missions=(mission,),
        plays=((0, 0),),
        status={side: faults.get(side, Status.OK) for side in SIDES},
        faults={side: FAULTS[status] for side, status in faults.items()},
        words=f"The {winner} won: mean mission {mission:.3f} against par {PAR}."
        if winner and not faults
        else "",
    )


def played(names: Sequence[str], *, faulty: bool = False) -> list[MatchResult]:
    """A full round robin with mirrors; the first name is the strongest, the last forfeits."""
    rng = np.random.default_rng(7)
    made = []
    for turn in range(len(names)):
        for place, attacker in enumerate(names):
            other = (place + turn) % len(names)
            shift = 0.12 * (other - place) / len(names)
            mission = float(np.clip(PAR + shift + 0.1 * rng.standard_normal(), 0, 1))
            faults: dict[Side, Status] = {}
            if faulty and turn and place == len(names) - 1:
                faults = {Side.ATTACKER: list(FAULTS)[turn % len(FAULTS)]}
            if faulty and turn and other == len(names) - 2:
                faults[Side.DEFENDER] = Status.TIMEOUT
            made.append(
                result(attacker, names[other], mission, round_=turn + 1, faults=faults or None)
            )
    return made


def events(
    names: Sequence[str], results: Sequence[MatchResult], *, before: int = 0, over: bool = True
) -> Iterator[Event]:
    """What a driver tells of these results, `before` of them from an earlier run."""
    yield Opened("Spring cup 2026", tuple(names), tuple(results[:before]), len(results))
    round_ = 0
    for each in results[before:]:
        if each.fixture.round != round_:
            round_ = each.fixture.round
            drawn = tuple(one.fixture for one in results if one.fixture.round == round_)
            yield Planned(round_, drawn, len(results))
        yield Played(each, 1.5)
    if over:
        yield Over(standings(names, results, seed=1, replicates=40))


class Cup:
    """Start and stop of a tournament whose events come when they are asked for."""

    def __init__(self, told: Iterator[Event], *, pause: float = 0.0, hold: bool = False) -> None:
        self._told, self._pause = told, pause
        self.hold = hold
        """Whether it goes on for ever after its last event."""
        self.stopped = threading.Event()
        self.silent = threading.Event()
        """Everything was told."""

    def start(self, tell: Tell) -> None:
        """Tells it all."""
        for event in self._told:
            if self.stopped.wait(self._pause):
                return
            tell(event)
        self.silent.set()
        if self.hold:
            self.stopped.wait()

    def stop(self) -> None:
        """Ends it."""
        self.stopped.set()


def failing(error: Exception) -> Callable[[Tell], None]:
    """A start that fails."""

    def start(tell: Tell) -> None:
        tell(Opened("Spring cup 2026", ("ada", "bo"), (), 2))
        raise error

    return start
