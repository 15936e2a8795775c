"""Runs a league in its folder: turns, the pool they leave, the plot; from wherever it stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wargame.arena.fleet import Fleet
from wargame.arena.pool_folder import FILE, mixture, write
from wargame.arena.update import Update
from wargame.errors import Cancelled, WargameError
from wargame.game import policy
from wargame.game.terms import Scenario
from wargame.league import plot
from wargame.league.league_folder import LeagueFolder
from wargame.league.response import trainer
from wargame.league.self_play import SelfPlay, Trained
from wargame.league.turn import Turn
from wargame.pool import Pool, Progress, one_thread, silent
from wargame.stages import SIDES, Side
from wargame.store import Store
from wargame.theory.equilibrium import Equilibrium, zero_sum
from wargame.theory.psro import Iteration, psro

Weights = dict[Side, tuple[tuple[str, float], ...]]


class TimeOver(Cancelled):
    """The time given is over."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The pools with the last responses in them, and their equilibrium: what pool.json holds."""

    turn: Turn
    """The last one."""
    pools: tuple[tuple[str, ...], tuple[str, ...]]
    equilibrium: Equilibrium

    @property
    def weights(self) -> Weights:
        """For each side, its agents and how often each is played."""
        found = self.equilibrium
        return _weights(self.pools, found.attacker.tolist(), found.defender.tolist())


Listener = Callable[[Standing], None]


class League:
    """A league in its folder, whose settings must have been written.

    Args:
        folder: of the league.
        rules: the scenario, which must be the settings' own.
        command: what a reader would type to make the policies again.
        data: where the data lies; else it is looked for.
        store: where artifacts are kept.
        pool: where rounds are made.
        progress: told what is being made; raises Cancelled to stop.
        trained: told of every update of a response.
    """

    def __init__(
        self,
        folder: LeagueFolder,
        rules: Scenario,
        *,
        command: str,
        data: Path | None = None,
        store: Store | None = None,
        pool: Pool | None = None,
        progress: Progress = silent,
        trained: Trained = lambda _iteration, _side, _update: None,
    ) -> None:
        self.folder, self.rules = folder, rules
        self.settings = settings = folder.settings()
        self._end = float("inf")
        self._progress, self._trained = progress, trained
        fleet = Fleet(
            rules, settings.fidelity, data=data, store=store, pool=pool, progress=self._watched
        )
        train = trainer(
            rules, command=command, data=data, store=store, pool=pool, progress=self._watched
        )
        self.oracle = SelfPlay(folder, settings, fleet, train, self._learned)

    def run(
        self,
        iterations: int,
        *,
        seconds: float = float("inf"),
        listener: Listener = lambda _: None,
    ) -> bool:
        """Runs until that many iterations are done, or neither side finds a better response.

        Args:
            iterations: in all, with those of earlier sittings.
            seconds: of this sitting.
            listener: told of every iteration made now, and of the last one made before.

        Returns:
            Whether it came to its end; else the time was over, and it goes on exactly from there.

        Raises:
            WargameError: a file was damaged or edited, or the disk refuses.
            Cancelled: by the progress; nothing that was finished is lost.
        """
        self._end = time.monotonic() + seconds
        with self.folder.claimed(), one_thread():
            try:
                self._run(iterations, listener)
            except TimeOver:
                return False
        return True

    def _run(self, iterations: int, listener: Listener) -> None:
        turns = self.folder.turns()
        if turns:
            self._check_policies(turns)
            listener(self._publish(turns, resumed=True))

        def told(iteration: Iteration) -> None:
            turn = Turn(iteration, dict(self.oracle.trials))
            self.folder.add(turn)
            turns.append(turn)
            listener(self._publish(turns))

        psro(
            self.oracle,
            *self.settings.pools,
            iterations=iterations,
            told=told,
            before=turns[-1].iteration if turns else None,
        )

    def _publish(self, turns: Sequence[Turn], *, resumed: bool = False) -> Standing:
        """Solves the pools with the last responses in them; writes the pool and the plot."""
        pools = turns[-1].iteration.grown
        self.oracle.pools = dict(zip(SIDES, pools, strict=True))
        found = Standing(turns[-1], pools, zero_sum(self.oracle.payoffs(*pools)))
        if resumed:
            self._check_pool(found)
        self.folder.pool.mkdir(exist_ok=True)
        members = self._members(found.weights)
        if not resumed or not (self.folder.pool / FILE).exists():
            write(self.folder.pool, members)
        plot.draw([turn.iteration for turn in turns], found.weights, self.rules, self.folder.plot)
        return found

    def _members(self, weights: Weights) -> Weights:
        """By the words that find them: policies by their folder in the pool."""
        first = self.settings.words
        return {
            side: tuple((first[side].get(name, name), weight) for name, weight in weights[side])
            for side in SIDES
        }

    def _check_policies(self, turns: Sequence[Turn]) -> None:
        for turn in turns:
            told = (turn.iteration.attacker_response, turn.iteration.defender_response)
            for side, name in zip(SIDES, told, strict=True):
                if name is None:
                    continue
                place = self.folder.policy(name)
                number = turn.iteration.number
                if policy.read(place).settings.mark != turn.trials[side].mark:
                    raise WargameError(
                        f"{place} is not the policy that iteration {number} found; put back the "
                        f"one in {self.folder.run(number, side).best}"
                    )

    def _check_pool(self, now: Standing) -> None:
        """Refuses a pool.json that is neither this turn's nor, after a kill, the one before's."""
        path = self.folder.pool / FILE
        if not path.exists():
            return
        last = now.turn.iteration
        before = _weights(
            (last.attackers, last.defenders), last.attacker_weights, last.defender_weights
        )
        lying = {side: mixture(self.folder.pool, side) for side in SIDES}
        if lying == self._expected(now.weights):
            return
        if lying != self._expected(before):
            raise WargameError(
                f"{path}: this is not the mixture of the last iteration; was it edited? Delete "
                "it, and it is written again"
            )
        write(self.folder.pool, self._members(now.weights))

    def _expected(self, weights: Weights) -> dict[Side, list[tuple[str, float]]]:
        """As `mixture` reads them."""
        return {
            side: [
                (self.oracle.word(side, name), weight) for name, weight in weights[side] if weight
            ]
            for side in SIDES
        }

    def _watched(self, what: str, done: int, total: int) -> None:
        self._in_time()
        self._progress(what, done, total)

    def _learned(self, iteration: int, side: Side, update: Update) -> None:
        self._trained(iteration, side, update)
        self._in_time()

    def _in_time(self) -> None:
        if time.monotonic() > self._end:
            raise TimeOver


def _weights(pools: tuple[tuple[str, ...], tuple[str, ...]], *weights: Sequence[float]) -> Weights:
    return {
        side: tuple((name, float(weight)) for name, weight in zip(pool, some, strict=True))
        for side, pool, some in zip(SIDES, pools, weights, strict=True)
    }
