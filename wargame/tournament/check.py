"""Tells in seconds whether an agent would come through a tournament: takes it in and plays it.

The matches are real, isolated as in a tournament, and of the scenario's full length; only the
sizes of what is trained are small, since it is the agent that is looked at and not its strength.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wargame.errors import WargameError
from wargame.game import scenario
from wargame.game.agent import Agent, Fault
from wargame.game.match import DataFacts, Match
from wargame.game.terms import Fidelity, Scenario
from wargame.sandbox.limits import Limits, Status
from wargame.sandbox.method import Method, choose
from wargame.sandbox.warden import Warden
from wargame.stages import Side
from wargame.store import Store
from wargame.tournament.entrant import Submission
from wargame.tournament.intake import sides_of, submit, title_of
from wargame.tournament.seat import Seat
from wargame.tournament.seating import seat

RIVALS: dict[Side, tuple[str, ...]] = {
    Side.ATTACKER: ("vigilant", "random"),
    Side.DEFENDER: ("poisoner", "random"),
}
"""Ready agents that each side is tried against."""
SEED = 1
_FIDELITY = "sketch"
_SIZES = Fidelity(
    initial=80,
    batch=25,
    window=150,
    evaluation=40,
    gold=20,
    attacked=12,
    steps=6,
    width=4,
    batch_size=16,
    lr=0.01,
    weight_decay=0.0005,
)


@dataclass(frozen=True, slots=True)
class SideReport:
    """How an agent played one side."""

    side: Side
    status: Status
    problem: str
    """What is wrong, with file and line where they are known; empty where nothing is."""
    rivals: tuple[str, ...]
    """Whom it met; the last one where something went wrong."""
    rounds: int
    """Rounds that were played to their end."""
    slowest_ms: float | None
    """Its slowest answer; None where it runs in this process."""
    memory_mb: float | None
    """Most memory it was seen to use; None likewise."""
    output: str
    """What it wrote to its standard error, in the match that went wrong or else the last one."""


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
        """Plain JSON data."""
        return asdict(self)


def check(
    word: str,
    *,
    base: Path | None = None,
    command: Sequence[str] = (),
    limits: Limits | None = None,
    game: str = "mapengine",
    sides: Sequence[Side] = (),
    method: Method | None = None,
) -> Report:
    """Tries an agent.

    Args:
        word: as `submit` takes it.
        base: where relative paths begin; the working folder where it is not given.
        command: starts a program.
        limits: what it may use; a tournament's usual ones where they are not given.
        game: a scenario's name or file.
        sides: which it is to play; those that it says it plays where none is given.
        method: how it is isolated; the best that works here where it is not given.

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
    with (
        tempfile.TemporaryDirectory(prefix="wargame-check-") as scratch,
        Warden(method if method is not None else choose(unsafe=False)) as warden,
    ):
        bench = _Bench(rules, taken, _slug(word), warden, limits or Limits(), Path(scratch))
        found = tuple(bench.side(side) for side in played)
    valid = all(each.status is Status.OK for each in found)
    return Report(word, valid, "", taken.kind.value, taken.digest, title, found)


def _slug(word: str) -> str:
    stem = re.sub(r"[^a-z0-9_-]+", "-", Path(word).name.partition(".")[0].lower()).strip("-_")
    return stem[:40] or "agent"


def quick(rules: Scenario) -> Scenario:
    """The scenario with sizes that make a round in a fraction of a second, as `sketch`."""
    return rules.model_copy(update={"fidelity": {_FIDELITY: _SIZES}})


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
        from wargame.data import synthetic
        from wargame.data.sources import REPLACEABLE, load, summary
        from wargame.pipeline.source import offer
        from wargame.pool import single_thread

        single_thread()
        self._rules, self._taken, self._name = quick(rules), taken, name
        self._warden, self._limits, self._cache = warden, limits, scratch / "agents"
        self._store = Store(scratch / "store")
        tiles = synthetic.load() if rules.data in REPLACEABLE else load(rules.data)
        offer(tiles)
        self._data = DataFacts(tiles.name, tiles.digest, summary(tiles))

    def side(self, side: Side) -> SideReport:
        """Plays every rival, up to the first match that goes wrong."""
        tries = [self._try(side, RIVALS[side][0])]
        for rival in RIVALS[side][1:]:
            if tries[-1].status is Status.OK:
                tries.append(self._try(side, rival))
        last = tries[-1]
        return SideReport(
            side=side,
            status=last.status,
            problem=last.problem,
            rivals=tuple(rival for each in tries for rival in each.rivals),
            rounds=sum(each.rounds for each in tries),
            slowest_ms=_most(each.slowest_ms for each in tries),
            memory_mb=_most(each.memory_mb for each in tries),
            output=last.output,
        )

    def _try(self, side: Side, rival: str) -> SideReport:
        made: list[Agent] = []

        def make() -> Agent:
            made.append(
                seat(self._name, self._taken, side, self._warden, self._limits, self._cache)
            )
            return made[0]

        with closing(Seat(self._name, make)) as tried:
            match = self._match(side, tried, rival)
            fault = _played(match)
        agent = made[0] if made else None
        slowest, peak = getattr(agent, "slowest", None), getattr(agent, "peak_memory", None)
        return SideReport(
            side=side,
            status=fault.status if fault else Status.OK,
            problem=str(fault) if fault else "",
            rivals=(rival,),
            rounds=len(match.lines),
            slowest_ms=None if slowest is None else round(1000 * slowest, 1),
            memory_mb=None if peak is None else round(peak / 2**20, 1),
            output=tried.output,
        )

    def _match(self, side: Side, tried: Agent, rival: str) -> Match:
        from wargame.game.agent import make

        players = {side: tried, side.other: make(rival)}
        return Match(
            self._rules,
            players[Side.ATTACKER],
            players[Side.DEFENDER],
            seed=SEED,
            fidelity=_FIDELITY,
            data=self._data,
            store=self._store,
        )


def _played(match: Match) -> Fault | None:
    try:
        for _ in match:
            pass
    except Fault as fault:
        return fault
    return None


def _most(numbers: Any) -> float | None:
    known = [number for number in numbers if number is not None]
    return max(known) if known else None
