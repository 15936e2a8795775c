"""Policy-space response oracles: pools that grow by best responses to their own equilibrium.

Lanctot and others, "A Unified Game-Theoretic Approach to Multiagent Reinforcement Learning"
(2017); with exact responses it is the double oracle of McMahan, Gordon and Blum (2003), which
ends in an equilibrium of the whole game. Here the meta-strategies are the zero-sum equilibrium of
the measured matrix. What the new responses gain over the value is a lower bound on how far the
meta-strategies can be exploited: exact where the responses are best, else as good as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, Self

import numpy as np

from wargame.stages import SIDES, Side
from wargame.theory.equilibrium import Equilibrium, Matrix, Vector, zero_sum

Names = tuple[str, ...]


class Oracle(Protocol):
    """The game as the loop needs it; agents are known by name."""

    def payoffs(self, attackers: Sequence[str], defenders: Sequence[str]) -> Matrix:
        """Mean mission of every pair (A, D); what was measured before is asked for again."""
        ...

    def respond(
        self, side: Side, opponents: Sequence[str], weights: Vector, iteration: int
    ) -> str | None:
        """The name of a response of `side` to a mixture of opponents.

        May be an agent that is in the pool already. None where none better was found.
        """
        ...


@dataclass(frozen=True, slots=True)
class Iteration:
    """One turn of the loop; plain data, from which the loop goes on."""

    number: int
    """From 1."""
    attackers: Names
    """The pool that was solved."""
    defenders: Names
    attacker_weights: tuple[float, ...]
    defender_weights: tuple[float, ...]
    value: float
    """Of the pool's game."""
    payoffs: tuple[tuple[float, ...], ...]
    """One row an attacker."""
    attacker_response: str | None
    """What was found against the defenders' mixture."""
    defender_response: str | None
    attacker_gain: float
    """What that response gains over the value, at least 0."""
    defender_gain: float

    @property
    def exploitability(self) -> float:
        """What both responses gain together: a lower bound on the meta-strategies' NashConv."""
        return self.attacker_gain + self.defender_gain

    @property
    def grown(self) -> tuple[Names, Names]:
        """The pools of the next turn."""
        return (
            _with(self.attackers, self.attacker_response),
            _with(self.defenders, self.defender_response),
        )

    @property
    def final(self) -> bool:
        """Whether neither response is new, so that the next turn would be this one."""
        return self.grown == (self.attackers, self.defenders)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self) | {"exploitability": self.exploitability}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`.

        Raises:
            KeyError: a field is missing.
        """
        fields = {name: data[name] for name in cls.__dataclass_fields__}
        for name in ("attackers", "defenders", "attacker_weights", "defender_weights"):
            fields[name] = tuple(fields[name])
        fields["payoffs"] = tuple(tuple(row) for row in fields["payoffs"])
        return cls(**fields)


def psro(
    oracle: Oracle,
    attackers: Sequence[str],
    defenders: Sequence[str],
    *,
    iterations: int,
    told: Callable[[Iteration], None] = lambda _: None,
    before: Iteration | None = None,
    tolerance: float = 0.0,
) -> list[Iteration]:
    """Runs the loop; returns the turns that were made now.

    Args:
        oracle: measures payoffs and finds responses.
        attackers: the first pool, of one agent or more.
        defenders: likewise.
        iterations: turns in all, those made before included.
        told: called after every turn, with all that is needed to go on from there.
        before: the last turn of a run to go on with; its pools win over those given.
        tolerance: ends where the responses together gain no more than this, or are not new.

    Raises:
        ValueError: a pool is empty or holds an agent twice.
    """
    pools = (tuple(attackers), tuple(defenders)) if before is None else before.grown
    for pool in pools:
        if not pool or len(set(pool)) < len(pool):
            raise ValueError(f"a pool needs agents, each once: {pool}")
    done: list[Iteration] = []
    last = before
    while (last.number if last else 0) < iterations and not _ended(last, tolerance):
        last = _turn(oracle, *pools, (last.number if last else 0) + 1)
        done.append(last)
        told(last)
        pools = last.grown
    return done


def _turn(oracle: Oracle, attackers: Names, defenders: Names, number: int) -> Iteration:
    payoffs = np.asarray(oracle.payoffs(attackers, defenders), dtype=np.float64)
    found = zero_sum(payoffs)
    attack = oracle.respond(Side.ATTACKER, defenders, found.defender, number)
    defence = oracle.respond(Side.DEFENDER, attackers, found.attacker, number)
    gains = _gains(oracle, attackers, defenders, found, attack, defence)
    return Iteration(
        number=number,
        attackers=attackers,
        defenders=defenders,
        attacker_weights=tuple(found.attacker.tolist()),
        defender_weights=tuple(found.defender.tolist()),
        value=found.value,
        payoffs=tuple(tuple(row) for row in payoffs.tolist()),
        attacker_response=attack,
        defender_response=defence,
        attacker_gain=gains[Side.ATTACKER],
        defender_gain=gains[Side.DEFENDER],
    )


def _gains(
    oracle: Oracle,
    attackers: Names,
    defenders: Names,
    found: Equilibrium,
    attack: str | None,
    defence: str | None,
) -> dict[Side, float]:
    gains = dict.fromkeys(SIDES, 0.0)
    if attack is not None:
        row = oracle.payoffs([attack], defenders)[0]
        gains[Side.ATTACKER] = max(0.0, float(row @ found.defender) - found.value)
    if defence is not None:
        column = oracle.payoffs(attackers, [defence])[:, 0]
        gains[Side.DEFENDER] = max(0.0, found.value - float(found.attacker @ column))
    return gains


def _ended(last: Iteration | None, tolerance: float) -> bool:
    return last is not None and (last.final or last.exploitability <= tolerance)


def _with(pool: Names, response: str | None) -> Names:
    return pool if response is None or response in pool else (*pool, response)
