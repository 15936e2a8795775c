"""The equilibrium of a zero-sum matrix game by linear programming, and exploitability.

Rows are attackers, columns defenders, an entry is the mean mission value: what the attacker gains
and the defender loses. The attacker maximises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector: TypeAlias = NDArray[np.float64]
"""One number for each agent of a side."""
Matrix: TypeAlias = NDArray[np.float64]
"""Attackers by defenders."""
_SLACK = 1e-10
"""How far below the value, as a share of the payoffs' range, a mixture counts as optimal."""
_DUST = 1e-6
"""Weights below this are rounding."""
_SAME = 1e-5
"""Mixtures that differ by less are one: the program's own corner is then the exact one."""


@dataclass(frozen=True, slots=True, eq=False)
class Equilibrium:
    """A pair of mixtures from which neither side gains by deviating."""

    attacker: Vector
    """Weight of each attacker (A,), summing to 1."""
    defender: Vector
    """Weight of each defender (D,), summing to 1."""
    value: float
    """What the attacker gets in equilibrium."""
    gap: float
    """Duality gap: what both sides together could still gain by their best replies, >= 0."""

    @property
    def support(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The agents that each mixture plays at all."""
        return _played(self.attacker), _played(self.defender)


@dataclass(frozen=True, slots=True, eq=False)
class Exploitability:
    """What the other side's best reply in the pool gains over the value of the game, all >= 0."""

    attackers: Vector
    """Value less what each attacker keeps against its worst defender (A,)."""
    defenders: Vector
    """What each defender gives away to its worst attacker, less the value (D,)."""


def zero_sum(payoffs: ArrayLike) -> Equilibrium:
    """The equilibrium of a matrix game (A, D).

    The value comes from the linear program of von Neumann and Dantzig, solved by HiGHS. Where
    there are several optimal mixtures, each side's is the one nearest to the uniform mixture (the
    least sum of squares). It is unique, since the optimal mixtures form a convex set, depends on
    neither the order of the agents nor the solver, and splits weight evenly between twins.

    Raises:
        ValueError: the payoffs are no matrix of finite numbers, or one side has no agent.
    """
    table = checked(payoffs)
    low, span = float(table.min()), float(np.ptp(table))
    if span == 0:
        return equilibrium_of(table, _uniform(table.shape[0]), _uniform(table.shape[1]))
    scaled = (table - low) / span
    attacker, defender, value = _programmed(scaled)
    return equilibrium_of(
        table,
        _nearest_to_uniform(scaled.T, value, attacker),
        _nearest_to_uniform(-scaled, -value, defender),
    )


def checked(payoffs: ArrayLike) -> Matrix:
    """The payoffs as a matrix (A, D) of finite numbers.

    Raises:
        ValueError: they are none.
    """
    table = np.asarray(payoffs, dtype=np.float64)
    if table.ndim != 2 or table.size == 0 or not np.isfinite(table).all():
        raise ValueError(f"payoffs must be a matrix of finite numbers, not of shape {table.shape}")
    return table


def equilibrium_of(payoffs: ArrayLike, attacker: ArrayLike, defender: ArrayLike) -> Equilibrium:
    """Two mixtures with their value and the gap that they leave in a game (A, D)."""
    table = checked(payoffs)
    x, y = (np.asarray(each, dtype=np.float64) for each in (attacker, defender))
    best, worst = float((table @ y).max()), float((x @ table).min())
    # The value lies between the two whatever the mixtures are.
    return Equilibrium(x, y, (best + worst) / 2, max(0.0, best - worst))


def nash_conv(payoffs: ArrayLike, attacker: ArrayLike, defender: ArrayLike) -> float:
    """What both sides together gain by best replies to two mixtures; 0 in equilibrium alone.

    Lanctot and others, "A Unified Game-Theoretic Approach to Multiagent RL" (2017).
    """
    return equilibrium_of(payoffs, attacker, defender).gap


def exploitability(payoffs: ArrayLike, value: float | None = None) -> Exploitability:
    """How far each pure agent falls short of the value against the best reply in the pool.

    Args:
        payoffs: (A, D).
        value: of the game; worked out where it is not given.
    """
    table = checked(payoffs)
    level = zero_sum(table).value if value is None else value
    return Exploitability(
        np.maximum(0.0, level - table.min(axis=1)), np.maximum(0.0, table.max(axis=0) - level)
    )


def exploited(payoffs: ArrayLike, found: Equilibrium, value: float) -> tuple[float, float]:
    """What best replies gain over the value against the attackers' and the defenders' mixture.

    Args:
        payoffs: (A, D), which may be others than those that the mixtures come from.
        found: the mixtures.
        value: of the game.
    """
    table = checked(payoffs)
    kept, given = (found.attacker @ table).min(), (table @ found.defender).max()
    return max(0.0, value - float(kept)), max(0.0, float(given) - value)


def _played(weights: Vector) -> tuple[int, ...]:
    return tuple(int(number) for number in np.flatnonzero(weights > 0))


def _uniform(count: int) -> Vector:
    return np.full(count, 1.0 / count)


def _programmed(table: Matrix) -> tuple[Vector, Vector, float]:
    """Some optimal mixtures, and the value, of payoffs in 0..1."""
    from scipy.optimize import linprog

    rows, columns = table.shape
    solved = linprog(
        np.append(np.zeros(rows), -1.0),
        A_ub=np.column_stack([-table.T, np.ones(columns)]),
        b_ub=np.zeros(columns),
        A_eq=np.append(np.ones(rows), 0.0)[None, :],
        b_eq=[1.0],
        bounds=[(0, None)] * rows + [(None, None)],
        method="highs",
    )
    if not solved.success:  # every matrix game has a solution (von Neumann, 1928)
        raise RuntimeError(f"HiGHS found no solution: {solved.message}")
    return _clean(solved.x[:-1]), _clean(-solved.ineqlin.marginals), float(-solved.fun)


def _nearest_to_uniform(table: Matrix, value: float, fallback: Vector) -> Vector:
    """The mixture x with `table @ x >= value` that is nearest to the uniform one.

    Least distance programming by non-negative least squares: Lawson and Hanson, "Solving Least
    Squares Problems" (1974), chapter 23, in coordinates of the plane where weights sum to 1.
    """
    from scipy.optimize import nnls

    count = table.shape[1]
    if count == 1:
        return np.ones(1)
    centre = _uniform(count)
    plane = np.linalg.qr(np.column_stack([np.ones(count), np.eye(count)[:, :-1]]))[0][:, 1:]
    limits = np.vstack([table @ plane, plane])
    bounds = np.concatenate([value - _SLACK - table @ centre, -centre])
    if (bounds <= 0).all():
        return centre
    system = np.vstack([limits.T, bounds])
    target = np.append(np.zeros(count - 1), 1.0)
    try:
        residual = system @ nnls(system, target)[0] - target
    except RuntimeError:  # too many iterations
        return fallback
    if -residual[-1] < _SLACK:
        return fallback
    found = _clean(centre - plane @ (residual[:-1] / residual[-1]))
    worse = float((table @ found).min()) < float((table @ fallback).min()) - _DUST
    return fallback if worse or np.abs(found - fallback).max() < _SAME else found


def _clean(weights: Vector) -> Vector:
    kept = np.where(weights < _DUST, 0.0, weights)
    return np.asarray(kept / kept.sum(), dtype=np.float64)
