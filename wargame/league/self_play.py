"""The oracle of a league: payoffs are matches really played, responses are trained.

A response counts only where it beats every agent of its pool on the payoff seeds, which it was
not trained on. What it gains there is a lower bound on what the best response would gain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wargame.arena.fleet import Fixture
from wargame.arena.update import Update
from wargame.game import policy
from wargame.league.league_folder import LeagueFolder
from wargame.league.response import Trainer
from wargame.league.terms import LeagueSettings
from wargame.league.turn import Trial
from wargame.stages import SIDES, Side
from wargame.theory.answer import response_gain
from wargame.theory.equilibrium import Matrix, Vector, zero_sum
from wargame.theory.filling import Player

Trained = Callable[[int, Side, Update], None]
"""Told of every update of a response: iteration, side, update."""


class SelfPlay:
    """Measures and trains for `wargame.theory.psro`.

    Args:
        folder: of the league.
        settings: its own.
        player: plays matches.
        train: trains a response.
        trained: told of every update.
    """

    def __init__(
        self,
        folder: LeagueFolder,
        settings: LeagueSettings,
        player: Player,
        train: Trainer,
        trained: Trained = lambda _iteration, _side, _update: None,
    ) -> None:
        self.pools: dict[Side, tuple[str, ...]] = dict(zip(SIDES, settings.pools, strict=True))
        """Names of those who answer; whoever runs the loop keeps them."""
        self.trials: dict[Side, Trial] = {}
        """Of the last iteration."""
        self._folder, self._settings = folder, settings
        self._player, self._train, self._trained = player, train, trained
        self._words = settings.words
        self._missions: dict[tuple[str, str], tuple[float, ...]] = {}

    def word(self, side: Side, name: str) -> str:
        """What finds an agent of a pool."""
        return self._words[side].get(name) or str(self._folder.policy(name))

    def payoffs(self, attackers: Sequence[str], defenders: Sequence[str]) -> Matrix:
        """Mean mission of every pair (A, D)."""
        return np.asarray(self.missions(attackers, defenders).mean(axis=2), dtype=np.float64)

    def missions(self, attackers: Sequence[str], defenders: Sequence[str]) -> NDArray[np.float64]:
        """The mission of every pair on every seed (A, D, S); each match is played once."""
        seeds = self._settings.seeds
        missing = [
            (one, two) for one in attackers for two in defenders if (one, two) not in self._missions
        ]
        fixtures = [
            Fixture(self.word(Side.ATTACKER, one), self.word(Side.DEFENDER, two), seed)
            for one, two in missing
            for seed in seeds
        ]
        played = self._player.play(fixtures) if fixtures else []
        for at, pair in enumerate(missing):
            some = played[at * len(seeds) : (at + 1) * len(seeds)]
            self._missions[pair] = tuple(each.mission for each in some)
        table = [[self._missions[one, two] for two in defenders] for one in attackers]
        return np.array(table, dtype=np.float64)

    def respond(
        self, side: Side, opponents: Sequence[str], weights: Vector, iteration: int
    ) -> str | None:
        """Trains a response and measures it; None where it does not beat its whole pool."""
        name = f"{side.value}-{iteration}"
        mixture = [
            (self.word(side.other, other), float(weight))
            for other, weight in zip(opponents, weights, strict=True)
        ]
        teachers = [self.word(side, each) for each in self.pools[side]]
        best = self._train(
            self._folder.run(iteration, side),
            self._settings.training(side, mixture, teachers),
            self._settings.steps,
            lambda update: self._trained(iteration, side, update),
        )
        self._words[side][name] = str(best)
        trial = self.trials[side] = self._tried(side, name, best, opponents, weights)
        if not trial.better:
            del self._words[side][name]
            return None
        place = self._folder.policy(name)
        found = policy.read(best)
        # A kill may have left one already, of this very training.
        policy.save(place, found.settings, found.weights, over=place.exists())
        self._words[side][name] = str(place)
        return name

    def _tried(
        self, side: Side, name: str, best: Path, opponents: Sequence[str], weights: Vector
    ) -> Trial:
        own = self._by_opponent(side, [name], opponents)[0]
        pool = self._by_opponent(side, self.pools[side], opponents)
        payoffs = pool.mean(axis=2)
        found = zero_sum(payoffs if side is Side.ATTACKER else -payoffs)
        values = np.einsum("a,ads,d->s", found.attacker, pool, weights)
        gain = response_gain(side, own, weights, values)
        sign = 1.0 if side is Side.ATTACKER else -1.0
        rivals = sign * (payoffs @ weights - values.mean())
        return Trial(
            gain=gain.value,
            low=gain.low,
            high=gain.high,
            best=float(rivals.max()),
            mark=policy.read(best).settings.mark,
        )

    def _by_opponent(
        self, side: Side, own: Sequence[str], opponents: Sequence[str]
    ) -> NDArray[np.float64]:
        """Missions (own, opponents, S)."""
        if side is Side.ATTACKER:
            return self.missions(own, opponents)
        return self.missions(opponents, own).swapaxes(0, 1)
