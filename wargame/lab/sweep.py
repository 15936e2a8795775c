"""Which rounds a matrix needs, in which order, and how they are gathered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from wargame import catalog
from wargame.errors import WargameError
from wargame.game.gather import Gatherer
from wargame.game.match import world_seed
from wargame.game.remote import Order, opening_order
from wargame.game.report import score
from wargame.game.terms import Entry, Scenario
from wargame.lab.bench import Plays, with_access
from wargame.lab.journal import Journal, Key
from wargame.lab.matrix import Arm, Facts, Matrix, matrix
from wargame.lab.yardstick import aim, harms
from wargame.pipeline.context import engine_digest
from wargame.pipeline.outcome import InForce, Outcome
from wargame.stages import Access, Strength
from wargame.store import digest


@dataclass(frozen=True, slots=True)
class Terms:
    """What a matrix is measured over."""

    rules: Scenario
    fidelity: str
    data: str
    """Digest of the data set."""
    origin: str
    """What the data set is, in words."""
    rounds: int
    """Cards are in force from round 1; the last round is measured."""
    strengths: tuple[Strength, Strength]
    """Of the attacks, and of the defences."""
    attacks: tuple[str, ...]
    defences: tuple[str, ...]
    seeds: tuple[int, ...]

    def header(self) -> dict[str, Any]:
        """What all arms in a folder share; more seeds and cards can be added to it later."""
        return {
            "scenario": self.rules.name,
            "scenario_digest": self.rules.digest,
            "fidelity": self.fidelity,
            "data": self.data,
            "rounds": self.rounds,
            "attack_strength": self.strengths[0].value,
            "defence_strength": self.strengths[1].value,
            "engine": digest([engine_digest(), _sources(self.rules), _formulas()])[:16],
        }

    def plays(self, arm: Arm) -> tuple[Plays, Plays]:
        """The cards in force in an arm, with what the attack needs to act."""
        attacks: Plays = ()
        if arm.attack is not None:
            attacks, _ = with_access((InForce(arm.attack, self.strengths[0], 1),), self.rules)
        if arm.defence is None:
            return attacks, ()
        return attacks, (InForce(arm.defence, self.strengths[1], 1),)

    def granted(self) -> tuple[str, ...]:
        """A sentence for each thing that an attack is granted."""
        told: dict[str, None] = {}
        for name in self.attacks:
            told |= dict.fromkeys(
                with_access((InForce(name, self.strengths[0], 1),), self.rules)[1]
            )
        return tuple(told)


def _sources(rules: Scenario) -> list[str]:
    entries = (*rules.deck.attacker, *rules.deck.defender)
    return [catalog.card_digest(name) for name in sorted({each.name for each in entries})]


def _formulas() -> list[str]:
    """Digests of the code that turns a round's measures into what the journal keeps."""
    files = ("game/harm.py", "game/report.py", "lab/yardstick.py", "lab/bench.py")
    return [catalog.source_digest(catalog.ENGINE / name) for name in files]


def chosen(
    rules: Scenario, attacks: str | None, defences: str | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The rows and columns: of the deck, those named (comma between), or all that can act.

    Raises:
        WargameError: a name is not in the deck, or nothing is named.
    """
    legal = [entry for entry in rules.deck.attacker if _can_act(entry, rules)]
    return (
        _named("attack", attacks, rules.deck.attacker, legal),
        _named("defence", defences, rules.deck.defender, rules.deck.defender),
    )


def _named(
    what: str, words: str | None, deck: tuple[Entry, ...], usual: list[Entry] | tuple[Entry, ...]
) -> tuple[str, ...]:
    if words is None:
        return tuple(entry.name for entry in usual)
    names = [word.strip() for word in words.split(",") if word.strip()]
    known = tuple(entry.name for entry in deck)
    for name in names:
        if name not in known:
            raise catalog.unknown(f"{what} in this deck", name, known)
    if not names:
        raise WargameError(f"no {what} is named; leave --{what}s out for the whole deck")
    return tuple(name for name in known if name in names)


def _can_act(entry: Entry, rules: Scenario) -> bool:
    held = frozenset(rules.access)
    if any(
        other.name == "checkpoint_theft" and catalog.attack(other.name).allowed_with(held)
        for other in rules.deck.attacker
    ):
        held |= {Access.WHITE_BOX}
    return catalog.attack(entry.name).allowed_with(held)


class Batch(NamedTuple):
    """Arms that are measured together."""

    seed: int
    arms: tuple[Arm, ...]


def batches(terms: Terms, done: Mapping[Key, Facts]) -> Iterator[Batch]:
    """What is still to be measured: seed by seed, and in each the honest row before the attacks."""
    for seed in terms.seeds:
        for attack in (None, *terms.attacks):
            arms = (Arm(attack, defence) for defence in (None, *terms.defences))
            missing = tuple(arm for arm in arms if (seed, arm) not in done)
            if missing:
                yield Batch(seed, missing)


def measured(terms: Terms, batch: Batch, gatherer: Gatherer) -> list[tuple[Key, Facts]]:
    """The last round of every arm of a batch, in its order.

    Raises:
        Cancelled: by the gatherer's progress; finished artifacts stay in the store.
    """
    world = terms.rules.world(world_seed(batch.seed), terms.fidelity, terms.data)
    (opening,) = gatherer.gather([opening_order(world)])
    plays = [terms.plays(arm) for arm in batch.arms]
    last = [opening] * len(plays)
    for number in range(1, terms.rounds + 1):
        orders = [
            Order(world, before.carry, number, *forces)
            for before, forces in zip(last, plays, strict=True)
        ]
        last = gatherer.gather(orders)
    return [
        ((batch.seed, arm), facts(outcome, opening, terms.rules))
        for arm, outcome in zip(batch.arms, last, strict=True)
    ]


def facts(outcome: Outcome, opening: Outcome, rules: Scenario) -> Facts:
    """What the journal keeps of a round."""
    found = score(outcome, opening, rules)
    return Facts(
        mission=found.mission,
        goals={harm.goal.value: harm.value for harm in found.harms},
        harms=harms(outcome.measures, opening.measures),
        measures={name: measure.value for name, measure in outcome.measures.items()},
        key=outcome.key,
    )


def run(
    terms: Terms,
    journal: Journal,
    gatherer: Gatherer,
    before: Callable[[Batch, int, int], None],
) -> None:
    """Measures what the journal lacks, and keeps each batch as soon as it is there.

    Args:
        terms: what is measured.
        journal: holds what was measured before.
        gatherer: makes the rounds.
        before: told the batch, arms done in this run, and arms to do in it.
    """
    todo = list(batches(terms, journal.table))
    total, done = sum(len(batch.arms) for batch in todo), 0
    for batch in todo:
        before(batch, done, total)
        journal.add(measured(terms, batch, gatherer))
        done += len(batch.arms)


def claims(terms: Terms) -> frozenset[tuple[str, str]]:
    """Attack and defence, where the card of either says that a source claims it helps."""
    return frozenset(
        (attack, defence)
        for attack in terms.attacks
        for defence in terms.defences
        if defence in catalog.attack(attack).countered_by
        or attack in catalog.defence(defence).counters
    )


def build(terms: Terms, table: Mapping[Key, Facts]) -> Matrix:
    """The matrix of what is measured so far."""
    aims = {name: aim(catalog.attack(name)) for name in terms.attacks}
    return matrix(table, aims, terms.defences, claims(terms), terms.seeds)
