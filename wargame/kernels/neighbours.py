"""Label sanitation by nearest neighbours (Paudice 2018)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Features = npt.NDArray[np.floating]
Labels = npt.NDArray[np.integer]
Indices = npt.NDArray[np.intp]

_CHUNK = 1024


@dataclass(frozen=True)
class Relabelled:
    """`labels` (n,) after sanitation; `changed` (n,) where they differ from what was given."""

    labels: npt.NDArray[np.int64]
    changed: npt.NDArray[np.bool_]


def nearest(
    features_ref: Features, features_new: Features, k: int, self_index: Indices | None = None
) -> Indices:
    """Indices (m,k) into `features_ref` (n,d) of the k nearest to each of `features_new` (m,d).

    Euclidean, in no particular order within a row. `self_index` (m,) gives each new record's own
    row in the reference, -1 if it has none; that row is never its neighbour.
    """
    available = len(features_ref) - (self_index is not None and bool((self_index >= 0).any()))
    if not 1 <= k <= available:
        raise ValueError(f"k must lie in [1, {available}]: {k}")
    # Distances by |a|^2 + |b|^2 - 2ab lose digits far from the origin, hence the centring.
    centre = features_ref.mean(axis=0, dtype=np.float64)
    reference = features_ref.astype(np.float64) - centre
    queries = features_new.astype(np.float64) - centre
    squared = np.einsum("ij,ij->i", reference, reference)
    found = np.empty((len(queries), k), dtype=np.intp)
    for start in range(0, len(queries), _CHUNK):
        rows = slice(start, start + _CHUNK)
        distance = squared - 2.0 * queries[rows] @ reference.T
        if self_index is not None:
            known = np.flatnonzero(self_index[rows] >= 0)
            distance[known, self_index[rows][known]] = np.inf
        found[rows] = np.argpartition(distance, k - 1, axis=1)[:, :k]
    return found


def knn_disagreement(
    features_ref: Features,
    labels_ref: Labels,
    features_new: Features,
    labels_new: Labels,
    k: int,
    *,
    self_index: Indices | None = None,
) -> npt.NDArray[np.float64]:
    """Share (m,) of each new record's k nearest reference records that bear another label."""
    neighbours = nearest(features_ref, features_new, k, self_index)
    other = labels_ref[neighbours] != labels_new[:, None]
    return np.asarray(other.mean(axis=1), dtype=np.float64)


def relabel(
    features_ref: Features,
    labels_ref: Labels,
    features_new: Features,
    labels_new: Labels,
    k: int,
    *,
    min_share: float = 0.7,
    self_index: Indices | None = None,
) -> Relabelled:
    """Give each new record its neighbours' commonest label where `min_share` of them bear it.

    Ties go to the lower class, but a label as common as any other is kept. Where classes overlap a
    bare majority of neighbours is wrong more often than the labels are: `min_share` must exceed
    what honest neighbours reach.
    """
    neighbours = nearest(features_ref, features_new, k, self_index)
    n_classes = int(max(labels_ref.max(), labels_new.max())) + 1
    votes = np.zeros((len(neighbours), n_classes), dtype=np.int64)
    rows = np.arange(len(neighbours))
    np.add.at(votes, (rows[:, None], labels_ref[neighbours]), 1)
    winner = votes.argmax(axis=1)
    count = votes[rows, winner]
    changed = (count >= min_share * k) & (count > votes[rows, labels_new])
    labels = np.where(changed, winner, labels_new).astype(np.int64)
    return Relabelled(labels, changed)
