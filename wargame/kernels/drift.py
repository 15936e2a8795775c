"""Poison by slow drift against a learner that follows its data (Kloft & Laskov 2012), and a test.

The attacker moves the records of one class a little toward another class every round, each batch
close enough to the last to pass for change in the world.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.integer]
Features = npt.NDArray[np.floating]


def drifted(images: Images, anchor_images: Images, fraction: float) -> Images:
    """Blend `images` (n,h,w,c) toward the anchors (n,h,w,c) or one anchor (1,h,w,c).

    `fraction` 0 leaves them, 1 replaces them.
    """
    if not 0.0 <= fraction <= 1.0:
        raise ValueError(f"fraction must lie in [0, 1]: {fraction}")
    mixed = (1.0 - fraction) * images.astype(np.float32) + fraction * anchor_images
    return np.rint(mixed).astype(np.uint8)


def drift_fraction(round_index: int, step: float, ceiling: float = 1.0) -> float:
    """How far the drift has come in round 0, 1, ...: it grows by `step` up to `ceiling`."""
    return min(ceiling, step * (round_index + 1))


def drift_target_shift(
    images: Images,
    labels: Labels,
    source: int,
    anchors: Images,
    fraction: float,
    rng: np.random.Generator,
) -> tuple[Images, npt.NDArray[np.int64]]:
    """Move every record of class `source` toward a random one of `anchors` (m,h,w,c).

    Returns all images with those moved, and the indices of the moved. Labels stay, so what looks
    ever more like the anchors' class is learnt as `source`.
    """
    moved = np.flatnonzero(labels == source).astype(np.int64)
    if len(anchors) == 0:
        raise ValueError("the drift needs at least one anchor to move toward")
    shifted = images.copy()
    chosen = anchors[rng.integers(0, len(anchors), size=len(moved))]
    shifted[moved] = drifted(images[moved], chosen, fraction)
    return shifted, moved


def class_mean(images: Images, labels: Labels, target: int) -> Images:
    """The mean image (1,h,w,c) of class `target`, the calmest anchor; ValueError if it is empty."""
    members = images[labels == target]
    if len(members) == 0:
        raise ValueError(f"class {target} has no images")
    mean = np.asarray(members.mean(axis=0, keepdims=True, dtype=np.float64))
    return np.asarray(np.rint(mean), dtype=np.uint8)


def largest_mean_shift(reference_features: Features, batch_features: Features) -> float:
    """The largest difference of means over the features, in pooled standard deviations."""
    pooled, scale = _pool(reference_features, batch_features)
    cut = len(reference_features)
    gap = pooled[cut:].mean(axis=0) - pooled[:cut].mean(axis=0)
    return float(np.max(np.abs(gap) / scale))


def mean_shift_test(
    reference_features: Features,
    batch_features: Features,
    rng: np.random.Generator,
    permutations: int = 499,
) -> float:
    """Permutation p-value that (n,d) and (m,d) share their means, by the largest shift.

    The maximum over features is compared with its own permutation law, so no correction for many
    features is needed (Westfall & Young 1993). Exact: under no shift P(p <= a) <= a.
    """
    pooled, scale = _pool(reference_features, batch_features)
    total, batch = len(pooled), len(batch_features)
    member = np.zeros((permutations + 1, total))
    member[0, total - batch :] = 1.0
    order = rng.random((permutations, total)).argpartition(batch - 1, axis=1)[:, :batch]
    np.put_along_axis(member[1:], order, 1.0, axis=1)
    inside = member @ pooled
    outside = pooled.sum(axis=0) - inside
    gap = np.abs(inside / batch - outside / (total - batch)) / scale
    statistic = gap.max(axis=1)
    # Equal splits must count as equal although their sums run in another order.
    reached = statistic[1:] >= statistic[0] * (1.0 - 1e-9)
    return float((1 + np.count_nonzero(reached)) / (permutations + 1))


def _pool(reference: Features, batch: Features) -> tuple[npt.NDArray[np.float64], Features]:
    if len(reference) == 0 or len(batch) == 0:
        raise ValueError("a shift needs records on both sides")
    pooled = np.concatenate([reference, batch]).astype(np.float64)
    pooled -= pooled.mean(axis=0)
    scale = pooled.std(axis=0)
    return pooled, np.where(scale > 0, scale, 1.0)


def class_shift_tests(
    reference: tuple[Features, Labels],
    batch: tuple[Features, Labels],
    n_classes: int,
    rng: np.random.Generator,
    permutations: int = 499,
) -> npt.NDArray[np.float64]:
    """The p-value of `mean_shift_test` within each labelled class, nan where a side has none.

    Drift of one class is diluted in the mean of the whole batch. Over c classes call the least p
    significant at level a only if it is at most a/c (Bonferroni).
    """
    p_values = np.full(n_classes, np.nan)
    for label in range(n_classes):
        before = reference[0][reference[1] == label]
        after = batch[0][batch[1] == label]
        if len(before) and len(after):
            p_values[label] = mean_shift_test(before, after, rng, permutations)
    return p_values
