"""Maximum likelihood of the Bradley-Terry model, for many resamples of the results at once.

Bradley and Terry, "Rank Analysis of Incomplete Block Designs" (1952), with an advantage of one
side as in Davidson and Beaver, "On Extending the Bradley-Terry Model to Incorporate Within-Pair
Order Effects" (1977): the log-odds that attacker i beats defender j are h + a_i - d_j. The
strengths of a side sum to 0; where an entrant has one strength for both sides, a and d are one.

The prior is that of phantom matches: every strength, and the advantage, is pulled to 0 by half a
win and half a loss at even odds. So whoever won all its matches has a finite strength, and two
groups that never met stand around the same average. For one strength this is Jeffreys' prior of
a proportion. As a density of the log-odds it is a hyperbolic secant of standard deviation pi, 546
rating points: weak beside more than a few matches. Whelan, "Prior Distributions for the
Bradley-Terry Model of Paired Comparisons" (2017), shows that priors of this form depend on neither
the names of entrants nor on which outcome is called a win.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
PHANTOM = 0.5
"""Wins, and losses, of each strength against the phantom."""
_STEPS = 100
_DONE = 1e-10
_HALVINGS = 40
_BLOCK = 2**21
"""Numbers in the matrices that are worked on at once; keeps them near the cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Who met whom, as a linear model of the log-odds."""

    rows: Any
    """(P, K), sparse: what the advantage and K - 1 strengths count for in each pair's log-odds.
    Three of a row are not 0."""
    sums: Floats
    """(G, K): the sums of strengths that are 0."""

    @classmethod
    def of(cls, attackers: Sequence[int], defenders: Sequence[int], sums: Floats) -> Self:
        """A pair's log-odds are the advantage and the one coefficient less the other (P,)."""
        from scipy.sparse import csr_array

        count = len(attackers)
        columns = np.column_stack([np.zeros(count), attackers, defenders]).astype(np.int64)
        rows = np.repeat(np.arange(count), 3), columns.ravel()
        values = np.tile([1.0, 1.0, -1.0], count)
        return cls(csr_array((values, rows), shape=(count, sums.shape[1])), sums)

    def room(self) -> Floats:
        """How far each of the K moves when it alone is raised by 1 and the sums are put back."""
        sizes = self.sums.sum(axis=1, keepdims=True)
        return np.asarray(1.0 - (self.sums / sizes).sum(axis=0))


def by_side(attackers: Sequence[int], defenders: Sequence[int], counts: tuple[int, int]) -> Design:
    """A strength for each attacker, then one for each defender.

    Args:
        attackers: number of the attacker of each pair (P,).
        defenders: of the defender.
        counts: how many there are of each.
    """
    ours, theirs = counts
    number = np.arange(1 + ours + theirs)
    sums = np.array([(number > 0) & (number <= ours), number > ours], dtype=float)
    return Design.of([one + 1 for one in attackers], [two + 1 + ours for two in defenders], sums)


def overall(attackers: Sequence[int], defenders: Sequence[int], count: int) -> Design:
    """One strength an entrant, for both sides; see `by_side`. Nobody meets itself."""
    sums = (np.arange(1 + count) > 0)[None, :].astype(float)
    return Design.of([one + 1 for one in attackers], [two + 1 for two in defenders], sums)


