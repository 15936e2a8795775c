"""What a payoff table says of its game: the equilibrium, who can be exploited, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wargame.kernels.intervals import Estimate, mean
from wargame.stages import Side
from wargame.theory.bootstrap import FEW, Intervals, Spread, bootstrap
from wargame.theory.equilibrium import Equilibrium, Exploitability, Vector, exploitability, zero_sum
from wargame.theory.payoff import Payoffs


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The zero-sum solution of a table."""

    payoffs: Payoffs
    equilibrium: Equilibrium
    exploitability: Exploitability
    intervals: Intervals | None
    """None where there is one seed alone, which tells nothing of the noise."""

    @property
    def side(self) -> Side:
        """Who wins where both sides choose well."""
        above = self.equilibrium.value > self.payoffs.par
        return Side.ATTACKER if above else Side.DEFENDER

    @property
    def certain(self) -> bool:
        """Whether the whole interval of the value lies on that side of par, over enough seeds."""
        if self.intervals is None or self.intervals.seeds < FEW:
            return False
        low, high = float(self.intervals.value.low[0]), float(self.intervals.value.high[0])
        return low > self.payoffs.par if self.side is Side.ATTACKER else high <= self.payoffs.par

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        intervals, found, short = self.intervals, self.equilibrium, self.exploitability
        data: dict[str, Any] = {
            "value": found.value,
            "par": self.payoffs.par,
            "winner": self.side.value,
            "certain": self.certain,
            "nash_conv": found.gap,
            "attackers": _agents(self.payoffs.attackers, found.attacker, short.attackers),
            "defenders": _agents(self.payoffs.defenders, found.defender, short.defenders),
        }
        if intervals is not None:
            data["interval"] = _ends(intervals.value)[0]
            data["same_support"] = intervals.same_support
            data["resamples"] = intervals.resamples
            sides = (
                ("attackers", intervals.attackers, intervals.attackers_exploitability),
                ("defenders", intervals.defenders, intervals.defenders_exploitability),
            )
            for side, weights, gains in sides:
                for each, weight, gain in zip(
                    data[side], _ends(weights), _ends(gains), strict=True
                ):
                    each |= {"weight_interval": weight, "exploitability_interval": gain}
        return data


def answer(payoffs: Payoffs, *, resamples: int = 1000, seed: int = 0) -> Answer:
    """Solves a table.

    Args:
        payoffs: the table.
        resamples: of the bootstrap.
        seed: of its draws.
    """
    found = zero_sum(payoffs.mean)
    several = len(payoffs.seeds) > 1
    rng = np.random.default_rng(seed)
    return Answer(
        payoffs,
        found,
        exploitability(payoffs.mean, found.value),
        bootstrap(payoffs.missions, rng, resamples) if several else None,
    )


def cells(payoffs: Payoffs) -> list[list[Estimate]]:
    """The mean mission of each pair with Student's interval over the seeds."""
    return [[mean(seeds) for seeds in row] for row in payoffs.missions]


def response_gain(
    side: Side, missions: ArrayLike, weights: Vector, values: float | NDArray[np.float64]
) -> Estimate:
    """What a response from outside the pool gains over the value against a mixture.

    Its interval's low end, where above 0, is a lower bound on how far the mixture can be
    exploited in the whole game: the best response gains at least as much.

    Args:
        side: whose response it is.
        missions: of the response against each opponent by seed (K, S), on seeds that it was not
            made on.
        weights: of the opponents (K,).
        values: of the pool's game: one number, or the mixtures' own mission by seed (S,), which
            pairs the seeds.
    """
    against = np.asarray(weights) @ np.asarray(missions, dtype=np.float64)
    gains = against - values if side is Side.ATTACKER else values - against
    return mean(gains)


def _agents(names: tuple[str, ...], weights: Vector, gains: Vector) -> list[dict[str, Any]]:
    return [
        {"name": name, "weight": float(weight), "exploitability": float(gain)}
        for name, weight, gain in zip(names, weights, gains, strict=True)
    ]


def _ends(spread: Spread) -> list[list[float]]:
    return [[float(a), float(b)] for a, b in zip(spread.low, spread.high, strict=True)]
