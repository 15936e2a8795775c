"""The largest matching, against trying all."""

from __future__ import annotations

import itertools
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from wargame.tournament import matching

seeds = st.integers(0, 2**32 - 1)


@given(st.integers(1, 13), st.floats(0.05, 0.9), seeds)
@settings(max_examples=100, deadline=None)
def test_matchings_are_as_large_as_can_be(count: int, share: float, seed: int) -> None:
    rng = random.Random(seed)
    pairs = [each for each in itertools.combinations(range(count), 2) if rng.random() < share]
    edges: list[list[int]] = [[] for _ in range(count)]
    for one, two in pairs:
        edges[one].append(two)
        edges[two].append(one)
    partner = matching.largest(edges)
    for vertex, other in enumerate(partner):
        assert other == -1 or (partner[other] == vertex and other in edges[vertex])
    assert matching.size(edges) == _largest_by_trying(edges)


def _largest_by_trying(edges: list[list[int]]) -> int:
    """The lowest vertex is left alone or paired with each neighbour, over all sets of vertices."""
    best = [0] * (1 << len(edges))
    for left in range(1, len(best)):
        lowest = (left & -left).bit_length() - 1
        rest = left & (left - 1)
        paired = [1 + best[rest ^ (1 << j)] for j in edges[lowest] if rest >> j & 1]
        best[left] = max([best[rest], *paired])
    return best[-1]
