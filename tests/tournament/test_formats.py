"""The four formats: what holds whoever comes, goes and wins."""

from __future__ import annotations

import itertools
import math
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
    by_strength,
    disjoint,
    entrant,
    judged,
    named,
    opponents,
)
from wargame.errors import WargameError
from wargame.stages import Side
from wargame.tournament import formats, matching
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


@given(st.integers(2, 7), seeds, st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_a_swiss_has_no_rematch_that_could_be_avoided(count: int, seed: int, rounds: int) -> None:
    rng = chance(seed)
    setting = Setting(("plains",), (1,), rounds)
    paper = begin(formats.make("swiss", setting), named(count), lambda fixture: rng.random())
    names = [each.name for each in paper.entries]
    met: set[frozenset[str]] = set()
    byes: Counter[str] = Counter()
    while paper.step():
        drawn = opponents(paper.rounds[len(paper.rounds)])
        resting = set(names) - {name for each in drawn for name in each}
        assert len(resting) == count % 2
        fewest = min(byes[name] for name in names)
        assert all(byes[name] == fewest for name in resting)
        allowed = [{name} for name in names if byes[name] == fewest] if count % 2 else [set()]
        options = [
            sum(frozenset(pair) in met for pair in pairs)
            for away in allowed
            for pairs in _perfect([name for name in names if name not in away])
        ]
        assert sum(each in met for each in drawn) == min(options)
        met |= set(drawn)
        byes.update(resting)
    assert len(paper.rounds) == rounds


def _perfect(names: list[str]) -> list[list[tuple[str, str]]]:
    """Every way to pair all of them."""
    if not names:
        return [[]]
    first, *rest = names
    return [
        [(first, other), *others]
        for other in rest
        for others in _perfect([name for name in rest if name != other])
    ]


def test_a_swiss_of_eight_finds_the_best_and_pairs_equals() -> None:
    who = named(8)
    strength = {each.name: 1 - number / 8 for number, each in enumerate(who)}
    paper = begin(formats.make("swiss", SETTING), who, by_strength(strength))
    assert paper.step()
    assert opponents(paper.rounds[1]) == [frozenset((f"p0{i}", f"p0{i + 4}")) for i in range(4)]
    assert paper.step()
    winners = {frozenset(("p00", "p02")), frozenset(("p01", "p03"))}
    assert winners <= set(opponents(paper.rounds[2]))
    paper.finish()
    assert len(paper.rounds) == 4
    placing = paper.format.placing(paper.entries, paper.rounds, paper.results)
    assert placing[0] == "p00"
    assert placing[-1] == "p07"


def test_a_bye_in_a_swiss_is_worth_a_meeting_won_and_goes_to_the_lowest() -> None:
    who = named(3)
    strength = {"p00": 0.9, "p01": 0.5, "p02": 0.1}
    paper = begin(formats.make("swiss", Setting(("plains",), (1,), 1)), who, by_strength(strength))
    paper.finish()
    assert opponents(paper.rounds[1]) == [frozenset(("p00", "p01"))]
    placing = paper.format.placing(paper.entries, paper.rounds, paper.results)
    # Two points each; the opponent of p00 has none, and p02 met nobody: the order of entry.
    assert placing == ("p00", "p02", "p01")


def test_buchholz_parts_equal_points() -> None:
    who = named(4)
    format_ = formats.make("swiss", Setting(("plains",), (1,), 2))
    missions = {
        ("p00", "p02"): 0.9, ("p02", "p00"): 0.1, ("p01", "p03"): 0.1, ("p03", "p01"): 0.9,
        ("p00", "p03"): 0.9, ("p03", "p00"): 0.1, ("p01", "p02"): 0.9, ("p02", "p01"): 0.1,
    }  # fmt: skip
    paper = begin(format_, who, lambda f: missions[f.attacker, f.defender])
    paper.finish()
    # p03 and p01 won two matches each; p03 lost to p00 (4 points), p01 to p03 (2 points); both
    # have beaten one of no points or two.
    assert format_.placing(paper.entries, paper.rounds, paper.results) == (
        "p00", "p03", "p01", "p02",
    )  # fmt: skip


@given(fields, seeds)
@settings(max_examples=40, deadline=None)
def test_a_knock_out_has_one_champion_after_so_many_rounds(count: int, seed: int) -> None:
    rng = chance(seed)
    paper = begin(formats.make("knock-out", SETTING), named(count), lambda fixture: rng.random())
    paper.finish()
    assert len(paper.rounds) == math.ceil(math.log2(count))
    lost = Counter(_losers(paper))
    champion = paper.format.placing(paper.entries, paper.rounds, paper.results)[0]
    assert [name for name, times in lost.items() if times == 0] == [champion]
    assert sum(times == 2 for times in lost.values()) == (count > 3)


def _losers(paper: Paper) -> dict[str, int]:
    """How often each lost a meeting, told by points and missions alone."""
    lost = {each.name: 0 for each in paper.entries}
    for fixtures in paper.rounds.values():
        for one, two in map(sorted, opponents(fixtures)):
            edge = 0.0
            for result in paper.results:
                if {result.fixture.attacker, result.fixture.defender} != {one, two}:
                    continue
                sign = 1 if result.fixture.attacker == one else -1
                edge += sign * (1000 * (1 if result.winner is Side.ATTACKER else -1))
                edge += sign * result.mission
            lost[two if edge >= 0 else one] += 1
    return lost


def test_the_bracket_keeps_the_best_apart() -> None:
    who = named(6)
    strength = {each.name: 1 - number / 8 for number, each in enumerate(who)}
    paper = begin(formats.make("knock-out", SETTING), who, by_strength(strength))
    paper.finish()
    told = [[sorted(pair) for pair in opponents(each)] for each in paper.rounds.values()]
    assert told == [
        [["p02", "p05"], ["p03", "p04"]],
        [["p00", "p03"], ["p01", "p02"]],
        [["p00", "p01"], ["p02", "p03"]],
    ]
    placing = paper.format.placing(paper.entries, paper.rounds, paper.results)
    assert placing[:4] == ("p00", "p01", "p02", "p03")


def test_who_leaves_a_knock_out_loses_by_walkover() -> None:
    who = named(4)
    strength = {each.name: 1 - number / 8 for number, each in enumerate(who)}
    paper = begin(formats.make("knock-out", SETTING), who, by_strength(strength))
    assert paper.step()
    paper.leave("p00")
    paper.finish()
    assert [sorted(pair) for pair in opponents(paper.rounds[2])] == [["p02", "p03"]]
    placing = paper.format.placing(paper.entries, paper.rounds, paper.results)
    assert placing == ("p01", "p00", "p02", "p03")


def test_nobody_joins_a_knock_out_that_has_begun() -> None:
    format_ = formats.make("knock-out", SETTING)
    format_.admit(entrant("ann"), 1)
    with pytest.raises(WargameError, match="ann comes too late"):
        format_.admit(entrant("ann"), 2)


def test_a_ladder_climbs_from_the_bottom() -> None:
    who = named(4)
    strength = {each.name: number / 8 for number, each in enumerate(who)}
    paper = begin(formats.make("ladder", Setting(("plains",), (1,), 1)), who, by_strength(strength))
    paper.finish()
    met = [[sorted(pair) for pair in opponents(each)] for each in paper.rounds.values()]
    assert met == [[["p02", "p03"]], [["p01", "p03"]], [["p00", "p03"]]]
    placing = paper.format.placing(paper.entries, paper.rounds, paper.results)
    assert placing == ("p03", "p00", "p01", "p02")


def test_enough_passes_of_a_ladder_sort_it() -> None:
    who = named(6)
    strength = {each.name: number / 8 for number, each in enumerate(who)}
    paper = begin(formats.make("ladder", Setting(("plains",), (1,), 5)), who, by_strength(strength))
    paper.finish()
    placing = paper.format.placing(paper.entries, paper.rounds, paper.results)
    assert placing == tuple(sorted(strength, reverse=True))


def test_who_joins_a_ladder_climbs_with_the_next_pass_and_who_leaves_makes_room() -> None:
    who = named(3)
    strength = {"p00": 0.9, "p01": 0.5, "p02": 0.1, "new": 0.7}
    paper = begin(formats.make("ladder", SETTING), who, by_strength(strength))
    assert paper.step()
    paper.join(entrant("new"))
    paper.leave("p02")
    paper.finish()
    met = [[sorted(pair) for pair in opponents(each)] for each in paper.rounds.values()]
    assert met == [[["p01", "p02"]], [["p00", "p01"]], [["new", "p01"]], [["new", "p00"]]]
    placing = paper.format.placing(paper.entries, paper.rounds, paper.results)
    assert placing == ("p00", "new", "p01", "p02")


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


def test_a_tie_by_matches_is_parted_by_missions() -> None:
    who = named(2)
    missions = {("p00", "p01"): 0.6, ("p01", "p00"): 0.9}
    paper = begin(
        formats.make("knock-out", SETTING), who, lambda f: missions[f.attacker, f.defender]
    )
    paper.finish()
    assert paper.format.placing(paper.entries, paper.rounds, paper.results) == ("p01", "p00")


@given(st.integers(1, 13), st.floats(0.05, 0.9), seeds)
@settings(max_examples=100, deadline=None)
def test_matchings_are_as_large_as_can_be(count: int, share: float, seed: int) -> None:
    rng = chance(seed)
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


def test_judged_results_have_the_winner_they_should() -> None:
    fixture = Fixture(1, "plains", "ann", "bob", 1)
    assert judged(fixture, 0.51).winner is Side.ATTACKER
    assert judged(fixture, 0.5).winner is Side.DEFENDER
