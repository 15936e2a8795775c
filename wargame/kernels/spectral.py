"""Spectral signatures: poison stands out along the top singular direction (Tran 2018)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Features = npt.NDArray[np.floating]
Labels = npt.NDArray[np.integer]
Scores = npt.NDArray[np.float64]


def spectral_scores(features: Features, labels: Labels, n_classes: int) -> Scores:
    """How far each record of (n,d) lies out along its class's top direction, (n,).

    The squared projection of the record, centred in its class, on the class's top right singular
    vector. Classes with one record score 0.
    """
    scores = np.zeros(len(labels))
    for label in range(n_classes):
        members = np.flatnonzero(labels == label)
        if len(members) > 1:
            centred = features[members].astype(np.float64)
            centred -= centred.mean(axis=0)
            scores[members] = np.square(centred @ top_direction(centred))
    return scores


def top_direction(centred: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The top right singular vector (d,) of centred features (m,d); zero if they do not vary."""
    rows, columns = centred.shape
    if columns <= rows:
        return np.asarray(np.linalg.eigh(centred.T @ centred)[1][:, -1])
    left = np.linalg.eigh(centred @ centred.T)[1][:, -1]
    direction = centred.T @ left
    length = np.linalg.norm(direction)
    return np.asarray(direction / length if length > 0 else direction)


def suspects(
    scores: Scores, labels: Labels, n_classes: int, expected_share: float
) -> npt.NDArray[np.bool_]:
    """Mask (n,) of the 1.5 * `expected_share` highest scores in each class, as the paper removes.

    The removal is blind: a clean class loses just as many, which is the price of this defence.
    """
    if not 0.0 <= expected_share <= 1.0:
        raise ValueError(f"expected_share must lie in [0, 1]: {expected_share}")
    marked = np.zeros(len(labels), dtype=np.bool_)
    for label in range(n_classes):
        members = np.flatnonzero(labels == label)
        # The hair keeps rounding from turning a whole number into the next.
        count = min(len(members), int(np.ceil(1.5 * expected_share * len(members) - 1e-9)))
        order = np.argsort(-scores[members], kind="stable")
        marked[members[order[:count]]] = True
    return marked
