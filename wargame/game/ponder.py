"""Which moves of a player are worth preparing while it thinks, the likeliest first.

Pure logic over the player's own view: it says what to make ahead, never what anyone should see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from wargame import catalog
from wargame.game.deck import PASS
from wargame.game.view import Move, View
from wargame.stages import Stage, Strength

_EAGER = {Strength.MEDIUM: 0, Strength.HEAVY: 1, Strength.LIGHT: 2}
_SERVING = Stage.RELEASE.position
"""From this stage on a card trains no model anew."""


def moves(seen: View, looked_at: int | None = None) -> tuple[int, ...]:
    """Every legal action of a view, in the order in which to prepare them.

    Passing comes first, since every other round builds on the same arrivals. Then cards that
    train nothing and cards that retrain take turns, so that a cheap one is ready at once and no
    worker stands idle behind another's training. Within each, what the instruments' alarms point
    at comes first, and cards already in force come last.

    Args:
        seen: the player's view.
        looked_at: the move under the player's cursor, which goes before all others.
    """
    alarmed = _alarmed_stages(seen)
    held = {own.card for own in seen.in_force}
    ranked = sorted(
        (move for move in seen.moves if move.legal and move.card is not None),
        key=lambda move: _rank(move, alarmed, held),
    )
    cheap = [move.action for move in ranked if _position(move) >= _SERVING]
    dear = [move.action for move in ranked if _position(move) < _SERVING]
    order = (PASS, *_in_turn(dear, cheap))
    if looked_at not in order:
        return order
    return (looked_at, *(action for action in order if action != looked_at))


def _rank(move: Move, alarmed: set[Stage], held: set[str]) -> tuple[bool, bool, int, int]:
    strength = _EAGER[move.strength] if move.strength is not None else 0
    return move.card in held, _stage(move) not in alarmed, strength, move.action


def _stage(move: Move) -> Stage:
    return catalog.card(str(move.card)).stage


def _position(move: Move) -> int:
    return _stage(move).position


def _alarmed_stages(seen: View) -> set[Stage]:
    last = seen.readings[-1] if seen.readings else ()
    names = {reading.instrument for reading in last if reading.alarm}
    return {catalog.card(name).stage for name in names if name in seen.deck.numbers}


def _in_turn(*queues: Iterable[int]) -> Iterator[int]:
    for group in zip_longest(*queues):
        yield from (item for item in group if item is not None)
