"""Membership inference: was this record in the training set? Scores grow with membership."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from wargame.kernels.intervals import Z95, Estimate, proportion

Floats = npt.NDArray[np.floating]
Labels = npt.NDArray[np.integer]
Scores = npt.NDArray[np.float64]

TINY = 1e-12
"""Floor of a probability before its logarithm."""

SPREAD_FLOOR = 1e-3
"""Floor of a shadow Gaussian's standard deviation, in units of the logit."""

FEW_SHADOWS = 64
"""Below so many shadow models the paper shares one variance among all records."""


def loss_threshold_scores(probs: Floats, y: Labels) -> Scores:
    """Minus the cross entropy (n,) of each record: members lose less (Yeom 2018).

    Args:
        probs: the model's probabilities (n,k).
        y: true labels (n,).
    """
    return _log(_own(probs, y))


def label_only_scores(labels: Labels, y: Labels) -> Scores:
    """1 where the predicted label (n,) is right, else 0: Yeom's gap attack, from labels alone."""
    return np.asarray(np.equal(labels, y), dtype=np.float64)


def logit_confidence(probs: Floats, y: Labels) -> Scores:
    """Log-odds (...,n) of the true class of probabilities (...,n,k): near Gaussian over models.

    The complement is summed from the other classes, as 1 - p would round to zero.
    """
    own = _own(probs, y)
    others = np.asarray(probs, dtype=np.float64).copy()
    np.put_along_axis(others, _columns(others, y), 0.0, axis=-1)
    return _log(own) - _log(others.sum(axis=-1))


def shadow_scores(probs: Floats, y: Labels, shadow_probs: Floats) -> Scores:
    """Offline likelihood ratio attack (Carlini 2022).

    The score (n,) in [0,1] is the chance that a model which never saw the record would be less
    confident on it than the target is.

    Args:
        probs: the target's probabilities (n,k).
        y: true labels (n,).
        shadow_probs: (m,n,k), from m shadow models none of which was trained on these records.

    Raises:
        ValueError: fewer than two shadow models, or shapes that do not fit.
    """
    if shadow_probs.ndim != 3 or len(shadow_probs) < 2 or shadow_probs.shape[1:] != probs.shape:
        raise ValueError(f"need (m>=2,n,k) shadows for {probs.shape}: {shadow_probs.shape}")
    out = logit_confidence(shadow_probs, y)
    centre, spread = out.mean(axis=0), out.std(axis=0, ddof=1)
    if len(out) < FEW_SHADOWS:
        spread = np.full_like(spread, math.sqrt(float(np.square(spread).mean())))
    z = (logit_confidence(probs, y) - centre) / np.maximum(spread, SPREAD_FLOOR)
    return _normal_cdf(z)


def auc(scores_in: Floats, scores_out: Floats) -> Estimate:
    """Area under the ROC curve with DeLong's 95 % interval (DeLong 1988, Sun and Xu 2014).

    Args:
        scores_in: scores of members (m,).
        scores_out: scores of non-members (n,).

    Raises:
        ValueError: either side has fewer than two scores.
    """
    m, n = len(scores_in), len(scores_out)
    if min(m, n) < 2:
        raise ValueError(f"an interval needs two scores on either side: {m}, {n}")
    together = _midranks(np.concatenate([scores_in, scores_out]))
    above = (together[:m] - _midranks(scores_in)) / n
    below = 1.0 - (together[m:] - _midranks(scores_out)) / m
    value = float(above.mean())
    half = Z95 * math.sqrt(above.var(ddof=1) / m + below.var(ddof=1) / n)
    if value in (0.0, 1.0):
        # Full separation leaves DeLong no variance; Wilson's bound on the smaller side still has.
        bound = proportion(round(value * min(m, n)), min(m, n))
        return Estimate(value, bound.low, bound.high, m + n)
    return Estimate(value, max(0.0, min(value, value - half)), min(1.0, value + half), m + n)


def tpr_at_fpr(scores_in: Floats, scores_out: Floats, fpr: float) -> Estimate:
    """Share of members found at a threshold that lets at most `fpr` of the others through.

    The Wilson interval takes the threshold as given.

    Raises:
        ValueError: an empty side, or a rate outside [0,1].
    """
    if not len(scores_in) or not len(scores_out) or not 0.0 <= fpr <= 1.0:
        raise ValueError(f"two filled sides and a rate in [0,1]: {fpr}")
    allowed = math.floor(fpr * len(scores_out) + 1e-9)
    if allowed >= len(scores_out):
        return proportion(len(scores_in), len(scores_in))
    threshold = np.sort(scores_out)[::-1][allowed]
    return proportion(int((np.asarray(scores_in) > threshold).sum()), len(scores_in))


def _columns(probs: Floats, y: Labels) -> npt.NDArray[Any]:
    return np.broadcast_to(np.asarray(y), probs.shape[:-1])[..., None]


def _log(probs: Scores) -> Scores:
    return np.asarray(np.log(np.maximum(probs, TINY)), dtype=np.float64)


def _own(probs: Floats, y: Labels) -> Scores:
    wide = np.asarray(probs, dtype=np.float64)
    return np.take_along_axis(wide, _columns(wide, y), axis=-1)[..., 0]


def _midranks(values: Floats) -> Scores:
    """Ranks from 1, ties sharing their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse], dtype=np.float64)


def _normal_cdf(z: Scores) -> Scores:
    from scipy.special import ndtr

    return np.asarray(ndtr(z), dtype=np.float64)
