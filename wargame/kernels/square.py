"""Square attack: score-based random search under an L-infinity bound (Andriushchenko 2020)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Scores = Callable[[Tensor], Tensor | None]
"""Probabilities (m,k) of images (m,c,h,w). A refused query is a row of NaN; None refuses all."""

FIRST_SHARE = 0.8
"""Share of pixels in the first square: the paper's p."""

SCHEDULE = (10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000)
"""Iterations, out of 10,000, at which the share of pixels halves."""


@dataclass(frozen=True, slots=True)
class SquareResult:
    """What a search found.

    Attributes:
        x_adv: the best images (n,c,h,w) found within the ball, in [0,1].
        queries_used: queries spent on each image (n,), int64, refused ones included.
        success: mask (n,) of images that the service was seen to misclassify.
    """

    x_adv: Tensor
    queries_used: Tensor
    success: Tensor


def square(
    scores: Scores,
    x: Tensor,
    y: Tensor,
    epsilon: float,
    *,
    max_queries: int,
    generator: torch.Generator,
) -> SquareResult:
    """Random search with vertical stripes first, then squares that shrink on a fixed schedule.

    Minimises the margin of the true class on probabilities, batched over the images that are not
    yet misclassified. A refused query tells nothing, so its proposal is not accepted.

    Args:
        scores: the service; see `Scores`.
        x: images (n,c,h,w) in [0,1].
        y: true labels (n,).
        epsilon: L-infinity radius.
        max_queries: queries for each image. The first asks for the image itself.
        generator: source of every random draw.

    Raises:
        ValueError: a negative radius or budget.
    """
    if epsilon < 0 or max_queries < 0:
        raise ValueError(f"epsilon and max_queries must be >= 0: {epsilon}, {max_queries}")
    best = x.clone()
    queries = torch.zeros(len(x), dtype=torch.int64)
    margins = torch.full((len(x),), torch.inf)
    for step in range(max_queries):
        active = torch.nonzero(margins >= 0).flatten()
        if not len(active):
            break
        proposal = _propose(step, max_queries, x[active], best[active], epsilon, generator)
        found = _margin(scores(proposal), y[active])
        queries[active] += 1
        better = found < margins[active]
        margins[active[better]] = found[better]
        best[active[better]] = proposal[better]
    return SquareResult(best, queries, margins < 0)


def _margin(probabilities: Tensor | None, y: Tensor) -> Tensor:
    """True class's probability minus the best other (m,); infinite where the query was refused."""
    if probabilities is None:
        return torch.full((len(y),), torch.inf)
    own = probabilities.gather(1, y[:, None])[:, 0]
    others = probabilities.scatter(1, y[:, None], -torch.inf).amax(dim=1)
    return (own - others).nan_to_num(nan=torch.inf)


def _propose(
    step: int, budget: int, x: Tensor, best: Tensor, epsilon: float, generator: torch.Generator
) -> Tensor:
    if step == 0:
        return x
    if step == 1:
        return (x + epsilon * _signs((len(x), x.shape[1], 1, x.shape[3]), generator)).clamp(0, 1)
    side = square_side(step - 1, budget, x.shape[2], x.shape[3])
    window = _windows(len(x), x.shape[2], x.shape[3], side, generator)
    painted = (x + epsilon * _signs((len(x), x.shape[1], 1, 1), generator)).clamp(0.0, 1.0)
    return torch.where(window, painted, best)


def square_side(step: int, budget: int, height: int, width: int) -> int:
    """Side in pixels of the square at a step, on the paper's schedule rescaled to the budget."""
    scaled = step * 10_000 // max(budget, 1)
    share = FIRST_SHARE / 2.0 ** sum(scaled > mark for mark in SCHEDULE)
    return min(max(round(math.sqrt(share * height * width)), 1), height, width)


def _signs(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    return torch.randint(0, 2, shape, generator=generator).float() * 2.0 - 1.0


def _windows(n: int, height: int, width: int, side: int, generator: torch.Generator) -> Tensor:
    """Mask (n,1,h,w) of one square for each image, wholly inside it."""
    top = torch.randint(0, height - side + 1, (n, 1), generator=generator)
    left = torch.randint(0, width - side + 1, (n, 1), generator=generator)
    rows, columns = torch.arange(height), torch.arange(width)
    inside_rows = (rows >= top) & (rows < top + side)
    inside_columns = (columns >= left) & (columns < left + side)
    return inside_rows[:, None, :, None] & inside_columns[:, None, None, :]
