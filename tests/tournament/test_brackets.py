"""Knock-out and ladder: who goes on, and who stands where at the end."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tournament.draws import (
    SETTING,
    Paper,
    begin,
    by_strength,
    entrant,
    named,
    opponents,
)
from wargame.errors import WargameError
from wargame.stages import Side
from wargame.tournament import formats
from wargame.tournament.pairing import Setting

fields = st.integers(2, 40)
seeds = st.integers(0, 2**32 - 1)


@given(fields, seeds)
@settings(max_examples=40, deadline=None)
def test_a_knock_out_has_one_champion_after_so_many_rounds(count: int, seed: int) -> None:
    rng = random.Random(seed)
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


def test_a_tie_by_matches_is_parted_by_missions() -> None:
    who = named(2)
    missions = {("p00", "p01"): 0.6, ("p01", "p00"): 0.9}
    paper = begin(
        formats.make("knock-out", SETTING), who, lambda f: missions[f.attacker, f.defender]
    )
    paper.finish()
    assert paper.format.placing(paper.entries, paper.rounds, paper.results) == ("p01", "p00")
