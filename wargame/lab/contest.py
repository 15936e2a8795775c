"""Plays an evaluation: every pair on every seed, some seeds at a time; nothing learns."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from wargame.arena.fleet import Fixture, Fleet, Played
from wargame.game.terms import Scenario
from wargame.lab.evaluation import Contestant, Evaluation
from wargame.pool import Pool, Progress, silent
from wargame.store import Store
from wargame.theory.pace import BATCH, span

_SIDE_BY_SIDE = 16
"""Matches a worker, so that none waits long for another at the end of a round."""


class Contest:
    """The matches of an evaluation.

    Args:
        rules: the scenario.
        fidelity: one of the scenario's.
        attackers: at least one.
        defenders: at least one.
        data: where the data lies; else it is looked for.
        store: where artifacts are kept.
        pool: where rounds are made.
        workers: processes of the pool.
        progress: told how far it is and what time is left; raises Cancelled to stop.
    """

    def __init__(
        self,
        rules: Scenario,
        fidelity: str,
        attackers: Sequence[Contestant],
        defenders: Sequence[Contestant],
        *,
        data: Path | None = None,
        store: Store | None = None,
        pool: Pool | None = None,
        workers: int = 1,
        progress: Progress = silent,
    ) -> None:
        self._rules = rules
        self._sides = tuple(attackers), tuple(defenders)
        self._pace = _Steady(progress)
        self._fleet = Fleet(rules, fidelity, data=data, store=store, pool=pool, progress=self._pace)
        pairs = len(attackers) * len(defenders)
        self._at_once = max(1, math.ceil(_SIDE_BY_SIDE * workers / pairs))
        self.finished = 0
        """Seeds that every pair has played."""

    def play(self, seeds: Sequence[int]) -> Evaluation:
        """Plays every pair on these seeds; the numbers depend on no other seed.

        Raises:
            WargameError: an agent cannot play here.
            Fault: an agent failed, or chose what is not allowed.
            Cancelled: by the progress; what was made stays in the store.
        """
        attackers, defenders = self._sides
        rounds = len(attackers) * len(defenders) * self._rules.rounds + 1  # and the opening
        self._pace.begin(len(seeds) * rounds)
        played: list[Played] = []
        for first in range(0, len(seeds), self._at_once):
            batch = seeds[first : first + self._at_once]
            self._pace.head = f"seeds {first}/{len(seeds)}"
            fixtures = [
                Fixture(one.word, two.word, seed)
                for seed in batch
                for one in attackers
                for two in defenders
            ]
            played += self._fleet.play(fixtures)
            self._pace.add(len(batch) * rounds)
            self.finished += len(batch)
        par = self._rules.mission.par
        return Evaluation(attackers, defenders, tuple(seeds), par, tuple(played))


class _Steady:
    """Counts on from one round of a batch of matches to the next, and tells the time left.

    The clock starts with the first round that is done: starting processes takes long, and once.
    """

    def __init__(self, progress: Progress, clock: Callable[[], float] = time.monotonic) -> None:
        self._progress, self._clock = progress, clock
        self.head = ""
        self._total = 1
        self._finished = self._before = self._last = 0
        self._first: tuple[float, int] | None = None

    def begin(self, total: int) -> None:
        """Starts to count."""
        self._total = total
        self._finished = self._before = self._last = 0

    def add(self, count: int) -> None:
        """A batch is done."""
        self._finished += count
        self._before = self._last = 0
        self._tell()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Told by the source of the rounds, which starts to count anew for every round."""
        del total
        if what == BATCH:
            if done < self._last:
                self._before += self._last + 1
            self._last = done
        self._tell()

    def _tell(self) -> None:
        done = self._finished + self._before + self._last
        self._progress(f"{self.head}{self._left(done)}, rounds", done, self._total)

    def _left(self, done: int) -> str:
        if done == 0 or done >= self._total:
            return ""
        if self._first is None:
            self._first = self._clock(), done
        start, first = self._first
        spent = self._clock() - start
        if spent < 1 or done == first:
            return ""
        return f", {span(spent / (done - first) * (self._total - done))} left"
