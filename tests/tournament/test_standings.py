"""Standings: every number counted by hand, the rank rule, and results of every odd kind."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from tests.tournament.simulated import PAR, forfeit, names, result, simulated
from wargame.sandbox.limits import Status
from wargame.stages import SIDES, Side
from wargame.store import canonical
from wargame.theory.equilibrium import zero_sum
from wargame.tournament.mixture import Mix
from wargame.tournament.outcome import Fixture, MatchResult
from wargame.tournament.standings import Standings, standings
from wargame.tournament.words import table

A, D = Side.ATTACKER, Side.DEFENDER
WHO = ("ann", "bob", "cat")


def met(one: str, two: str, seed: int = 0) -> Fixture:
    return Fixture(1, "plain", one, two, seed)


PLAYED = [
    result(met("ann", "bob"), A, 0.6),
    result(met("ann", "bob", 1), D, 0.2),
    result(met("bob", "ann"), D, 0.1),
    forfeit(met("bob", "cat"), A, Status.MEMORY),
    forfeit(met("cat", "bob"), D, Status.ERROR),
    result(met("cat", "ann"), None, PAR, (Status.ILLEGAL, Status.TIMEOUT)),
    result(met("ann", "ann"), A, 0.9),
]


def test_counted_by_hand() -> None:
    found = standings(WHO, PLAYED, seed=1)
    ann, bob, cat = (found.row(name) for name in WHO)
    assert [(r.matches, r.wins, r.losses, r.points) for r in (ann, bob, cat)] == [
        (4, 2, 2, 2),
        (5, 1, 4, 1),
        (3, 2, 1, 2),
    ]
    assert ann.forfeits == {Status.TIMEOUT: 1}
    assert bob.forfeits == {Status.ERROR: 1, Status.MEMORY: 1}
    assert cat.forfeits == {Status.ILLEGAL: 1}
    assert ann.tallies[A].mission == pytest.approx(0.4)
    assert ann.tallies[D].mission == pytest.approx((0.1 + PAR) / 2)
    assert bob.tallies[D].mission == pytest.approx((0.6 + 0.2 + 1.0) / 3)
    # Attacking +0.3 and -0.1, defending +0.2 and 0.
    assert ann.balance == pytest.approx(0.4 / 4)
    assert found.matches == 6
    assert found.left_out == 0


def test_head_to_head_and_the_win_table() -> None:
    found = standings(WHO, PLAYED, seed=1)
    assert [each.to_json() for each in found.pairings][:2] == [
        {
            "attacker": "ann",
            "defender": "bob",
            "matches": 2,
            "attacker_wins": 1,
            "defender_wins": 1,
            "mission": pytest.approx(0.4),
        },
        {
            "attacker": "bob",
            "defender": "ann",
            "matches": 1,
            "attacker_wins": 0,
            "defender_wins": 1,
            "mission": pytest.approx(0.1),
        },
    ]
    order = [row.name for row in found.rows]
    wins = {
        (one, two): found.wins[i][j] for i, one in enumerate(order) for j, two in enumerate(order)
    }
    assert wins["ann", "bob"] == 2
    assert wins["bob", "ann"] == 1
    assert wins["cat", "bob"] == 2
    assert wins["cat", "ann"] == wins["ann", "cat"] == 0
    assert {wins[name, name] for name in WHO} == {None}


def test_wins_and_losses_add_up() -> None:
    rng = np.random.default_rng(4)
    found = standings(names(6), simulated(rng, [0.0] * 6, [0.0] * 6), seed=0, replicates=0)
    assert sum(row.wins for row in found.rows) == found.matches == 30
    assert sum(row.losses for row in found.rows) == 30
    for number, row in enumerate(found.rows):
        assert sum(count or 0 for count in found.wins[number]) == row.wins


def test_missions_with_mirrors_and_gaps() -> None:
    found = standings(WHO, PLAYED, seed=1)
    assert found.missions.attackers == found.missions.defenders == WHO
    own, against_bob, against_cat = found.missions.cells[0]
    assert own == 0.9
    assert against_bob == pytest.approx(0.4)
    assert against_cat is None
    assert found.missions.missing == 3
    assert found.mix is None


def checked(mix: Mix | None) -> Mix:
    assert mix is not None
    return mix


def test_the_mix_of_rock_paper_scissors() -> None:
    table = [[0.5, 0.2, 0.8], [0.8, 0.5, 0.2], [0.2, 0.8, 0.5]]
    played = [
        result(met(one, two), A if table[i][j] > PAR else D, table[i][j])
        for i, one in enumerate(WHO)
        for j, two in enumerate(WHO)
    ]
    mix = checked(standings(WHO, played, seed=1).mix)
    assert mix.value == pytest.approx(0.5)
    assert (mix.low, mix.high, mix.worlds) == (None, None, 0)
    for side in SIDES:
        assert [each.weight for each in mix.shares[side]] == pytest.approx([1 / 3] * 3, abs=1e-5)


def test_the_mix_of_many_worlds_has_intervals() -> None:
    rng = np.random.default_rng(8)
    played = simulated(rng, [0, 1, 2], [2, 1, 0], seeds=range(12), mirrors=True)
    found = standings(names(3), played, seed=1)
    mix = checked(found.mix)
    exact = zero_sum(np.array(found.missions.cells, dtype=np.float64))
    assert mix.value == pytest.approx(exact.value, abs=1e-6)
    assert mix.worlds == 12
    assert mix.low is not None
    assert mix.high is not None
    assert mix.low < mix.value < mix.high
    short = checked(standings(names(3), played[:-1], seed=1).mix)
    assert short.low is None
    assert checked(standings(names(3), played, seed=1, replicates=0).mix).low is None


def test_who_plays_one_side_is_ranked_there() -> None:
    played = [
        result(met("ann", "bob"), A),
        result(met("bob", "ann"), D),
        result(met("poison", "ann"), A),
        result(met("poison", "bob"), A),
        result(met("ann", "guard"), D),
        result(met("bob", "guard"), D),
    ]
    found = standings(["late", "guard", "poison", "bob", "ann"], played, seed=1)
    assert [(row.name, row.rank) for row in found.rows][:2] == [("ann", 1), ("bob", 2)]
    assert [row.rank for row in found.rows][2:] == [None] * 3
    assert found.rows[-1].name == "late"
    assert [row.name for row in found.side(A)] == ["poison", "ann", "bob"]
    assert [row.name for row in found.side(D)] == ["guard", "ann", "bob"]
    poison = found.row("poison")
    assert poison.rating is None
    assert poison.ratings[D] is None
    assert poison.ranks == {A: 1, D: None}
    assert found.missions.attackers == ("poison", "bob", "ann")
    assert found.missions.defenders == ("guard", "bob", "ann")


def test_sides_given_rate_after_one_match() -> None:
    sides = {"ann": SIDES, "bob": (D,)}
    found = standings(["ann", "bob"], [result(met("ann", "bob"), A)], seed=1, sides=sides)
    assert found.row("ann").rank == 1
    assert found.row("bob").rank is None
    assert found.missions.defenders == ("ann", "bob")
    assert found.missions.missing == 1


def test_equal_ratings_go_by_points_then_balance_then_name() -> None:
    # Both win once on each side against a common opponent; only the missions differ.
    played = [
        result(met(name, "cat"), A, gain)
        for name, gain in (("ann", 0.5), ("bob", 0.5), ("dan", 0.7))
    ] + [result(met("cat", name), D, 0.1) for name in ("ann", "bob", "dan")]
    found = standings(["bob", "ann", "cat", "dan"], played, seed=0, replicates=0)
    assert [row.name for row in found.rows] == ["dan", "ann", "bob", "cat"]
    assert [row.rank for row in found.rows] == [1, 2, 3, 4]
    ratings = [row.rating.value for row in found.rows if row.rating]
    assert ratings[0] == ratings[1] == ratings[2]


def test_at_par_is_the_defenders_by_its_winner() -> None:
    # Standings take the winner as told; at par that is the defender.
    found = standings(WHO[:2], [result(met("ann", "bob"), D, PAR)], seed=0)
    assert found.row("bob").wins == 1
    assert found.row("ann").balance == 0


ODD: dict[str, list[MatchResult]] = {
    "nothing": [],
    "one match": PLAYED[:1],
    "one forfeit": [forfeit(met("ann", "bob"), A)],
    "both offended": [PLAYED[5]],
    "mirrors alone": [PLAYED[6]],
    "all forfeits": [
        forfeit(met(one, two), side)
        for one, two, side in (("ann", "bob", A), ("bob", "cat", D), ("cat", "ann", A))
    ],
}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("replicates", [0, 50])
def test_odd_results(kind: str, replicates: int) -> None:
    found = standings(WHO, ODD[kind], seed=0, replicates=replicates)
    assert {row.name for row in found.rows} == set(WHO)
    rated = any(each.winner and not each.fixture.mirror for each in ODD[kind])
    assert (found.resampling is not None) is (rated and replicates > 0)
    assert any(row.ratings[A] for row in found.rows) is rated
    for row in found.rows:
        for rating in (row.rating, *row.ratings.values()):
            if rating and rating.low is not None and rating.high is not None:
                assert rating.low <= rating.value <= rating.high
    json.loads(canonical(found.to_json()))
    assert max(len(line) for line in table(found).splitlines()) <= 80


def test_no_entrants() -> None:
    found = standings([], [], seed=0)
    assert found.rows == ()
    assert found.mix is None
    assert "No match" in table(found)


def test_of_entrants_not_listed_nothing_counts() -> None:
    with_cat = standings(WHO[:2], PLAYED, seed=1)
    without = standings(WHO[:2], [p for p in PLAYED if "cat" not in p.fixture], seed=1)
    assert with_cat.left_out == 3
    assert with_cat.rows == without.rows


def test_twice_the_same_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        standings(["ann", "ann"], [], seed=0)
    with pytest.raises(ValueError, match="twice"):
        standings(WHO, [PLAYED[0], PLAYED[0]], seed=0)


def bytes_of(found: Standings) -> bytes:
    return canonical(found.to_json())


def test_the_order_of_results_is_nothing() -> None:
    rng = np.random.default_rng(6)
    played = simulated(rng, [0, 0.3, 0.6, 2], [1, 0, 0, 0], seeds=(1, 2, 3), mirrors=True)
    first = bytes_of(standings(names(4), played, seed=5, replicates=100))
    for shuffle in range(3):
        mixed = random.Random(shuffle).sample(played, len(played))
        assert bytes_of(standings(names(4), mixed, seed=5, replicates=100)) == first


def test_results_read_back_give_the_same_standings() -> None:
    again = [MatchResult.from_json(json.loads(canonical(each.to_json()))) for each in PLAYED]
    assert bytes_of(standings(WHO, again, seed=1)) == bytes_of(standings(WHO, PLAYED, seed=1))


def test_the_table_in_words() -> None:
    rng = np.random.default_rng(6)
    played = simulated(rng, [0, 0.3, 3], [1, 0, 3], seeds=range(4), mirrors=True)
    found = standings(names(3), played, seed=5)
    lines = table(found).splitlines()
    assert max(map(len, lines)) <= 80
    for number, row in enumerate(found.rows, start=1):
        cells = lines[number].split()
        rating = row.rating
        assert rating is not None
        assert rating.low is not None
        assert rating.high is not None
        assert cells[:4] == [
            *(str(row.rank), row.name, f"{rating.value:.0f}"),
            f"[{rating.low:.0f},{rating.high:.0f}]",
        ]
        assert cells[4:6] == [str(row.matches), str(row.wins)]
        assert cells[-1] == "0"
    text = " ".join(lines)
    assert "24 matches, and those of 3 entrants against themselves, for the matrix alone." in text
    assert "Equal ratings" not in text
    assert "Equilibrium: mission" in text
    bare = table(standings(names(3), played, seed=5, replicates=0))
    assert "[" not in bare
    assert "Intervals" not in bare


def test_long_names_are_cut_and_gaps_told() -> None:
    long = "a" * 40
    played = [result(met(long, "bob"), A), result(met("bob", long), A)]
    played += [result(met("cat", "dan"), A), result(met("dan", "cat"), None)]
    text = table(standings([long, "bob", "cat", "dan"], played, seed=0))
    assert max(map(len, text.splitlines())) <= 80
    flat = " ".join(text.split())
    assert "aaa… " in flat
    assert "No match connects these groups" in flat
    assert "1 of them lost by both sides" in flat


def test_where_one_side_won_every_match_it_is_said() -> None:
    pairs = [("ann", "bob"), ("bob", "ann"), ("ann", "cat"), ("cat", "ann")]
    held = [result(met(*pair), D, 0.1 + 0.05 * n) for n, pair in enumerate(pairs)]
    assert "The defender won every match" in " ".join(table(standings(WHO, held, seed=0)).split())
    mixed = [*held, result(met("bob", "cat"), A, 0.9)]
    assert "won every match" not in " ".join(table(standings(WHO, mixed, seed=0)).split())


def test_what_parts_equal_ratings_is_said() -> None:
    equal = [result(met("ann", "bob"), A, 0.6), result(met("bob", "ann"), A, 0.7)]
    text = table(standings(["ann", "bob"], equal, seed=0))
    assert "Equal ratings are ordered by" in " ".join(text.split())
    assert [line.split()[1] for line in text.splitlines()[1:3]] == ["bob", "ann"]
