"""Equilibria of many matrix games that differ little, such as resamples of one measured game.

Most of them share the support of the first. There the equilibrium is the solution of two linear
systems (Shapley and Snow, 1950), solved for all games at once; only the others are programmed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wargame.theory.equilibrium import Equilibrium, Matrix, Vector, zero_sum

_MARGIN = 1e-9
"""Of the payoffs' range: nearer to another support, a game is left to the linear program."""


@dataclass(frozen=True, slots=True, eq=False)
class Equilibria:
    """One equilibrium a game."""

    values: Vector
    """(B,)"""
    attackers: Matrix
    """Mixtures (B, A)."""
    defenders: Matrix
    """Mixtures (B, D)."""
    same: NDArray[np.bool_]
    """Which games have the given support as the support of their only equilibrium (B,)."""


def same_support(games: NDArray[np.float64], guess: Equilibrium) -> Equilibria:
    """The equilibria of those games (B, A, D) that share a support; the others stay NaN.

    A game counts only where that equilibrium is its only one: as many attackers as defenders are
    played, each with a weight above 0, and every agent outside is strictly worse.
    """
    count, rows, columns = games.shape
    found = Equilibria(
        np.full(count, np.nan),
        np.full((count, rows), np.nan),
        np.full((count, columns), np.nan),
        np.zeros(count, dtype=bool),
    )
    played, facing = (np.array(side) for side in guess.support)
    if len(played) != len(facing):
        return found
    inner = games[:, played[:, None], facing]
    x, value = _equalised(inner.transpose(0, 2, 1))
    y, _ = _equalised(inner)
    mixed_x, mixed_y = np.zeros((count, rows)), np.zeros((count, columns))
    mixed_x[:, played], mixed_y[:, facing] = x, y
    margin = _MARGIN * np.ptp(games, axis=(1, 2))
    outside_rows = np.delete(np.einsum("bad,bd->ba", games, mixed_y), played, axis=1)
    outside_columns = np.delete(np.einsum("bad,ba->bd", games, mixed_x), facing, axis=1)
    same = np.isfinite(value) & (x > _MARGIN).all(axis=1) & (y > _MARGIN).all(axis=1)
    same &= (outside_rows < (value - margin)[:, None]).all(axis=1)
    same &= (outside_columns > (value + margin)[:, None]).all(axis=1)
    found.same[:] = same
    found.values[same] = value[same]
    found.attackers[same], found.defenders[same] = mixed_x[same], mixed_y[same]
    return found


def solve_many(games: NDArray[np.float64], guess: Equilibrium) -> Equilibria:
    """The equilibria of games (B, A, D), as `zero_sum` gives them.

    Args:
        games: payoffs.
        guess: the equilibrium of a game near them.
    """
    found = same_support(games, guess)
    for number in np.flatnonzero(~found.same):
        one = zero_sum(games[number])
        found.values[number] = one.value
        found.attackers[number], found.defenders[number] = one.attacker, one.defender
    return found


def _equalised(inner: NDArray[np.float64]) -> tuple[Matrix, Vector]:
    """Weights (B, k) that give every row of square games (B, k, k) the same payoff, and it (B,).

    NaN where they are not unique.
    """
    count, size, _ = inner.shape
    scale = np.ptp(inner, axis=(1, 2)) if size > 1 else np.ones(count)
    scale = np.where(scale > 0, scale, 1.0)
    system = np.zeros((count, size + 1, size + 1))
    system[:, :size, :size] = inner / scale[:, None, None]
    system[:, :size, size] = -1.0
    system[:, size, :size] = 1.0
    right = np.zeros((count, size + 1, 1))
    right[:, size] = 1.0
    solved = np.full((count, size + 1), np.nan)
    regular = np.abs(np.linalg.det(system)) > _MARGIN
    solved[regular] = np.linalg.solve(system[regular], right[regular])[..., 0]
    return solved[:, :size], solved[:, size] * scale
