"""The four formats: what holds whoever comes, goes and wins."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tournament.draws import (
    BOTH,
    SETTING,
    Paper,
    begin,
    disjoint,
    entrant,
    judged,
    named,
    opponents,
)
from wargame.errors import WargameError
from wargame.stages import Side
from wargame.tournament import formats
from wargame.tournament.entrant import Entrant
from wargame.tournament.outcome import Fixture
from wargame.tournament.pairing import Done, Setting, Wait, can_meet, meeting

SIDES_OF = [BOTH, frozenset({Side.ATTACKER}), frozenset({Side.DEFENDER})]
NAMES = ("knock-out", "ladder", "round-robin", "swiss")
fields = st.integers(2, 40)
seeds = st.integers(0, 2**32 - 1)


def chance(seed: int) -> random.Random:
    return random.Random(seed)


def coming_and_going(paper: Paper, rng: random.Random, changes: int, *, joins: bool) -> None:
    """Plays on; between rounds some leave and, where they may, some join."""
    fresh = (entrant(f"late{number}") for number in itertools.count())
    while paper.step():
        if changes == 0 or rng.random() < 0.5:
            continue
        changes -= 1
        there = [each for each in paper.entries if each.plays(paper.number)]
        if there and rng.random() < 0.6:
            paper.leave(rng.choice(there).name)
        elif joins:
            paper.join(next(fresh))


def test_a_format_is_a_file() -> None:
    assert formats.names() == NAMES
    with pytest.raises(WargameError, match="did you mean swiss"):
        formats.find("swis")


def test_a_meeting_is_every_scenario_both_ways_and_every_seed() -> None:
    setting = Setting(("plains", "hills"), (3, 9))
    one, two = named(2)
    found = meeting(setting, 4, one, two)
    ways = [("p00", "p01"), ("p01", "p00")]
    wanted = [Fixture(4, s, a, d, n) for s in ("hills", "plains") for a, d in ways for n in (3, 9)]
    assert found == sorted(wanted)
    attacker = entrant("only", frozenset({Side.ATTACKER}))
    assert {(f.attacker, f.defender) for f in meeting(setting, 1, one, attacker)} == {
        ("only", "p00")
    }
    assert len(meeting(setting, 1, one, one)) == 4


@given(st.lists(st.sampled_from(SIDES_OF), min_size=2, max_size=40), st.booleans())
@settings(max_examples=40, deadline=None)
def test_in_a_round_robin_everyone_who_can_meets_everyone_once(
    sides: list[frozenset[Side]], mirrors: bool
) -> None:
    who = [entrant(f"p{number:02d}", each) for number, each in enumerate(sides)]
    setting = Setting(("plains",), (1, 2), None, mirrors)
    paper = begin(formats.make("round-robin", setting), who, lambda fixture: 0.2)
    paper.finish()
    drawn = [fixture for each in paper.rounds.values() for fixture in each]
    wanted = {
        (a.name, d.name, seed)
        for a in who
        for d in who
        for seed in (1, 2)
        if Side.ATTACKER in a.by and Side.DEFENDER in d.by and (mirrors or a is not d)
    }
    assert Counter((f.attacker, f.defender, f.seed) for f in drawn) == Counter(wanted)
    assert all(disjoint(each) for each in paper.rounds.values())


@pytest.mark.parametrize("mirrors", [False, True])
@pytest.mark.parametrize("count", range(2, 12))
def test_a_round_robin_takes_no_round_too_many(count: int, mirrors: bool) -> None:
    setting = Setting(("plains",), (1,), None, mirrors)
    paper = begin(formats.make("round-robin", setting), named(count), lambda fixture: 0.2)
    paper.finish()
    even = count % 2 == 0 and not mirrors
    assert len(paper.rounds) == (count - 1 if even else count)


@given(fields, seeds, st.integers(1, 12), st.booleans())
@settings(max_examples=40, deadline=None)
def test_a_round_robin_survives_those_who_come_and_go(
    count: int, seed: int, changes: int, mirrors: bool
) -> None:
    setting = Setting(("plains",), (1,), None, mirrors)
    paper = begin(formats.make("round-robin", setting), named(count), lambda fixture: 0.2)
    coming_and_going(paper, chance(seed), changes, joins=True)
    met = Counter(pair for each in paper.rounds.values() for pair in opponents(each))
    assert set(met.values()) <= {1}
    assert all(disjoint(each) for each in paper.rounds.values())
    stayed = [each.name for each in paper.entries if each.left is None]
    for one, two in itertools.combinations(stayed, 2):
        assert met[frozenset((one, two))] == 1
    assert {name for pair in met if len(pair) == 1 for name in pair} >= (
        set(stayed) if mirrors else set()
    )
    _nobody_plays_away(paper)


def _nobody_plays_away(paper: Paper) -> None:
    by_name = {each.name: each for each in paper.entries}
    for number, fixtures in paper.rounds.items():
        for fixture in fixtures:
            assert by_name[fixture.attacker].plays(number)
            assert by_name[fixture.defender].plays(number)


def test_a_round_robin_never_waits_and_the_others_do() -> None:
    for name in NAMES:
        paper = begin(formats.make(name, SETTING), named(6), lambda fixture: 0.2)
        assert paper.step()
        missing = paper.results.pop()
        drawn = paper.format.next(paper.entries, paper.rounds, paper.results)
        assert isinstance(drawn, Wait) is (name != "round-robin")
        paper.results.append(missing)
        assert not isinstance(paper.format.next(paper.entries, paper.rounds, paper.results), Wait)


@given(st.sampled_from(["swiss", "knock-out", "ladder"]), fields, seeds, st.integers(0, 8))
@settings(max_examples=60, deadline=None)
def test_every_format_ends_and_nobody_is_in_two_places(
    name: str, count: int, seed: int, changes: int
) -> None:
    rng = chance(seed)
    paper = begin(formats.make(name, SETTING), named(count), lambda fixture: rng.random())
    coming_and_going(paper, rng, changes, joins=name != "knock-out")
    assert all(disjoint(each) for each in paper.rounds.values())
    assert all(f.attacker != f.defender for each in paper.rounds.values() for f in each)
    placing = paper.format.placing(paper.entries, paper.rounds, paper.results)
    assert sorted(placing) == sorted(each.name for each in paper.entries)
    _nobody_plays_away(paper)


@given(st.sampled_from(NAMES), st.integers(2, 12), seeds)
@settings(max_examples=30, deadline=None)
def test_drawing_depends_on_nothing_but_what_is_handed_in(name: str, count: int, seed: int) -> None:
    rng = chance(seed)
    paper = begin(formats.make(name, SETTING), named(count), lambda fixture: rng.random())
    paper.finish()
    before: dict[int, list[Fixture]] = {}
    shuffled = list(paper.results)
    for number, fixtures in paper.rounds.items():
        rng.shuffle(shuffled)
        known = [each for each in shuffled if each.fixture.round < number]
        assert formats.make(name, SETTING).next(paper.entries, before, known) == tuple(fixtures)
        before[number] = fixtures
    assert isinstance(formats.make(name, SETTING).next(paper.entries, before, shuffled), Done)


@pytest.mark.parametrize("name", ["swiss", "knock-out", "ladder"])
def test_who_plays_one_side_is_named_where_both_are_needed(name: str) -> None:
    who: list[Entrant] = [*named(2), entrant("ann", SIDES_OF[1]), entrant("bob", SIDES_OF[2])]
    format_ = formats.make(name, SETTING)
    with pytest.raises(WargameError, match=r"ann \(the attacker only\), bob \(the defender only\)"):
        format_.check(who)
    with pytest.raises(WargameError, match="ann"):
        format_.admit(who[2], 1)
    format_.check(who[:2])


def test_two_attackers_are_no_tournament() -> None:
    format_ = formats.make("round-robin", SETTING)
    who = [entrant("ann", SIDES_OF[1]), entrant("bob", SIDES_OF[1])]
    assert not can_meet(*who)
    with pytest.raises(WargameError, match="an attacker and another entrant"):
        format_.check(who)
    format_.check([*who, entrant("eve", SIDES_OF[2])])


def test_judged_results_have_the_winner_they_should() -> None:
    fixture = Fixture(1, "plains", "ann", "bob", 1)
    assert judged(fixture, 0.51).winner is Side.ATTACKER
    assert judged(fixture, 0.5).winner is Side.DEFENDER
