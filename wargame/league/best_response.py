"""How far a table's equilibrium can be exploited in the whole game: a bound by training.

Within the table nobody gains by deviating; outside it somebody may. One response a side is trained
against the other side's mixture, and measured on the table's seeds, which it was not trained on.
The approximate best response of Lanctot and others (2017) and Timbers and others (2022).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from wargame.arena.fleet import Fixture
from wargame.arena.run_folder import RunFolder, TrainSettings
from wargame.arena.update import Update
from wargame.kernels.intervals import Estimate
from wargame.league.response import Trainer
from wargame.stages import SIDES, Side
from wargame.store import digest
from wargame.theory.answer import response_gain
from wargame.theory.equilibrium import zero_sum
from wargame.theory.filling import Player
from wargame.theory.payoff import Payoffs

_SHARE = 1e-3
"""Opponents that a mixture plays less often are left out of the training, not of the measuring."""
Words = Mapping[Side, Mapping[str, str]]
Trained = Callable[[Side, Update], None]


@dataclass(frozen=True, slots=True)
class Response:
    """What was trained for a side."""

    side: Side
    policy: Path
    gain: Estimate
    """Over the value against the other side's mixture, paired by seed; below 0 where it loses."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        gain = self.gain
        return {
            "policy": str(self.policy),
            "gain": gain.value,
            "interval": [gain.low, gain.high],
            "seeds": gain.n,
        }


def bound(responses: Mapping[Side, Response]) -> float:
    """Lower bound on the NashConv of the mixtures: what both responses gain together, >= 0."""
    return sum(max(0.0, response.gain.value) for response in responses.values())


class BestResponses:
    """Trains and measures.

    Args:
        payoffs: the table, of two seeds or more.
        words: for each side, name in the table to the word that finds the agent.
        player: plays matches of the table's game.
        train: trains a response in it.
        place: a folder for the runs; each has its own in it, by its settings.
        changes: fields of the trainings' settings that are not to be the usual ones.
    """

    def __init__(
        self,
        payoffs: Payoffs,
        words: Words,
        player: Player,
        train: Trainer,
        place: Path,
        *,
        changes: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self._changes = dict(changes)
        self.payoffs, self.equilibrium = payoffs, zero_sum(payoffs.mean)
        self._words, self._player, self._train, self._place = words, player, train, place

    def find(
        self, steps: int, seed: int, trained: Trained = lambda _side, _update: None
    ) -> dict[Side, Response]:
        """A response of each side; what was trained before is gone on with.

        Args:
            steps: rounds that each learns from, at least.
            seed: of the trainings.
            trained: told of every update.

        Raises:
            WargameError: a run's folder is damaged, or an agent fails.
        """
        return {side: self._find(side, steps, seed, trained) for side in SIDES}

    def _find(self, side: Side, steps: int, seed: int, trained: Trained) -> Response:
        settings = self._settings(side, seed)
        key = digest(settings.model_dump(mode="json"))[:10]
        run = RunFolder(self._place / f"{side.value}-{key}")
        best = self._train(run, settings, steps, lambda update: trained(side, update))
        return Response(side, best, self._gain(side, best))

    def _settings(self, side: Side, seed: int) -> TrainSettings:
        header = self.payoffs.header
        mixture = zip(self._names(side.other), self._weights(side.other), strict=True)
        return TrainSettings(
            scenario=header.scenario,
            digest=header.scenario_digest,
            data=header.data.digest,
            side=side,
            opponents=tuple(
                (self._words[side.other][name], weight)
                for name, weight in mixture
                if weight >= _SHARE
            ),
            teachers=tuple(self._words[side][name] for name in self._names(side)),
            seed=seed,
            fidelity=header.fidelity,  # type: ignore[arg-type]
        ).model_copy(update=self._changes)

    def _gain(self, side: Side, best: Path) -> Estimate:
        names, seeds = self._names(side.other), self.payoffs.seeds
        others = [self._words[side.other][name] for name in names]
        pairs = [(str(best), o) if side is Side.ATTACKER else (o, str(best)) for o in others]
        played = self._player.play([Fixture(*pair, seed) for pair in pairs for seed in seeds])
        missions = np.reshape([each.mission for each in played], (len(names), len(seeds)))
        found = self.equilibrium
        values = np.einsum("a,ads,d->s", found.attacker, self.payoffs.missions, found.defender)
        return response_gain(side, missions, np.array(self._weights(side.other)), values)

    def _names(self, side: Side) -> tuple[str, ...]:
        return self.payoffs.attackers if side is Side.ATTACKER else self.payoffs.defenders

    def _weights(self, side: Side) -> list[float]:
        found = self.equilibrium
        weights = found.attacker if side is Side.ATTACKER else found.defender
        return [float(weight) for weight in weights]
