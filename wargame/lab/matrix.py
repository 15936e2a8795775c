"""The measured Figure 6: what each attack gains with and without each defence; pure.

S0 Fig. 6 and S2 Table 1 draw which defence answers which attack. Here each such line, and each
line that is not drawn, is held against paired measurements on the same seeds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from wargame.lab.statistics import Series, adjusted, p_value, series

LEAST = 0.05
"""Effects below this share of harm are not worth the name, however sure they are."""
SURE = 0.05
"""False discovery rate within a family of pairs."""
SEEDS = 3
"""Fewer seeds give no verdict: two can agree by chance."""


class Arm(NamedTuple):
    """Who plays: an attack, a defence, both or neither."""

    attack: str | None
    defence: str | None


class Facts(NamedTuple):
    """What the last round of one arm on one seed gave."""

    mission: float
    goals: Mapping[str, float]
    """Goal to its harm, 0..1."""
    harms: Mapping[str, float]
    """Measure to its harm, not cut to 0..1."""
    measures: Mapping[str, float]
    key: str
    """Store key of the round."""


Table = Mapping[tuple[int, Arm], Facts]
"""Seed and arm to what was measured."""


class Verdict(StrEnum):
    """What is seen of a defence against an attack."""

    WORKS = "works"
    NONE = "no effect"
    WORSE = "makes it worse"
    HOLLOW = "costs as much as it saves"
    UNDECIDED = "undecided"
    NOTHING = "nothing to defend against"
    UNMEASURED = "not measured yet"


class Relation(StrEnum):
    """A verdict beside the claim."""

    AGREES = "agreement"
    CONTRADICTS = "contradiction"
    OPEN = "open"


class Yard(NamedTuple):
    """An attack's gain by one yardstick, in the two halves of the experiment."""

    undefended: Series
    """With the attack less without it, undefended."""
    defended: Series
    """The same, with the defence in force in both."""
    effect: Series
    """Undefended less defended: what the defence takes from the attack."""
    relief: Series
    """Harm with the attack alone less harm with both: what the defence is worth under attack."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An attack against a defence."""

    attack: str
    defence: str
    claimed: bool
    verdict: Verdict
    relation: Relation
    seeds: tuple[int, ...] = ()
    aim: Yard | None = None
    """By what the attack is after; the verdict's yardstick."""
    mission: Yard | None = None
    """By the mission value of the last round."""
    p: float | None = None
    q: float | None = None
    """Adjusted for all pairs of its family: the claimed ones, or the others."""

    @property
    def removed(self) -> float | None:
        """Share of the attack's gain that the defence takes; None where there is no gain."""
        if self.aim is None or self.aim.undefended.mean < LEAST:
            return None
        return self.aim.effect.mean / self.aim.undefended.mean


@dataclass(frozen=True, slots=True)
class Row:
    """An attack, undefended."""

    attack: str
    measure: str
    gain: Series | None
    mission: Series | None
    gains: bool | None
    """Whether it gains anything; None where that is not clear."""


