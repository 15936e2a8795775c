"""Paired rounds: the same world with and without attacks, with and without defences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from wargame import catalog
from wargame.errors import WargameError
from wargame.pipeline.outcome import InForce, Measure, Outcome, World
from wargame.stages import Access, Strength

if TYPE_CHECKING:
    from wargame.game.terms import Scenario
    from wargame.kernels.intervals import Estimate
    from wargame.pool import Pool, Progress
    from wargame.store import Store

Plays = tuple[InForce, ...]
BOTH, ATTACK, DEFENCE, NEITHER = "both", "attack alone", "defence alone", "neither"


def plays(words: Sequence[str], *, attacking: bool) -> Plays:
    """Cards in force from round 1, from words like `pgd:heavy`; medium where none is said.

    Raises:
        WargameError: no such card on this side, or no such strength.
    """
    found = {}
    for word in words:
        name, _, strength = word.partition(":")
        (catalog.attack if attacking else catalog.defence)(name)
        known = [each.value for each in Strength]
        if strength and strength not in known:
            raise catalog.unknown("strength", strength, tuple(known))
        found[name] = InForce(name, Strength(strength or "medium"), 1)
    return tuple(found.values())


def with_access(attacks: Plays, rules: Scenario) -> tuple[Plays, tuple[str, ...]]:
    """The attacks with what lets them act, and a sentence for each thing that was granted."""
    held, told = set(rules.access), []
    for play in attacks:
        card = catalog.attack(play.card)
        if card.allowed_with(frozenset(held)):
            continue
        need = min(card.access, key=lambda each: (len(each - held), sorted(each)))
        for access in sorted(need - held - {Access.WHITE_BOX}):
            told.append(
                f"{play.card} needs {access.value} access, which {rules.name} does not "
                "give: granted for this bench"
            )
        if Access.WHITE_BOX in need - held:
            theft = "checkpoint_theft"
            if theft not in {each.card for each in attacks}:
                attacks = (*attacks, InForce(theft, Strength.HEAVY, 1))
                told.append(f"{play.card} needs white-box access: {theft}:heavy is added")
        held |= need
    return attacks, tuple(told)


def arms(attacks: Plays, defences: Plays) -> dict[str, tuple[Plays, Plays]]:
    """Name to attacks and defences; only arms that differ."""
    every: dict[str, tuple[Plays, Plays]] = {
        BOTH: (attacks, defences),
        ATTACK: (attacks, ()),
        DEFENCE: ((), defences),
        NEITHER: ((), ()),
    }
    if attacks and defences:
        return every
    if not attacks and not defences:
        raise WargameError("nothing to measure: give --attack or --defence")
    return {name: every[name] for name in ((ATTACK if attacks else DEFENCE), NEITHER)}


def walk(
    world: World,
    forces: tuple[Plays, Plays],
    rounds: int,
    *,
    store: Store,
    pool: Pool,
    progress: Progress,
) -> list[Outcome]:
    """The opening and the rounds after it, with the same cards in force all along."""
    from wargame.pipeline.resolve import opening, resolve

    done = [opening(world, store=store, pool=pool, progress=progress)]
    for number in range(1, rounds + 1):
        done.append(
            resolve(
                world, done[-1].carry, number, *forces, store=store, pool=pool, progress=progress
            )
        )
    return done


class Cell(NamedTuple):
    """A number of one arm over the seeds."""

    value: float
    low: float
    high: float
    n: int
    """Observations of one seed, or the number of seeds."""
    unit: str


@dataclass(frozen=True, slots=True)
class Row:
    """One measure in every arm that has it."""

    measure: str
    cells: Mapping[str, Cell]
    differences: Mapping[str, Cell]
    """Paired differences by seed: "attack, undefended", "attack, defended", "defence"."""


_PAIRS = {
    "attack, undefended": (ATTACK, NEITHER),
    "attack, defended": (BOTH, DEFENCE),
    "defence, attacked": (BOTH, ATTACK),
    "defence, unattacked": (DEFENCE, NEITHER),
}


def rows(runs: Mapping[str, Sequence[Outcome]]) -> list[Row]:
    """The measures of one round in all arms.

    Args:
        runs: arm to its outcomes, one a seed, seeds in the same order.
    """
    names = sorted(
        {name for arm in runs.values() for each in arm for name in each.measures},
        key=lambda name: ("." in name, name),
    )
    return [_row(name, runs) for name in names]


def _row(name: str, runs: Mapping[str, Sequence[Outcome]]) -> Row:
    found = {
        arm: [each.measures[name] for each in outcomes]
        for arm, outcomes in runs.items()
        if all(name in each.measures for each in outcomes)
    }
    return Row(
        name,
        {arm: _cell(measures) for arm, measures in found.items()},
        {
            pair: _paired(found[one], found[other])
            for pair, (one, other) in _PAIRS.items()
            if one in found and other in found
        },
    )


def _cell(measures: Sequence[Measure]) -> Cell:
    first = measures[0]
    if len(measures) == 1:
        return Cell(first.value, first.low, first.high, first.n, first.unit)
    return _over([each.value for each in measures], first.unit)


def _paired(one: Sequence[Measure], other: Sequence[Measure]) -> Cell:
    gaps = [a.value - b.value for a, b in zip(one, other, strict=True)]
    if len(gaps) == 1:
        return Cell(gaps[0], gaps[0], gaps[0], 1, one[0].unit)
    return _over(gaps, one[0].unit)


def _over(values: Sequence[float], unit: str) -> Cell:
    from wargame.kernels.intervals import mean

    found: Estimate = mean(values)
    return Cell(found.value, found.low, found.high, found.n, unit)
