"""Equilibria of games in which the two sides' gains do not sum to zero, through nashpy.

A measured mission value is what one side gains and the other loses, but each side also pays for
its cards. As soon as those prices count, a game is general-sum: it may have several equilibria, of
different worth.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from wargame.theory.equilibrium import Matrix, Vector, checked

_SUPPORTS = 5_000
"""Pairs of supports up to which all are tried; beyond, Lemke and Howson's paths are followed."""
_CLOSE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One equilibrium of a general-sum game."""

    attacker: Vector
    """Weights (A,)."""
    defender: Vector
    """Weights (D,)."""
    attacker_payoff: float
    defender_payoff: float
    gap: float
    """The most that a side gains by deviating alone; 0 but for rounding."""


@dataclass(frozen=True, slots=True)
class GeneralSum:
    """The equilibria found, and what has to be said of how."""

    equilibria: tuple[Pair, ...]
    """The attacker's best first."""
    method: str
    notes: tuple[str, ...]


def general_sum(attacker: ArrayLike, defender: ArrayLike) -> GeneralSum:
    """Equilibria of a game with these two payoff matrices (A, D), each side maximising its own.

    Small games: all supports are tried (support enumeration), and, where the game is degenerate,
    the vertices of the best-reply polytopes too. Large games: one equilibrium from each label of
    Lemke and Howson (1964), so some may be missed. Whatever the method, only pairs of mixtures
    from which no side gains by deviating are returned.

    Raises:
        ValueError: the matrices are none, or their shapes differ.
    """
    ours, theirs = checked(attacker), checked(defender)
    if ours.shape != theirs.shape:
        raise ValueError(f"two payoff matrices of shapes {ours.shape} and {theirs.shape}")
    game = _Game(ours, theirs)
    notes: list[str] = []
    if _pairs_of_supports(*ours.shape) > _SUPPORTS:
        method = "Lemke-Howson"
        found = game.lemke_howson()
        notes.append("the pool is large: there may be more equilibria than these")
    else:
        method = "support enumeration"
        found = game.supports()
        # Every game that is not degenerate has an odd number of equilibria (Wilson, 1971).
        if game.degenerate or len(found) % 2 == 0:
            method = "support and vertex enumeration"
            found = _distinct([*found, *game.vertices()])
            notes.append(
                "the game is degenerate: best replies tie, so there may be whole ranges of "
                "equilibria, of which these are corners"
            )
    if not found:
        found = game.lemke_howson()
    ordered = sorted(found, key=lambda pair: (-pair.attacker_payoff, *(-pair.attacker)))
    return GeneralSum(tuple(ordered), method, tuple(notes))


class _Game:
    """One game in nashpy's hands; its warnings are caught."""

    def __init__(self, ours: Matrix, theirs: Matrix) -> None:
        import nashpy

        self.ours, self.theirs = ours, theirs
        self.scale = max(float(np.ptp(ours)), float(np.ptp(theirs)), 1e-300)
        self.degenerate = False
        # Payoffs at one scale, so that the algorithms' own tolerances fit, and above 0, which
        # the polytopes of vertex enumeration need.
        scaled = (1 + (each - each.min()) / self.scale for each in (ours, theirs))
        self.game = nashpy.Game(*scaled)

    def supports(self) -> list[Pair]:
        """By support enumeration."""
        return self._kept(self.game.support_enumeration(tol=1e-12))

    def vertices(self) -> list[Pair]:
        """By vertex enumeration; none where the polytopes are flat."""
        return self._kept(self.game.vertex_enumeration())

    def lemke_howson(self) -> list[Pair]:
        """From every label."""
        return self._kept(self.game.lemke_howson_enumeration())

    def _kept(self, mixtures: Iterable[tuple[Vector, Vector]]) -> list[Pair]:
        pairs = []
        with warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
            warnings.simplefilter("always")
            for x, y in _until_it_fails(mixtures):
                pair = self._pair(x, y)
                if pair is not None and pair.gap <= _CLOSE * self.scale:
                    pairs.append(pair)
        self.degenerate |= any("degenerate" in str(each.message) for each in caught)
        return _distinct(pairs)

    def _pair(self, x: Vector, y: Vector) -> Pair | None:
        if len(x) != self.ours.shape[0] or len(y) != self.ours.shape[1]:
            return None  # Lemke and Howson's path was lost in a degenerate game
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            return None
        x, y = (np.clip(each, 0, None) / np.clip(each, 0, None).sum() for each in (x, y))
        ours, theirs = float(x @ self.ours @ y), float(x @ self.theirs @ y)
        gap = max((self.ours @ y).max() - ours, (x @ self.theirs).max() - theirs, 0.0)
        return Pair(x, y, ours, theirs, float(gap))


def _until_it_fails(
    mixtures: Iterable[tuple[Vector, Vector]],
) -> Iterator[tuple[Vector, Vector]]:
    from scipy.spatial import QhullError

    try:
        yield from mixtures
    except (QhullError, np.linalg.LinAlgError, ValueError, IndexError, TypeError):
        return  # what a degenerate game does to the algorithms; what came before stands


def _distinct(pairs: list[Pair]) -> list[Pair]:
    kept: list[Pair] = []
    for pair in pairs:
        if not any(
            np.allclose(pair.attacker, other.attacker, atol=_CLOSE)
            and np.allclose(pair.defender, other.defender, atol=_CLOSE)
            for other in kept
        ):
            kept.append(pair)
    return kept


def _pairs_of_supports(rows: int, columns: int) -> int:
    return int((2**rows - 1) * (2**columns - 1))
