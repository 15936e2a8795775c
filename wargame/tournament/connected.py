"""Which entrants matches connect: only among these can ratings be compared."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from wargame.stages import Side

_NodeT = TypeVar("_NodeT", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Group:
    """Attackers and defenders connected by matches."""

    attackers: tuple[str, ...]
    defenders: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {"attackers": list(self.attackers), "defenders": list(self.defenders)}


def groups(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """Entrants connected by matches on either side, the largest group first.

    Args:
        pairs: attacker and defender of those who met.
    """
    found = (tuple(sorted(group)) for group in _components(pairs))
    return tuple(sorted(found, key=lambda group: (-len(group), group)))


def side_groups(pairs: Sequence[tuple[str, str]]) -> tuple[Group, ...]:
    """The same with each entrant's two sides apart, as ratings by side see them."""
    sided = [((Side.ATTACKER, one), (Side.DEFENDER, two)) for one, two in pairs]
    found = [
        Group(
            tuple(sorted(name for side, name in group if side is Side.ATTACKER)),
            tuple(sorted(name for side, name in group if side is Side.DEFENDER)),
        )
        for group in _components(sided)
    ]
    return tuple(sorted(found, key=lambda g: (-len(g.attackers) - len(g.defenders), g.attackers)))


def _components(edges: Iterable[tuple[_NodeT, _NodeT]]) -> list[set[_NodeT]]:
    group: dict[_NodeT, set[_NodeT]] = {}
    for one, two in edges:
        first, second = group.setdefault(one, {one}), group.setdefault(two, {two})
        if first is not second:
            first |= second
            group.update(dict.fromkeys(second, first))
    return list({id(each): each for each in group.values()}.values())
