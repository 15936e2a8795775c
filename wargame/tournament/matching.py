"""The largest matching of a graph: as many disjoint edges as there can be."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence


def largest(edges: Sequence[Sequence[int]]) -> list[int]:
    """Edmonds' blossom algorithm (Edmonds, Paths, Trees, and Flowers, 1965), in O(V^3).

    Args:
        edges: the neighbours of each vertex; symmetric, without loops.

    Returns:
        Each vertex's partner, or -1.
    """
    search = _Search(edges)
    for root, partner in enumerate(search.partner):
        if partner == -1:
            search.grow(root)
    return search.partner


def size(edges: Sequence[Sequence[int]]) -> int:
    """Edges in the largest matching."""
    return sum(partner != -1 for partner in largest(edges)) // 2


class _Search:
    """Augmenting paths from one free vertex after another, with blossoms shrunk to their base."""

    def __init__(self, edges: Sequence[Sequence[int]]) -> None:
        self.edges = edges
        self.count = len(edges)
        self.partner = [-1] * self.count

    def grow(self, root: int) -> None:
        """Searches a path from a free vertex, and swaps the matching along it."""
        self.parent = [-1] * self.count
        self.base = list(range(self.count))
        self.outer = [False] * self.count
        self.outer[root] = True
        self.queue = deque([root])
        while self.queue:
            vertex = self.queue.popleft()
            for other in self.edges[vertex]:
                if self.base[vertex] == self.base[other] or self.partner[vertex] == other:
                    continue
                if other == root or self._inside(other):
                    self._shrink(vertex, other)
                elif self.parent[other] == -1:
                    self.parent[other] = vertex
                    if self.partner[other] == -1:
                        self._swap(other)
                        return
                    self._reach(self.partner[other])

    def _inside(self, vertex: int) -> bool:
        """Whether its partner was reached over it: an odd circle closes here."""
        return self.partner[vertex] != -1 and self.parent[self.partner[vertex]] != -1

    def _reach(self, vertex: int) -> None:
        if not self.outer[vertex]:
            self.outer[vertex] = True
            self.queue.append(vertex)

    def _swap(self, end: int) -> None:
        while end != -1:
            before = self.parent[end]
            following = self.partner[before]
            self.partner[end], self.partner[before] = before, end
            end = following

    def _shrink(self, one: int, other: int) -> None:
        """Makes one vertex of the odd circle that the edge between the two closes."""
        base = self._meet(one, other)
        blossom: set[int] = set()
        self._climb(one, base, other, blossom)
        self._climb(other, base, one, blossom)
        for vertex in range(self.count):
            if self.base[vertex] in blossom:
                self.base[vertex] = base
                self._reach(vertex)

    def _climb(self, vertex: int, base: int, child: int, blossom: set[int]) -> None:
        while self.base[vertex] != base:
            partner = self.partner[vertex]
            blossom |= {self.base[vertex], self.base[partner]}
            self.parent[vertex] = child
            child = partner
            vertex = self.parent[partner]

    def _meet(self, one: int, other: int) -> int:
        """The base that both reach first on their ways to the root."""
        passed = set()
        while True:
            one = self.base[one]
            passed.add(one)
            if self.partner[one] == -1:
                break
            one = self.parent[self.partner[one]]
        while self.base[other] not in passed:
            other = self.parent[self.partner[self.base[other]]]
        return self.base[other]
