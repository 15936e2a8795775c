"""The bound by trained responses, against matches played again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wargame.arena.fleet import Fixture, Fleet
from wargame.game.terms import Scenario
from wargame.league.best_response import BestResponses, Response, bound
from wargame.league.response import trainer
from wargame.league.terms import LeagueSettings
from wargame.stages import SIDES, Side
from wargame.store import Store
from wargame.theory.payoff import Payoffs
from wargame.theory.payoff_file import Cell

from .conftest import SEEDS


@pytest.fixture(scope="module")
def payoffs(settings: LeagueSettings, tiny: Scenario, store: Store) -> Payoffs:
    """Random against random."""
    fleet = Fleet(tiny, "drill", store=store)
    played = fleet.play([Fixture("random", "random", seed) for seed in SEEDS])
    cells = [
        Cell(
            seed=each.fixture.seed,
            attacker="random",
            defender="random",
            missions=list(each.missions),
            plays=list(each.plays),
        )
        for each in played
    ]
    return Payoffs.of(settings.game, cells)


def test_gains_are_those_of_matches_played_again(
    payoffs: Payoffs,
    tiny: Scenario,
    store: Store,
    tmp_path: Path,
) -> None:
    small = {"games": 4, "worlds": 2, "generations": 1, "children": 2, "check_worlds": 1}
    fleet = Fleet(tiny, "drill", store=store)
    words = {side: {"random": "random"} for side in SIDES}
    train = trainer(tiny, command="wargame equilibrium", store=store)
    responses = BestResponses(payoffs, words, fleet, train, tmp_path / "runs", changes=small)
    found = responses.find(8, 3)
    gains = {}
    for side, sign in ((Side.ATTACKER, 1.0), (Side.DEFENDER, -1.0)):
        word = str(found[side].policy)
        pair = (word, "random") if side is Side.ATTACKER else ("random", word)
        played = fleet.play([Fixture(*pair, seed) for seed in SEEDS])
        missions = np.array([each.mission for each in played])
        gains[side] = sign * (missions - payoffs.missions[0, 0])
        assert found[side].gain.value == pytest.approx(gains[side].mean())
        assert found[side].gain.n == len(SEEDS)
    expected = sum(max(0.0, each.mean()) for each in gains.values())
    assert bound(found) == pytest.approx(expected)
    made: list[Side] = []
    again: dict[Side, Response] = responses.find(8, 3, lambda side, _update: made.append(side))
    assert again == found
    assert made == []
