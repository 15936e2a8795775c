"""Regrets against matches that are really played with the other card."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.worlds import TINY
from wargame.data.synthetic import load
from wargame.errors import Cancelled
from wargame.game import scenario
from wargame.game.agent import Agent
from wargame.game.gather import Gatherer
from wargame.game.match import DataFacts, Match, world_seed
from wargame.game.terms import Scenario
from wargame.game.view import View
from wargame.pipeline.source import offer
from wargame.pool import Workers
from wargame.stages import SIDES, Side
from wargame.store import Store
from wargame.theory.counterfactual import Game, Lapse, NotAllowedError
from wargame.theory.review import Review, SideReview
from wargame.theory.review_words import best_reply, turning_point
from wargame.theory.reviewer import Reviewer, Terms

SEED = 11
DECK = {
    "attacker": ["label_flip", "shard_corruption", "sniff", "unauthorized_api"],
    "defender": ["label_sanitation", "hash_ledger", "encrypted_channel", "rate_limit"],
}


class Scripted(Agent):
    """Plays a list of actions, and passes where one is not allowed."""

    name = "scripted"
    title = "Scripted"
    character = "a list of moves"

    def __init__(self, actions: Sequence[int]) -> None:
        self.actions = actions
        self.refused: list[int] = []

    def act(self, view: View) -> int:
        action = self.actions[view.round - 1]
        if view.moves[action].legal:
            return action
        self.refused.append(view.round)
        return 0


@pytest.fixture(scope="module")
def rules() -> Scenario:
    content = scenario.load("mapengine").content()
    sizes = {"drill": TINY}
    return scenario.from_content({**content, "rounds": 3, "fidelity": sizes, "deck": DECK})


@pytest.fixture(scope="module")
def facts() -> DataFacts:
    tiles = load()
    offer(tiles)
    return DataFacts(tiles.name, tiles.digest, "painted")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("review-store"))


@pytest.fixture(scope="module")
def game(rules: Scenario, facts: DataFacts) -> Game:
    """The attacker saves in round 1 for what it plays next, so that later moves can lapse."""
    attacker, defender = _numbers(rules, "attacker"), _numbers(rules, "defender")
    plays = (
        (0, defender["hash_ledger"]),
        (attacker["shard_corruption"] + 2, defender["rate_limit"]),
        (attacker["label_flip"] + 2, 0),
    )
    world = rules.world(world_seed(SEED), "drill", facts.digest)
    return Game(rules, world, plays)


@pytest.fixture(scope="module")
def review(game: Game, store: Store) -> Review:
    return reviewer(game, store, Terms(follow=None, all_strengths=True)).run()


def _numbers(rules: Scenario, side: str) -> dict[str, int]:
    """Card to its action at the light strength."""
    names = [entry.name for entry in getattr(rules.deck, side)]
    return {name: 1 + 3 * place for place, name in enumerate(names)}


def reviewer(game: Game, store: Store, terms: Terms, **more: Any) -> Reviewer:
    return Reviewer(game, lambda tell: Gatherer(store, None, tell), terms, **more)


def really(
    game: Game, facts: DataFacts, store: Store, *, round_: int = 0, **swap: int
) -> tuple[Match, tuple[Scripted, Scripted]]:
    """A whole match of scripted agents, with one action changed."""
    seats = []
    for place, side in enumerate(SIDES):
        actions = [pair[place] for pair in game.plays]
        if side.value in swap:
            actions[round_ - 1] = swap[side.value]
        seats.append(Scripted(actions))
    one, two = seats
    match = Match(game.rules, one, two, seed=SEED, fidelity="drill", data=facts, store=store)
    list(match)
    return match, (one, two)


def _sign(side: Side) -> int:
    return 1 if side is Side.ATTACKER else -1


def _moves(review: Review) -> list[tuple[int, SideReview]]:
    return [(each.round, one) for each in review.rounds for one in each.sides.values()]


def test_each_regret_is_the_difference_to_a_match_played_with_the_other_card(
    game: Game, facts: DataFacts, store: Store, review: Review
) -> None:
    played, _ = really(game, facts, store)
    assert review.missions == tuple(line.score.mission for line in played.lines)
    assert review.result == played.result()
    tried = [(number, one, alt) for number, one in _moves(review) for alt in one.alternatives]
    some = np.random.default_rng(0).choice(len(tried), 24, replace=False)
    lapses = 0
    for number, one, alt in (tried[place] for place in some):
        other, seats = really(game, facts, store, round_=number, **{one.side.value: alt.action})
        was, now = played.lines[number - 1].score, other.lines[number - 1].score
        assert (alt.mission, alt.low, alt.high) == (now.mission, now.low, now.high)
        assert alt.gain == _sign(one.side) * (now.mission - was.mission)
        assert alt.key == other.lines[number - 1].key
        assert alt.through is not None
        assert alt.through.mission == other.result().mission
        difference = other.result().mission - played.result().mission
        assert alt.through.gain == _sign(one.side) * difference
        refused = {
            Lapse(at, side, game.plays[at - 1][place])
            for place, (side, seat) in enumerate(zip(SIDES, seats, strict=True))
            for at in seat.refused
        }
        assert set(alt.through.lapsed) == refused
        lapses += len(refused)
    assert lapses > 0


def test_nothing_legal_is_left_out_and_passing_is_tried(
    game: Game, facts: DataFacts, store: Store, review: Review
) -> None:
    match = Match(game.rules, None, None, seed=SEED, fidelity="drill", data=facts, store=store)
    for each, pair in zip(review.rounds, game.plays, strict=True):
        for side, taken in zip(SIDES, pair, strict=True):
            legal = {move.action for move in match.view(side).moves if move.legal}
            tried = [alt.action for alt in each.sides[side].alternatives]
            assert len(tried) == len(set(tried))
            assert set(tried) == legal - {taken}
            assert taken == 0 or 0 in tried
        match.step(*pair)


def test_one_strength_a_card_is_its_strongest_affordable_one(
    game: Game, store: Store, review: Review
) -> None:
    brief = reviewer(game, store, Terms(follow=0)).run()
    for (number, one), (_, full) in zip(_moves(brief), _moves(review), strict=True):
        by_card: dict[str | None, int] = {}
        for action in (full.action, *(alt.action for alt in full.alternatives)):
            card = game_card(game, one.side, action)
            by_card[card] = max(action, by_card.get(card, 0))
        wanted = set(by_card.values()) - {one.action}
        assert {alt.action for alt in one.alternatives} == wanted, number
        assert one.regret_match is None


def game_card(game: Game, side: Side, action: int) -> str | None:
    names = [entry.name for entry in getattr(game.rules.deck, side.value)]
    return names[(action - 1) // 3] if action else None


def test_the_best_reply_is_the_best_of_all_and_no_regret_is_negative(review: Review) -> None:
    for each in review.rounds:
        for one in each.sides.values():
            gains = [_sign(one.side) * (alt.mission - each.mission) for alt in one.alternatives]
            assert one.regret == max(0.0, *gains)
            assert one.best is None or one.best.gain == max(gains)
            assert (one.best is None) == (max(gains) <= 0)
            through = [alt.through.gain for alt in one.alternatives if alt.through is not None]
            assert one.regret_match == max(0.0, *through)
    assert any(one.regret > 0 for _, one in _moves(review))


def test_the_turning_point_changes_the_match_most(review: Review) -> None:
    turning = review.turning
    assert turning is not None
    assert turning.through_match
    gains = [one.regret_match for _, one in _moves(review)]
    assert turning.gain == max(gain for gain in gains if gain is not None)
    told = turning_point(review)
    assert f"round {turning.round}" in told
    assert turning.reply.through is not None
    assert f"{turning.reply.through.mission:.3f} instead of {review.mission:.3f}" in told


def test_reasons_are_measures_of_the_two_rounds(
    game: Game, facts: DataFacts, store: Store, review: Review
) -> None:
    played, _ = really(game, facts, store)
    for number, one in _moves(review):
        if one.best is None:
            continue
        swap = {one.side.value: one.best.action}
        other, _ = really(game, facts, store, round_=number, **swap)
        was, now = played.lines[number - 1].measures, other.lines[number - 1].measures
        for change in one.best.changes:
            values = [each.get(change.measure) for each in (was, now)]
            assert [v and v.value for v in values] == [change.before, change.after]
            assert change.before != change.after
        said = best_reply(review, review.rounds[number - 1], one.side)
        assert f"{played.lines[number - 1].score.mission:.3f} → {one.best.mission:.3f}" in said
        if "because" in said:
            assert one.best.changes[0].measure in said


def test_two_workers_tell_the_same_as_one(game: Game, store: Store, tmp_path: Path) -> None:
    terms = Terms(rounds=range(2, 4), follow=1)
    alone = reviewer(game, store, terms).run()
    workers = Workers(2)
    try:
        other = Store(tmp_path / "store")
        both = Reviewer(game, lambda tell: Gatherer(other, workers, tell), terms).run()
    finally:
        workers.close()
    assert json.dumps(alone.to_json()) == json.dumps(both.to_json())


def test_an_unfinished_match_is_reviewed_as_far_as_it_went(game: Game, store: Store) -> None:
    begun = Game(game.rules, game.world, game.plays[:2])
    review = reviewer(begun, store, Terms()).run()
    assert [each.round for each in review.rounds] == [1, 2]
    assert review.result is None
    assert review.complete
    assert len(review.missions) == 2
    for _, one in _moves(review):
        first = one.alternatives[0].through
        assert first is not None
        assert all(review.wins(alt) is None for alt in one.alternatives)


def test_what_is_done_when_it_is_stopped_stands_and_goes_on(
    game: Game, store: Store, review: Review
) -> None:
    terms = Terms(follow=None, all_strengths=True)

    def stop(what: str, _done: int, _total: int) -> None:
        if what.startswith("round 2"):
            raise Cancelled(what)

    stopped = reviewer(game, store, terms, progress=stop)
    with pytest.raises(Cancelled):
        stopped.run()
    assert not stopped.review.complete
    assert [each.round for each in stopped.review.rounds] == [1]
    one = stopped.review.rounds[0].to_json()["sides"]["attacker"]
    assert one["regret"] == review.rounds[0].sides[Side.ATTACKER].regret
    again = reviewer(game, store, terms).run()
    assert again.to_json() == review.to_json()


def test_a_move_that_was_never_allowed_is_named(game: Game, store: Store) -> None:
    heavy = _numbers(game.rules, "attacker")["shard_corruption"] + 2
    forged = Game(game.rules, game.world, ((heavy, 0), (heavy, 0), (heavy, 0)))
    with pytest.raises(NotAllowedError, match="costs") as caught:
        reviewer(forged, store, Terms()).run()
    assert caught.value.round in (2, 3)
