"""Swiss: who meets whom, byes, and the order at the end."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tournament.draws import (
    SETTING,
    begin,
    by_strength,
    named,
    opponents,
)
from wargame.tournament import formats
from wargame.tournament.pairing import Setting

fields = st.integers(2, 40)
seeds = st.integers(0, 2**32 - 1)


@given(st.integers(2, 7), seeds, st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_a_swiss_has_no_rematch_that_could_be_avoided(count: int, seed: int, rounds: int) -> None:
    rng = random.Random(seed)
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


@given(st.integers(2, 12), seeds)
@settings(max_examples=25, deadline=None)
def test_half_as_many_rounds_as_entrants_have_no_rematch(half: int, seed: int) -> None:
    # Dirac: while everybody has at least half of the others left to meet, all can be paired.
    rng = random.Random(seed)
    setting = Setting(("plains",), (1,), half)
    paper = begin(formats.make("swiss", setting), named(2 * half), lambda fixture: rng.random())
    paper.finish()
    met = Counter(pair for each in paper.rounds.values() for pair in opponents(each))
    assert len(met) == half * half
    assert set(met.values()) == {1}
