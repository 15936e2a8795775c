"""Verdicts on numbers made up so that each is plain."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.lab.conftest import table
from wargame.lab.matrix import Arm, Matrix, Pair, Relation, Verdict, matrix, relation

SEEDS = range(4)
HIT, NOISE = [0.9, 0.92, 0.88, 0.9], [0.0, 0.01, 0.0, -0.01]


def judged(
    both: Sequence[float],
    *,
    attack: Sequence[float] = HIT,
    defence: Sequence[float] = NOISE,
    claimed: bool = True,
    seeds: Sequence[int] = SEEDS,
) -> Pair:
    arms = {("a", "d"): both, ("a", None): attack, (None, "d"): defence, (None, None): NOISE}
    claims = frozenset({("a", "d")} if claimed else ())
    found = matrix(table(arms), {"a": "x.executed"}, ["d"], claims, list(seeds))
    return found.pair("a", "d")


@pytest.mark.parametrize(
    ("both", "verdict", "if_claimed", "if_not"),
    [
        ([0.1, 0.12, 0.1, 0.08], Verdict.WORKS, Relation.AGREES, Relation.CONTRADICTS),
        ([0.9, 0.91, 0.89, 0.9], Verdict.NONE, Relation.CONTRADICTS, Relation.AGREES),
        ([1.2, 1.21, 1.19, 1.2], Verdict.WORSE, Relation.CONTRADICTS, Relation.CONTRADICTS),
        ([0.9, 0.1, 0.9, 0.1], Verdict.UNDECIDED, Relation.OPEN, Relation.OPEN),
    ],
)
def test_each_verdict_beside_each_claim(
    both: list[float], verdict: Verdict, if_claimed: Relation, if_not: Relation
) -> None:
    for claimed, beside in ((True, if_claimed), (False, if_not)):
        pair = judged(both, claimed=claimed)
        assert (pair.verdict, pair.relation, pair.claimed) == (verdict, beside, claimed)


def test_a_defence_that_does_the_damage_itself_does_not_work() -> None:
    wrecks = [0.91, 0.93, 0.9, 0.92]
    pair = judged([0.95, 0.96, 0.94, 0.95], defence=wrecks)
    assert pair.aim is not None
    assert pair.aim.effect.mean > 0.8
    assert pair.verdict is Verdict.HOLLOW
    assert pair.relation is Relation.CONTRADICTS
    assert relation(Verdict.HOLLOW, claimed=False) is Relation.AGREES


def test_where_the_attack_gains_nothing_there_is_nothing_to_defend() -> None:
    pair = judged(NOISE, attack=[0.01, 0.0, 0.01, 0.0])
    assert (pair.verdict, pair.relation) == (Verdict.NOTHING, Relation.OPEN)
    assert pair.removed is None
    unclear = judged(NOISE, attack=[0.9, -0.3, 0.4, 0.0])
    assert unclear.verdict is Verdict.UNDECIDED


def test_two_seeds_give_no_verdict_and_an_arm_that_lacks_none_at_all() -> None:
    assert judged([0.1] * 4, seeds=[0, 1]).verdict is Verdict.UNDECIDED
    arms = table({("a", None): HIT, (None, None): NOISE, (None, "d"): NOISE})
    found = matrix(arms, {"a": "x.executed"}, ["d"], frozenset(), list(SEEDS))
    assert found.pair("a", "d").verdict is Verdict.UNMEASURED
    assert found.rows[0].gains is True
    some = {**arms, **table({("a", "d"): [0.1, 0.1]})}
    pair = matrix(some, {"a": "x.executed"}, ["d"], frozenset(), list(SEEDS)).pair("a", "d")
    assert pair.seeds == (0, 1)


def test_an_attack_kept_from_acting_did_no_harm() -> None:
    arms = table({("a", None): HIT, (None, None): NOISE, (None, "d"): NOISE})
    kept_off = {
        (seed, Arm("a", "d")): facts._replace(harms={})
        for (seed, arm), facts in arms.items()
        if arm == Arm("a", None)
    }
    found = matrix({**arms, **kept_off}, {"a": "x.executed"}, ["d"], frozenset(), list(SEEDS))
    pair = found.pair("a", "d")
    assert pair.verdict is Verdict.WORKS
    assert pair.removed == pytest.approx(1.0, abs=0.02)


def family(spread: float, claimed: int) -> Matrix:
    """Twenty defences whose effects are alike, `claimed` of them claimed."""
    names = [f"d{number:02d}" for number in range(20)]
    arms: dict[tuple[str | None, str | None], list[float]] = {
        ("a", None): HIT, (None, None): [0.0] * 4
    }  # fmt: skip
    for place, name in enumerate(names):
        gap = 0.3 if place < 3 else 0.0
        noise = [spread * sign * (1 + place / 40) for sign in (1, -1, 2, -2)]
        arms["a", name] = [hit - gap - each for hit, each in zip(HIT, noise, strict=True)]
        arms[None, name] = [0.0] * 4
    claims = frozenset(("a", name) for name in names[:claimed])
    return matrix(table(arms), {"a": "x.executed"}, names, claims, list(SEEDS))


def test_each_family_is_adjusted_by_itself() -> None:
    for claimed in (0, 3, 20):
        found = family(0.05, claimed)
        for side in (True, False):
            mine = [pair for pair in found.pairs if pair.claimed is side]
            if not mine:
                continue
            ps = []
            for pair in mine:
                assert pair.aim is not None
                ps.append(float(stats.ttest_1samp(pair.aim.effect.values, 0).pvalue))
            assert [pair.p for pair in mine] == pytest.approx(ps, rel=1e-6)
            expected = stats.false_discovery_control(ps).tolist()
            assert [pair.q for pair in mine] == pytest.approx(expected, rel=1e-6)


def test_what_stands_alone_may_fall_among_many() -> None:
    alone, among = family(0.05, 3), family(0.05, 20)
    assert {pair.verdict for pair in alone.pairs[:3]} == {Verdict.WORKS}
    assert {pair.verdict for pair in among.pairs[:3]} == {Verdict.UNDECIDED}


HARMS = st.lists(st.floats(-0.2, 1.0), min_size=4, max_size=4)


@given(HARMS, HARMS, HARMS)
def test_the_effect_is_the_gain_undefended_less_the_gain_defended(
    both: list[float], attack: list[float], defence: list[float]
) -> None:
    pair = judged(both, attack=attack, defence=defence)
    assert pair.aim is not None
    assert pair.mission is not None
    for yard, scale in ((pair.aim, 1.0), (pair.mission, 0.5)):
        expected = [
            scale * ((a - n) - (b - d))
            for a, n, b, d in zip(attack, NOISE, both, defence, strict=True)
        ]
        assert yard.effect.values == pytest.approx(expected, abs=1e-12)
        assert yard.relief.values == pytest.approx(
            [scale * (a - b) for a, b in zip(attack, both, strict=True)], abs=1e-12
        )
        gap = [u - d for u, d in zip(yard.undefended.values, yard.defended.values, strict=True)]
        assert gap == pytest.approx(expected, abs=1e-12)