@dataclass(frozen=True, slots=True)
class Column:
    """A defence when nobody attacks: the change of each number that it is paid with."""

    defence: str
    price: Mapping[str, Series]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every attack against every defence."""

    seeds: tuple[int, ...]
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    pairs: tuple[Pair, ...]
    """Row by row."""

    def pair(self, attack: str, defence: str) -> Pair:
        """One pair."""
        return next(p for p in self.pairs if (p.attack, p.defence) == (attack, defence))


PRICES = ("mission", "clean_accuracy", "honest_served", "latency", "training_cost")
"""What a defence is paid with."""


def matrix(
    table: Table,
    aims: Mapping[str, str],
    defences: Sequence[str],
    claims: frozenset[tuple[str, str]],
    seeds: Sequence[int],
) -> Matrix:
    """The matrix of what is measured so far.

    Args:
        table: the measurements.
        aims: attack to the measure of its success, in the order of the rows.
        defences: in the order of the columns.
        claims: attack and defence, where a source says that the one helps against the other.
        seeds: those wanted.
    """
    rows = [_row(table, attack, aim, seeds) for attack, aim in aims.items()]
    yards = {
        (row.attack, defence): _yards(table, row, defence, seeds)
        for row in rows
        for defence in defences
    }
    gaining = {row.attack for row in rows if row.gains}
    sure = _families({k: v for k, v in yards.items() if k[0] in gaining}, claims)
    pairs = [
        _pair(row, defence, (row.attack, defence) in claims, yards, sure)
        for row in rows
        for defence in defences
    ]
    columns = tuple(Column(defence, _price(table, defence, seeds)) for defence in defences)
    return Matrix(tuple(seeds), tuple(rows), columns, tuple(pairs))


class _Yards(NamedTuple):
    seeds: tuple[int, ...]
    aim: Yard
    mission: Yard


def _row(table: Table, attack: str, measure: str, seeds: Sequence[int]) -> Row:
    alone, neither = Arm(attack, None), Arm(None, None)
    done = [s for s in seeds if (s, alone) in table and (s, neither) in table]
    if not done:
        return Row(attack, measure, None, None, None)
    gain = series(
        [_harm(table[s, alone], measure) - _harm(table[s, neither], measure) for s in done]
    )
    mission = series([table[s, alone].mission - table[s, neither].mission for s in done])
    return Row(attack, measure, gain, mission, _gains(gain))


def _gains(gain: Series) -> bool | None:
    if gain.low is None or gain.high is None or len(gain.values) < SEEDS:
        return None
    if gain.low > 0 and gain.mean >= LEAST:
        return True
    return False if gain.high < LEAST or gain.mean <= 0 else None


def _harm(facts: Facts, measure: str) -> float:
    # An attack that could not act, or did not, has no measure and did no harm.
    return facts.harms.get(measure, 0.0)


def _yards(table: Table, row: Row, defence: str, seeds: Sequence[int]) -> _Yards | None:
    arms = [Arm(a, d) for a in (row.attack, None) for d in (defence, None)]
    done = tuple(s for s in seeds if all((s, arm) in table for arm in arms))
    if not done:
        return None
    quads = [[table[s, arm] for arm in arms] for s in done]
    aim = _yard([[_harm(facts, row.measure) for facts in quad] for quad in quads])
    return _Yards(done, aim, _yard([[facts.mission for facts in quad] for quad in quads]))


def _yard(quads: Sequence[Sequence[float]]) -> Yard:
    """From (both, attack alone, defence alone, neither), one a seed."""
    return Yard(
        series([alone - neither for _, alone, _, neither in quads]),
        series([both - defence for both, _, defence, _ in quads]),
        series([(alone - neither) - (both - defence) for both, alone, defence, neither in quads]),
        series([alone - both for both, alone, _, _ in quads]),
    )


def _families(
    yards: Mapping[tuple[str, str], _Yards | None], claims: frozenset[tuple[str, str]]
) -> dict[tuple[str, str], tuple[float, float]]:
    """Attack and defence to p and q."""
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for family in (True, False):
        ps = {
            key: p_value(yard.aim.effect.values)
            for key, yard in yards.items()
            if (key in claims) is family and yard is not None and len(yard.seeds) >= SEEDS
        }
        found |= dict(zip(ps, zip(ps.values(), adjusted([*ps.values()]), strict=True), strict=True))
    return found


def _pair(
    row: Row,
    defence: str,
    claimed: bool,
    yards: Mapping[tuple[str, str], _Yards | None],
    sure: Mapping[tuple[str, str], tuple[float, float]],
) -> Pair:
    key = (row.attack, defence)
    found = yards[key]
    if found is None:
        return Pair(*key, claimed, Verdict.UNMEASURED, Relation.OPEN)
    p, q = sure.get(key, (None, None))
    verdict = Verdict.NOTHING if row.gains is False else _verdict(found.aim, q)
    beside = relation(verdict, claimed=claimed)
    return Pair(*key, claimed, verdict, beside, found.seeds, found.aim, found.mission, p, q)


def _verdict(yard: Yard, q: float | None) -> Verdict:
    effect = yard.effect
    if q is None or effect.low is None or effect.high is None:
        return Verdict.UNDECIDED
    if q <= SURE and abs(effect.mean) >= LEAST:
        if effect.mean < 0:
            return Verdict.WORSE
        return Verdict.WORKS if yard.relief.mean > 0 else Verdict.HOLLOW
    if effect.low > -LEAST and effect.high < LEAST:
        return Verdict.NONE
    return Verdict.UNDECIDED


def relation(verdict: Verdict, *, claimed: bool) -> Relation:
    """A verdict beside the claim; a source's silence counts as no claim."""
    if verdict in (Verdict.UNDECIDED, Verdict.NOTHING, Verdict.UNMEASURED):
        return Relation.OPEN
    if verdict is Verdict.WORSE:
        return Relation.CONTRADICTS
    return Relation.AGREES if (verdict is Verdict.WORKS) is claimed else Relation.CONTRADICTS


def _price(table: Table, defence: str, seeds: Sequence[int]) -> dict[str, Series]:
    alone, neither = Arm(None, defence), Arm(None, None)
    done = [s for s in seeds if (s, alone) in table and (s, neither) in table]
    found: dict[str, Series] = {}
    for name in PRICES if done else ():
        gaps = [_paid(table[s, alone], name) - _paid(table[s, neither], name) for s in done]
        found[name] = series(gaps)
    return found


def _paid(facts: Facts, name: str) -> float:
    return facts.mission if name == "mission" else facts.measures.get(name, 0.0)
