"""Backdoor detection by clustering the activations of each class (Chen 2018)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

Reduction = Literal["pca", "ica"]

_DIMENSIONS = 10
_FEWEST = 10


@dataclass(frozen=True)
class ClusterReport:
    """`suspicious` (n,) marks records; `share` and `silhouette` (n_classes,) say why.

    `share` is the smaller cluster's part of its class, `silhouette` lies in [-1, 1]; both are nan
    for classes with fewer than ten records or no variation, which are never suspected.
    """

    suspicious: npt.NDArray[np.bool_]
    share: npt.NDArray[np.float64]
    silhouette: npt.NDArray[np.float64]


def cluster(
    features: npt.NDArray[np.floating],
    labels: npt.NDArray[np.integer],
    n_classes: int,
    rng_seed: int,
    max_share: float = 0.35,
    min_silhouette: float = 0.28,
    *,
    reduction: Reduction = "pca",
) -> ClusterReport:
    """Split each class's last hidden activations (n,d) in two and suspect a small, distinct part.

    A clean class splits into halves of like size that hardly stand apart; a poisoned one splits
    into its own records and the intruders. The smaller cluster is suspected where its share is
    below `max_share` and the silhouette above `min_silhouette`, which fits "pca"; whitening by
    "ica" brings silhouettes down to a third. Give it activations as they are: averaged over
    space they lose a small trigger. One thread, so repeatable.
    """
    suspicious = np.zeros(len(labels), dtype=np.bool_)
    share = np.full(n_classes, np.nan)
    silhouette = np.full(n_classes, np.nan)
    with threadpool_limits(limits=1):
        for label in range(n_classes):
            members = np.flatnonzero(labels == label)
            split = _split(features[members], rng_seed, reduction)
            if split is None:
                continue
            smaller, silhouette[label] = split
            share[label] = smaller.mean()
            if share[label] < max_share and silhouette[label] > min_silhouette:
                suspicious[members[smaller]] = True
    return ClusterReport(suspicious, share, silhouette)


def _split(
    features: npt.NDArray[np.floating], seed: int, reduction: Reduction
) -> tuple[npt.NDArray[np.bool_], float] | None:
    """The mask of the smaller of two clusters and their silhouette; None if there are not two."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    if len(features) < _FEWEST or not np.ptp(features, axis=0).any():
        return None
    reduced = _reduce(features.astype(np.float64), seed, reduction)
    assigned = KMeans(n_clusters=2, n_init=10, random_state=seed).fit_predict(reduced)
    smaller = np.asarray(assigned == np.bincount(assigned, minlength=2).argmin())
    return smaller, float(silhouette_score(reduced, assigned))


def _reduce(
    features: npt.NDArray[np.float64], seed: int, reduction: Reduction
) -> npt.NDArray[np.float64]:
    from sklearn.decomposition import FastICA
    from sklearn.exceptions import ConvergenceWarning

    reduced = _principal(features, min(_DIMENSIONS, *features.shape))
    if reduction == "ica":
        variance = reduced.var(axis=0)
        # Directions without variance cannot be whitened.
        kept = variance > 1e-9 * features.var(axis=0).sum()
        # It need not converge to split in two, and says so on every small class.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            ica = FastICA(whiten="unit-variance", random_state=seed, max_iter=200, tol=0.005)
            reduced = ica.fit_transform(reduced[:, kept])
    return np.asarray(reduced, dtype=np.float64)


def _principal(features: npt.NDArray[np.float64], dimensions: int) -> npt.NDArray[np.float64]:
    """Scores (n, dimensions) on the first principal components.

    A class has far fewer records than activations, so the records' inner products are decomposed:
    30 times as fast as the singular values of the whole matrix, which are their roots.
    """
    centred = features - features.mean(axis=0)
    if len(features) > features.shape[1]:
        directions = np.linalg.eigh(centred.T @ centred)[1][:, ::-1]
        scores = centred @ directions[:, :dimensions]
    else:
        values, vectors = np.linalg.eigh(centred @ centred.T)
        lengths = np.sqrt(np.maximum(values[::-1][:dimensions], 0.0))
        scores = vectors[:, ::-1][:, :dimensions] * lengths
    # The sign of a component is arbitrary; its heaviest activation decides, as in scikit-learn.
    loadings = centred.T @ scores
    heaviest = np.abs(loadings).argmax(axis=0)
    signs = np.sign(loadings[heaviest, np.arange(dimensions)])
    return np.asarray(scores * np.where(signs == 0, 1.0, signs))
