"""Ratings: known strengths are found again, within intervals that hold what they promise."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tournament.simulated import forfeit, names, result, round_robin, simulated
from wargame.stages import Side
from wargame.tournament.outcome import Fixture, MatchResult
from wargame.tournament.ratings import AVERAGE, POINTS, Rating, rate
from wargame.tournament.resampling import Counts, Unit

A, D = Side.ATTACKER, Side.DEFENDER


def holds(rating: Rating | None, truth: float) -> bool:
    assert rating is not None
    assert rating.low is not None
    assert rating.high is not None
    return rating.low <= truth <= rating.high


def centred(values: Iterable[float]) -> list[float]:
    given = [float(value) for value in values]
    return [value - math.fsum(given) / len(given) for value in given]


@pytest.mark.parametrize("spread", [0.5, 1.5])
def test_intervals_hold_the_truth_as_often_as_they_say(spread: float) -> None:
    rng = np.random.default_rng(11)
    held: list[bool] = []
    for _ in range(30):
        attack, defend = (centred(rng.normal(0, spread, 10)) for _ in range(2))
        found = rate(simulated(rng, attack, defend, seeds=(1, 2)), seed=1, replicates=200)
        for number, name in enumerate(names(10)):
            held.append(holds(found.attackers[name], AVERAGE + POINTS * attack[number]))
            held.append(holds(found.defenders[name], AVERAGE + POINTS * defend[number]))
    # 600 intervals; those of one tournament lean on each other.
    assert 0.90 <= np.mean(held) <= 0.98


def test_twenty_of_known_strength_overall() -> None:
    rng = np.random.default_rng(7)
    held, edges = [], []
    for _ in range(10):
        strengths = centred(rng.normal(0, 1, 20))
        played = simulated(rng, strengths, strengths, advantage=0.4)
        found = rate(played, seed=1, replicates=200)
        edges.append(holds(found.advantage["overall"], POINTS * 0.4))
        for name, strength in zip(names(20), strengths, strict=True):
            held.append(holds(found.overall[name], AVERAGE + POINTS * strength))
    assert 0.90 <= np.mean(held) <= 0.98
    assert sum(edges) >= 8


def test_intervals_hold_for_who_wins_or_loses_all() -> None:
    # In nearly all of these the last is unbeaten and the first winless: resampling shows nothing.
    rng = np.random.default_rng(5)
    strengths = centred([-5, *np.linspace(-1, 1, 8), 5])
    held = []
    for _ in range(30):
        found = rate(simulated(rng, strengths, strengths), seed=1, replicates=100)
        held.append(holds(found.overall["e00"], AVERAGE + POINTS * strengths[0]))
        held.append(holds(found.overall["e09"], AVERAGE + POINTS * strengths[-1]))
    assert 0.9 <= np.mean(held) < 1


def test_many_matches_find_the_strengths_themselves() -> None:
    rng = np.random.default_rng(2)
    attack, defend = [-0.8, -0.2, 0.1, 0.9], [0.5, -1.0, 0.7, -0.2]
    found = rate(
        simulated(rng, attack, defend, advantage=0.3, seeds=range(600)), seed=1, replicates=0
    )
    for ratings, truth in ((found.attackers, attack), (found.defenders, defend)):
        for name, strength in zip(names(4), truth, strict=True):
            assert ratings[name].value == pytest.approx(AVERAGE + POINTS * strength, abs=25)
    edge = found.advantage["sides"]
    assert edge is not None
    assert edge.value == pytest.approx(POINTS * 0.3, abs=25)


def test_400_points_are_odds_of_ten_to_one() -> None:
    # 10 of 11 with sides in turn; ten thousandfold, so that the prior is nothing beside it.
    one, two = Fixture(1, "plain", "ann", "bob", 0), Fixture(1, "plain", "bob", "ann", 0)
    played = [result(one._replace(seed=n), A if n % 11 else D) for n in range(4400)]
    played += [result(two._replace(seed=n), D if n % 11 else A) for n in range(4400)]
    found = rate(played, seed=0, replicates=0).overall
    assert found["ann"].value - found["bob"].value == pytest.approx(400, abs=1)
    assert found["ann"].low is None


def test_resamples_spread_as_a_plain_bootstrap_does() -> None:
    rng = np.random.default_rng(9)
    strengths = centred(rng.normal(0, 0.7, 7))
    played = simulated(rng, strengths, strengths, seeds=(1, 2))
    meetings: dict[frozenset[str], list[MatchResult]] = {}
    for each in played:
        fixture = each.fixture
        meetings.setdefault(frozenset((fixture.attacker, fixture.defender)), []).append(each)
    groups, values = list(meetings.values()), []
    for _ in range(200):
        drawn = [groups[n] for n in rng.integers(0, len(groups), len(groups))]
        again = [
            result(match.fixture._replace(round=number + 1), match.winner)
            for number, group in enumerate(drawn)
            for match in group
        ]
        found = rate(again, seed=0, replicates=0).overall
        values.append([found[name].value if name in found else AVERAGE for name in names(7)])
    low, high = np.quantile(values, [0.025, 0.975], axis=0)
    ours = rate(played, seed=1, replicates=1000)
    assert ours.resampling is not None
    assert (ours.resampling.unit, ours.resampling.units) == (Unit.MEETING, 21)
    widths = [(r := ours.overall[name]).high - r.low for name in names(7)]  # type: ignore[operator]
    assert np.mean(widths) == pytest.approx(np.mean(high - low), rel=0.1)


def test_what_is_drawn_whole() -> None:
    def unit(count: int, seeds: Sequence[int]) -> tuple[Unit, int]:
        found = Counts.of([result(f, A) for f in round_robin(count, seeds)])
        return found.unit, len(found.matches)

    assert unit(3, range(20)) == (Unit.WORLD, 20)
    assert unit(7, range(19)) == (Unit.MEETING, 21)
    assert unit(6, (1,)) == (Unit.MATCH, 30)
    assert unit(2, (1,)) == (Unit.MATCH, 2)


OUTCOMES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()).filter(lambda m: m[0] != m[1]),
    min_size=1,
    max_size=25,
)


def told(outcomes: Sequence[tuple[int, int, bool]]) -> list[MatchResult]:
    return [
        result(Fixture(1, "plain", f"e{one:02d}", f"e{two:02d}", seed), A if won else D)
        for seed, (one, two, won) in enumerate(outcomes)
    ]


@settings(max_examples=60, deadline=None)
@given(OUTCOMES, st.data())
def test_to_win_instead_never_lowers(
    outcomes: list[tuple[int, int, bool]], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(outcomes) - 1))
    one, two, won = outcomes[at]
    name = f"e{two if won else one:02d}"
    turned = [*outcomes[:at], (one, two, not won), *outcomes[at + 1 :]]
    before, after = (rate(told(each), seed=0, replicates=0) for each in (outcomes, turned))
    assert after.overall[name].value >= before.overall[name].value
    side = D if won else A
    assert after.of(side)[name].value >= before.of(side)[name].value


@settings(max_examples=60, deadline=None)
@given(OUTCOMES, st.integers(0, 4), st.integers(0, 4))
def test_one_more_win_never_lowers(
    outcomes: list[tuple[int, int, bool]], one: int, two: int
) -> None:
    if one == two:
        return
    played = told(outcomes)
    more = [*played, result(Fixture(2, "plain", f"e{one:02d}", f"e{two:02d}", 0), A)]
    before, after = (rate(each, seed=0, replicates=0) for each in (played, more))
    name = f"e{one:02d}"
    if name in before.overall and {f"e{two:02d}"} <= set(before.overall):
        assert after.overall[name].value >= before.overall[name].value


@settings(max_examples=25, deadline=None)
@given(OUTCOMES, st.randoms(use_true_random=False))
def test_the_order_of_results_is_nothing(
    outcomes: list[tuple[int, int, bool]], random: Random
) -> None:
    played = told(outcomes)
    mixed = random.sample(played, len(played))
    assert rate(mixed, seed=3, replicates=20) == rate(played, seed=3, replicates=20)


@settings(max_examples=50, deadline=None)
@given(OUTCOMES, st.permutations(range(5)))
def test_names_are_nothing(outcomes: list[tuple[int, int, bool]], order: list[int]) -> None:
    renamed = [(order[one], order[two], won) for one, two, won in outcomes]
    found, other = (rate(told(each), seed=0, replicates=0) for each in (outcomes, renamed))
    for name, rating in found.overall.items():
        again = other.overall[f"e{order[int(name[1:])]:02d}"]
        assert again.value == pytest.approx(rating.value, abs=0.011)


@settings(max_examples=50, deadline=None)
@given(OUTCOMES)
def test_sides_swapped_are_ratings_swapped(outcomes: list[tuple[int, int, bool]]) -> None:
    swapped = [(two, one, not won) for one, two, won in outcomes]
    found, other = (rate(told(each), seed=0, replicates=0) for each in (outcomes, swapped))
    assert found.attackers.keys() == other.defenders.keys()
    for name, rating in found.attackers.items():
        assert other.defenders[name].value == pytest.approx(rating.value, abs=0.011)


def test_means_are_1500() -> None:
    found = rate(told([(0, 1, True), (2, 3, False), (1, 2, True)]), seed=0, replicates=0)
    for ratings in (found.overall, found.attackers, found.defenders):
        values = [each.value for each in ratings.values()]
        assert math.fsum(values) / len(values) == pytest.approx(AVERAGE, abs=0.01)


def test_groups_that_never_met_are_told() -> None:
    apart = rate(told([(0, 1, True), (1, 0, True), (2, 3, False)]), seed=0, replicates=0)
    assert apart.groups == (("e00", "e01"), ("e02", "e03"))
    assert {g.attackers: g.defenders for g in apart.side_groups} == {
        ("e00",): ("e01",),
        ("e01",): ("e00",),
        ("e02",): ("e03",),
    }
    joined = rate(told([(0, 1, True), (2, 3, True), (2, 1, True)]), seed=0, replicates=0)
    assert joined.groups == (("e00", "e01", "e02", "e03"),)
    assert [g.to_json() for g in joined.side_groups] == [
        {"attackers": ["e00", "e02"], "defenders": ["e01", "e03"]}
    ]


def test_what_is_rated() -> None:
    played = told([(0, 1, True), (1, 0, False), (1, 2, True)])
    bare = rate(played, seed=1, replicates=50)
    mirror = result(Fixture(1, "plain", "e00", "e00", 9), A)
    both = result(Fixture(1, "plain", "e00", "e02", 9), None)
    assert rate([*played, mirror, both], seed=1, replicates=50) == bare
    lost = forfeit(Fixture(1, "plain", "e00", "e02", 9), A)
    won = result(Fixture(1, "plain", "e00", "e02", 9), D)
    assert rate([*played, lost], seed=1, replicates=50) == rate(
        [*played, won], seed=1, replicates=50
    )
    assert rate([mirror, both], seed=1, replicates=50).overall == {}


def test_the_seed_moves_intervals_alone() -> None:
    played = simulated(np.random.default_rng(1), [0, 1, 2, 3], [3, 2, 1, 0], seeds=range(5))
    first, again, other = (rate(played, seed=seed, replicates=100) for seed in (1, 1, 2))
    assert first == again
    assert first.overall != other.overall
    for name, rating in first.overall.items():
        assert rating.value == other.overall[name].value


def test_a_field_too_large_has_no_intervals() -> None:
    ring = [(number, (number + 1) % 250, number % 3 == 0) for number in range(250)]
    found = rate(told(ring), seed=0, replicates=1000)
    assert found.resampling is None
    assert {rating.low for rating in found.overall.values()} == {None}
    assert len(found.overall) == 250
