"""Query monitor: are a client's queries spread like natural ones? (PRADA, Juuti 2019).

The distance of each query to the nearest earlier one is roughly normal for natural inputs;
synthetic queries, made from each other in fixed steps, break that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Queries = npt.NDArray[np.floating] | npt.NDArray[np.uint8]
Classes = npt.NDArray[np.integer]
Floats = npt.NDArray[np.float64]

MINIMUM = 50
_MOST = 5000
_CHUNK = 1024


@dataclass(frozen=True)
class QueryReport:
    """A verdict on one client.

    `w` is the Shapiro-Wilk statistic over `used` distances, 1 for a normal law; nan and no alarm
    where there are too few to tell.
    """

    w: float
    used: int
    alarm: bool


def query_alarm(
    queries: Queries, predicted: Classes | None, threshold: float, minimum: int = MINIMUM
) -> QueryReport:
    """Judge one client's queries (n,...) in order of arrival; alarm where W < `threshold`.

    `predicted` (n,) are the answers the service gave: distances are taken within a class, as in
    the paper; with None over all queries. Unlike the paper, every earlier query is kept.
    """
    from scipy.stats import shapiro

    distances = without_outliers(minimum_distances(queries, predicted))[-_MOST:]
    if len(distances) < max(minimum, 3):
        return QueryReport(float("nan"), len(distances), alarm=False)
    # Queries sent again and again leave one distance only: the least natural law there is.
    w = float(shapiro(distances).statistic) if np.ptp(distances) > 0 else 0.0
    return QueryReport(w, len(distances), alarm=w < threshold)


def minimum_distances(queries: Queries, predicted: Classes | None = None) -> Floats:
    """Euclidean distance of each query to the nearest earlier one of its class.

    In order of arrival; the first of each class has none and is left out.
    """
    flat = queries.reshape(len(queries), math.prod(queries.shape[1:])).astype(np.float64)
    classes = np.zeros(len(flat), dtype=np.int64) if predicted is None else predicted
    nearest = np.full(len(flat), np.nan)
    for label in np.unique(classes):
        rows = np.flatnonzero(classes == label)
        nearest[rows[1:]] = _to_earlier(flat[rows])
    return np.asarray(nearest[~np.isnan(nearest)], dtype=np.float64)


def without_outliers(distances: Floats) -> Floats:
    """The distances within three standard deviations of their mean, as the paper cleans them."""
    if len(distances) == 0:
        return distances
    gap = np.abs(distances - distances.mean())
    return np.asarray(distances[gap <= 3.0 * distances.std()], dtype=np.float64)


def calibrate_alarm(
    sessions: Iterable[tuple[Queries, Classes | None]], false_alarm: float
) -> float:
    """The threshold on W under which at most a share `false_alarm` of natural sessions falls."""
    reports = [query_alarm(queries, predicted, 0.0, 3) for queries, predicted in sessions]
    statistics = np.array([report.w for report in reports if not np.isnan(report.w)])
    if len(statistics) == 0:
        raise ValueError("calibration needs sessions with at least three distances")
    return float(np.quantile(statistics, false_alarm, method="lower"))


def _to_earlier(rows: Floats) -> Floats:
    """For rows 1.. of (m,d) the distance to the nearest row above, (m-1,)."""
    centred = rows - rows.mean(axis=0)
    squared = np.einsum("ij,ij->i", centred, centred)
    closest = np.zeros(len(rows), dtype=np.intp)
    for start in range(0, len(rows), _CHUNK):
        block = centred[start : start + _CHUNK]
        stop = start + len(block)
        distance = squared[:stop] - 2.0 * block @ centred[:stop].T
        distance[~np.tri(len(block), stop, start - 1, dtype=np.bool_)] = np.inf
        closest[start:stop] = distance.argmin(axis=1)
    # The product form above loses small distances to rounding; a repeated query must give 0.
    gap = rows[1:] - rows[closest[1:]]
    return np.asarray(np.linalg.norm(gap, axis=1), dtype=np.float64)