def fit(
    design: Design,
    wins: ArrayLike,
    matches: ArrayLike,
    *,
    start: Floats | None = None,
    phantom: float = PHANTOM,
) -> Floats:
    """The advantage and the strengths that make the results most likely (B, K).

    Newton's method; the prior makes the likelihood strictly concave, so there is one maximum.

    Args:
        design: who met whom, P pairs.
        wins: of the attacker in each pair (B, P), one row a resample; may be fractions.
        matches: of each pair (B, P).
        start: a guess (K,) whose sums are 0.
        phantom: size of the prior; 0 for none, where the maximum must be finite.

    Raises:
        RuntimeError: it does not converge: without a prior, there may be no maximum.
    """
    won, met = (np.atleast_2d(np.asarray(each, dtype=np.float64)) for each in (wins, matches))
    count = design.rows.shape[1]
    guess = np.zeros(count) if start is None else start
    model = _Model.of(design, phantom)
    size = max(1, _BLOCK // count**2)
    blocks = [slice(at, at + size) for at in range(0, len(won), size)]
    return np.vstack([model.climb(won[each], met[each], guess) for each in blocks])


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    """The likelihood with its prior: phantom matches are more pairs, one a coefficient."""

    rows: Any
    """(P + K, K), sparse."""
    squares: Any
    """(K * K, P + K), sparse: their outer products."""
    sums: Floats
    phantom: float

    @classmethod
    def of(cls, design: Design, phantom: float) -> Self:
        from scipy.sparse import csr_array, eye_array, vstack

        pairs, count = design.rows.shape
        columns, values = design.rows.indices.reshape(-1, 3), design.rows.data.reshape(-1, 3)
        where = columns[:, :, None].astype(np.int64) * count + columns[:, None, :]
        products = values[:, :, None] * values[:, None, :]
        rows = np.repeat(np.arange(pairs), 9)
        squares = csr_array((products.ravel(), (rows, where.ravel())), shape=(pairs, count**2))
        own = np.arange(count)
        prior = csr_array((np.ones(count), (own, own * (count + 1))), shape=(count, count**2))
        return cls(
            rows=vstack([design.rows, eye_array(count)], format="csr"),
            squares=vstack([squares, prior], format="csr").T.tocsr(),
            sums=design.sums,
            phantom=phantom,
        )

    def climb(self, won: Floats, met: Floats, start: Floats) -> Floats:
        prior = np.full((len(won), len(start)), self.phantom)
        won, met = np.hstack([won, prior]), np.hstack([met, 2 * prior])
        at = np.repeat(start[None, :], len(won), axis=0)
        value = self._value(won, met, at)
        for _ in range(_STEPS):
            try:
                step = self._step(won, met, at)
            except np.linalg.LinAlgError:
                break
            if np.abs(step).max(initial=0.0) < _DONE:
                return at + step
            at, value = self._ascend(won, met, at, step, value)
        raise RuntimeError("the ratings do not converge")

    def _value(self, won: Floats, met: Floats, at: Floats) -> Floats:
        score = (self.rows @ at.T).T
        return np.asarray((won * score - met * np.logaddexp(0.0, score)).sum(axis=1))

    def _step(self, won: Floats, met: Floats, at: Floats) -> Floats:
        """Newton's step within the plane where the sums are 0."""
        odds = 0.5 * (1.0 + np.tanh(0.5 * (self.rows @ at.T).T))
        slope = (won - met * odds) @ self.rows
        curve = (self.squares @ (met * odds * (1 - odds)).T).T
        curve = curve.reshape(-1, at.shape[1], at.shape[1]) + self.sums.T @ self.sums
        across = np.broadcast_to(self.sums.T, (len(at), *self.sums.T.shape))
        both = np.linalg.solve(curve, np.concatenate([slope[..., None], across], axis=2))
        free, out = both[..., :1], both[..., 1:]
        return np.asarray((free - out @ np.linalg.solve(self.sums @ out, self.sums @ free))[..., 0])

    def _ascend(
        self, won: Floats, met: Floats, at: Floats, step: Floats, value: Floats
    ) -> tuple[Floats, Floats]:
        """The step, halved for those whom it would take down."""
        length = np.ones((len(at), 1))
        there, higher = at + step, self._value(won, met, at + step)
        for _ in range(_HALVINGS):
            down = higher < value - _DONE * (1 + np.abs(value))
            if not down.any():
                break
            length[down] /= 2
            there = at + length * step
            higher = self._value(won, met, there)
        return there, higher
