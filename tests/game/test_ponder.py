from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from tests.game import fakes
from tests.game.players import Script
from wargame.game import ponder
from wargame.game.board import Board
from wargame.game.match import DataFacts
from wargame.game.remote import Order
from wargame.game.scenario import Scenario
from wargame.game.table import Seats, Table
from wargame.game.view import view
from wargame.pipeline.outcome import Outcome, Reading
from wargame.stages import SIDES, Side
from wargame.store import canonical

A, D = SIDES


class Remote(fakes.Resolver):
    """Remembers what it was asked to ponder, and what was really played."""

    def __init__(self) -> None:
        super().__init__()
        self.thoughts: list[Order] = []
        self.played: list[tuple[Any, ...]] = []

    def ponder(self, orders: Iterable[Order]) -> None:
        self.thoughts = list(orders)

    def resolve(self, *args: Any, **kwargs: Any) -> Outcome:
        self.played.append(args)
        return super().resolve(*args, **kwargs)

    def rest(self) -> None: ...


def _table(tiny: Scenario, remote: Remote, opponent: int) -> Table:
    nowhere: Any = None
    match = Seats(
        tiny,
        Script(opponent),
        None,
        seed=3,
        fidelity="drill",
        data=DataFacts("d", "0" * 64, "test"),
        store=nowhere,
        resolver=remote,
    )
    table = Table(match, remote)  # type: ignore[arg-type]
    table.open()
    return table


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("budget", range(10))
def test_every_legal_move_is_prepared_once_and_no_other(
    tiny: Scenario, side: Side, budget: int
) -> None:
    board = Board(tiny)
    position = replace(board.start(), budgets=(budget, budget))
    order = ponder.moves(view(position, side, (), board.deck(side)))
    legal = [n for n, allowed in enumerate(board.legal(position, side)) if allowed]
    assert sorted(order) == legal
    assert order[0] == 0


def test_an_alarm_brings_the_cards_of_its_stage_forward(tiny: Scenario) -> None:
    board = Board(tiny)
    deck = board.deck(D)
    position = replace(board.start(), budgets=(9, 9))
    calm = ponder.moves(view(position, D, ((),), deck))
    held = replace(board.play(position, 0, 1), resolving=False)
    alarm = Reading("gold_set", "gold_accuracy", 0.1, 0.1, 0.1, True, "")
    assert calm == ponder.moves(view(position, D, ((replace(alarm, alarm=False),),), deck))
    after = ponder.moves(view(replace(held, budgets=(9, 9)), D, ((alarm,),), deck))
    own = {1, 2, 3}  # the card already in force comes last
    assert own == set(after[-3:])
    assert not own & set(calm[-3:])


def test_the_move_looked_at_is_prepared_first(tiny: Scenario) -> None:
    board = Board(tiny)
    seen = view(board.start(), D, (), board.deck(D))
    order = ponder.moves(seen)
    assert ponder.moves(seen, order[4])[0] == order[4]
    assert sorted(ponder.moves(seen, order[4])) == sorted(order)
    poor = view(replace(board.start(), budgets=(0, 0)), D, (), board.deck(D))
    assert ponder.moves(poor, order[4]) == (0,)  # what is not allowed is not prepared


def test_what_is_pondered_is_exactly_what_the_move_then_needs(tiny: Scenario) -> None:
    for action in (0, 1, 4):
        remote = Remote()
        table = _table(tiny, remote, 1)
        table.ponder(D)
        legal = ponder.moves(table.view(D))
        thought = remote.thoughts[legal.index(action)]
        table.play({D: action})
        world, carry, round_, attacks, defences = remote.played[0]
        assert (thought.world, thought.carry, thought.round) == (world, carry, round_)
        assert (thought.attacks, thought.defences) == (attacks, defences)


def test_nothing_of_pondering_reaches_a_view(tiny: Scenario) -> None:
    """Neither that it happened, nor the move of the other side that it was told."""
    seen = []
    for opponent in (0, 1, 4):
        table = _table(tiny, Remote(), opponent)
        before = [canonical(table.view(side).to_json()) for side in SIDES]
        table.ponder(D)
        after = [canonical(table.view(side).to_json()) for side in SIDES]
        assert before == after
        seen.append(after[1])
    assert len(set(seen)) == 1


def test_the_agent_is_asked_once_whether_or_not_it_was_pondered(tiny: Scenario) -> None:
    lines = []
    for thinks in (False, True):
        table = _table(tiny, Remote(), 1)
        if thinks:
            table.ponder(D)
            table.ponder(D)
        lines.append(table.play({D: 1}))
    assert lines[0] == lines[1]
