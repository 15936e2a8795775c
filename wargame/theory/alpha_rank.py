"""Alpha-rank of two populations, through OpenSpiel: who survives under evolution.

A profile is one attacker and one defender. Now and then one side tries another agent, and keeps
it where it does better against the other side's present one. Alpha-rank is the share of time that
each profile is held for in the long run: Omidshafiei and others, "alpha-Rank: Multi-Agent
Evaluation by Evolution" (2019). Unlike an equilibrium it ranks pure agents, is unique, and shows
cycles as what they are: several profiles that take turns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from wargame.theory.equilibrium import Matrix, Vector, checked

_SWEEP = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
_LEAST = 3
"""Steps of the sweep before it may end: masses can stand still at first and move again."""
_SETTLED = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class AlphaRank:
    """How long evolution holds each profile and each agent."""

    profiles: Matrix
    """Mass of each pair (A, D), summing to 1."""
    attackers: Vector
    """Mass of each attacker (A,)."""
    defenders: Vector
    """Mass of each defender (D,)."""
    epsilon: float
    """How often a worse agent is taken over all the same, where the sweep ended."""

    def order(self) -> list[tuple[int, int]]:
        """Profiles by falling mass, ties by number."""
        rows, columns = np.unravel_index(
            np.argsort(-np.round(self.profiles, 6), axis=None, kind="stable"), self.profiles.shape
        )
        return [(int(a), int(d)) for a, d in zip(rows, columns, strict=True)]


def alpha_rank(attacker: ArrayLike, defender: ArrayLike | None = None) -> AlphaRank:
    """The ranking of a game of two populations.

    The limit of infinite selection strength (alpha) is taken, as in Rowland and others,
    "Multiagent Evaluation under Incomplete Information" (2019), so that no alpha has to be chosen
    and no exponential overflows: a better agent is taken over with probability 1 - epsilon, a
    worse one with epsilon, an equal one with 1/2. Epsilon falls until the masses stand still.

    Args:
        attacker: payoffs (A, D) of the attacker.
        defender: of the defender; the negative of the attacker's where they are not given.

    Raises:
        ValueError: they are no matrices of one shape.
    """
    ours = checked(attacker)
    theirs = -ours if defender is None else checked(defender)
    if ours.shape != theirs.shape:
        raise ValueError(f"two payoff matrices of shapes {ours.shape} and {theirs.shape}")
    kept, at = None, 0.0
    for number, epsilon in enumerate(_SWEEP, start=1):
        masses = _masses(ours, theirs, epsilon)
        if masses is None:
            break
        still = kept is not None and np.abs(masses - kept).max() < _SETTLED
        kept, at = masses, epsilon
        if still and number >= _LEAST:
            break
    if kept is None:
        raise RuntimeError("the chain has no unique stationary distribution")
    return AlphaRank(kept, kept.sum(axis=1), kept.sum(axis=0), at)


def _masses(ours: Matrix, theirs: Matrix, epsilon: float) -> Matrix | None:
    from open_spiel.python.egt import alpharank

    if ours.size == 1:
        return np.ones((1, 1))
    try:
        masses = alpharank.compute([ours, theirs], use_inf_alpha=True, inf_alpha_eps=epsilon)[2]
    except ValueError:
        return None  # epsilon is too small for the eigenvalues to tell one distribution
    # Profiles are numbered row by row; eigenvectors may fall below 0 by rounding.
    kept = np.clip(np.asarray(masses, dtype=np.float64).reshape(ours.shape), 0.0, None)
    return np.asarray(kept / kept.sum(), dtype=np.float64)
