"""Which labels a poisoner flips, and into what (Biggio 2011; Paudice 2018)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.integer]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Flips:
    """`index` (m,) names the records to change, `label` (m,) what each is changed into."""

    index: Indices
    label: Indices

    def apply(self, y: Labels) -> Labels:
        """A copy of `y` with the flips made, in the dtype of `y`."""
        flipped = y.copy()
        flipped[self.index] = self.label.astype(y.dtype)
        return flipped


def random_flip(y: Labels, n_classes: int, count: int, rng: np.random.Generator) -> Flips:
    """Flip `count` records (all, if there are fewer), each to another class drawn uniformly."""
    if n_classes < 2:
        raise ValueError(f"flipping needs at least two classes: {n_classes}")
    index = _choose(np.arange(len(y)), count, rng)
    step = rng.integers(1, n_classes, size=len(index))
    return Flips(index, (y[index].astype(np.int64) + step) % n_classes)


def pairwise_flip(
    y: Labels, confusable: Mapping[int, int], count: int, rng: np.random.Generator
) -> Flips:
    """Flip `count` records of the classes in `confusable`, each to the class it maps to.

    A systematic error: every flipped record of one class gets the same wrong label, so that the
    poison does not average out. Flips all eligible records if there are fewer than `count`.
    """
    if any(source == target for source, target in confusable.items()):
        raise ValueError("a class cannot be confused with itself")
    eligible = np.flatnonzero(np.isin(y, list(confusable)))
    index = _choose(eligible, count, rng)
    target = np.array([confusable[int(label)] for label in y[index]], dtype=np.int64)
    return Flips(index, target)


def harmful_flip(y: Labels, scores: npt.NDArray[np.floating], count: int) -> Flips:
    """Flip the `count` records most confidently right, each to its least likely class.

    `scores` (n, n_classes) are logits or probabilities of a model that the poisoner knows.
    """
    _check_count(count)
    index = most_harmful_order(margins(scores, y))[:count]
    least = scores[index].copy()
    least[np.arange(len(index)), y[index]] = np.inf
    return Flips(index, least.argmin(axis=1).astype(np.int64))


def margins(scores: npt.NDArray[np.floating], y: Labels) -> npt.NDArray[np.float64]:
    """Score of the labelled class less the best other score, (n,); negative where wrong."""
    others = scores.astype(np.float64)
    rows = np.arange(len(y))
    own = others[rows, y].copy()
    others[rows, y] = -np.inf
    return np.asarray(own - others.max(axis=1), dtype=np.float64)


def most_harmful_order(margin: npt.NDArray[np.floating]) -> Indices:
    """Indices (n,) by falling margin: the most confidently right first, ties by position.

    With losses instead of margins, pass their negative.
    """
    return np.argsort(-margin, kind="stable").astype(np.int64)


def _choose(eligible: npt.NDArray[np.intp], count: int, rng: np.random.Generator) -> Indices:
    _check_count(count)
    chosen = rng.choice(eligible, size=min(count, len(eligible)), replace=False)
    return np.sort(chosen).astype(np.int64)


def _check_count(count: int) -> None:
    if count < 0:
        raise ValueError(f"count must not be negative: {count}")
