"""Rounds really resolved: deterministic, shared between processes, keyed by what matters only."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from wargame.data.sources import load
from wargame.game import scenario
from wargame.pipeline.outcome import InForce, Outcome, World
from wargame.pipeline.resolve import opening, outcome_key, peek, resolve
from wargame.pipeline.source import offer
from wargame.pool import Pool, Serial, Workers
from wargame.stages import Strength
from wargame.store import Store, canonical

TINY = {
    "initial": 120,
    "batch": 40,
    "window": 200,
    "evaluation": 60,
    "gold": 20,
    "attacked": 20,
    "steps": 12,
    "width": 4,
    "batch_size": 32,
    "lr": 0.01,
    "weight_decay": 0.0005,
}


def force(card: str, strength: str = "medium", since: int = 1) -> InForce:
    """A card in force."""
    return InForce(card, Strength(strength), since)


ATTACKS = (
    force("backdoor"),
    force("checkpoint_theft", "heavy"),
    force("label_flip", "heavy"),
    force("sniff"),
)
DEFENCES = (force("encrypted_channel"), force("gold_set"), force("hash_ledger"))


@pytest.fixture(scope="module")
def world() -> World:
    """A tiny mapengine on the embedded terrain."""
    rules = scenario.load("mapengine")
    sizes = {"drill": TINY}
    small = scenario.from_content({**rules.content(), "rounds": 3, "fidelity": sizes})
    tiles = load("terrain")
    offer(tiles)
    return small.world(11, "drill", tiles.digest)


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    """Two processes."""
    workers = Workers(2)
    yield workers
    workers.close()


def two_rounds(world: World, store: Store, pool: Pool) -> list[Outcome]:
    """The opening and two rounds with many cards in force."""
    out = [opening(world, store=store, pool=pool)]
    evade = (*ATTACKS, force("pgd", "light", 2), force("membership_inference", "light", 2))
    for round_, attacks in ((1, ATTACKS), (2, evade)):
        out.append(resolve(world, out[-1].carry, round_, attacks, DEFENCES, store=store, pool=pool))
    return out


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The store that `rounds` filled."""
    return Store(Path(tmp_path_factory.mktemp("serial")))


@pytest.fixture(scope="module")
def rounds(world: World, store: Store) -> list[Outcome]:
    """Made here, one after another."""
    return two_rounds(world, store, Serial())


def test_workers_change_nothing(
    world: World, rounds: list[Outcome], pool: Workers, tmp_path: Path
) -> None:
    """Two processes on an empty store give byte-identical rounds."""
    parallel = two_rounds(world, Store(tmp_path), pool)
    for mine, theirs in zip(rounds, parallel, strict=True):
        assert canonical(mine.to_json()) == canonical(theirs.to_json())


def test_again_from_the_store_makes_nothing(
    world: World, rounds: list[Outcome], store: Store
) -> None:
    """A second run finds every round, and they are equal."""
    fresh = Store(store.root)
    again = two_rounds(world, fresh, Serial())
    assert fresh.made == 0
    assert [item.to_json() for item in again] == [item.to_json() for item in rounds]


def test_a_round_survives_json(rounds: list[Outcome]) -> None:
    """To data and back."""
    for outcome in rounds:
        assert Outcome.from_json(outcome.to_json()) == outcome


def test_every_measure_has_an_interval_and_an_artifact(rounds: list[Outcome], store: Store) -> None:
    """The value lies in its interval; its key is in the store."""
    for outcome in rounds:
        for name, measure in outcome.measures.items():
            assert measure.low <= measure.value <= measure.high, name
            assert store.get(measure.key) is not None, name


def test_a_card_at_serve_trains_nothing(world: World, rounds: list[Outcome], store: Store) -> None:
    """A what-if with a guard before the service shares the trained model."""
    before = rounds[0]
    plain = resolve(world, before.carry, 1, (), (), store=store)
    guarded = resolve(
        world, before.carry, 1, (), (force("output_perturbation", "heavy"),), store=store
    )
    assert guarded.carry["model"] == plain.carry["model"]
    assert guarded.measures["training_cost"].key == plain.measures["training_cost"].key


def test_keys_hold_what_matters_only(world: World, rounds: list[Outcome]) -> None:
    """Seed, strength and knobs change the key; the order of cards does not."""
    carry = rounds[0].carry
    base = outcome_key(world, carry, 1, ATTACKS, DEFENCES)
    assert base == outcome_key(world, carry, 1, ATTACKS[::-1], DEFENCES[::-1])
    stronger = (force("backdoor", "heavy"), *ATTACKS[1:])
    knobs = replace(world, knobs={"sniff": {"share": 0.123}})
    others = [
        outcome_key(replace(world, seed=12), carry, 1, ATTACKS, DEFENCES),
        outcome_key(world, carry, 1, stronger, DEFENCES),
        outcome_key(world, carry, 2, ATTACKS, DEFENCES),
        outcome_key(world, carry, 1, ATTACKS, DEFENCES[1:]),
    ]
    assert len({base, *others}) == 5
    assert knobs.knobs != world.knobs


def test_damage_anywhere_is_made_again(world: World, tmp_path: Path, rounds: list[Outcome]) -> None:
    """Half of the artifacts are cut short; the rounds come out the same."""
    del rounds
    store = Store(tmp_path)
    first = two_rounds(world, store, Serial())
    for at, path in enumerate(sorted((tmp_path / "objects").rglob("artifact.*"))):
        if at % 2:
            path.write_bytes(path.read_bytes()[:-3])
    again = two_rounds(world, Store(tmp_path), Serial())
    assert [item.to_json() for item in again] == [item.to_json() for item in first]


def test_a_round_in_the_store_loads_without_torch(
    world: World, rounds: list[Outcome], store: Store
) -> None:
    """In a new process, `peek` finds it and torch stays out."""
    del rounds
    code = (
        "import sys\nfrom pathlib import Path\nfrom wargame.pipeline.outcome import World\n"
        "from wargame.pipeline.resolve import START, peek\nfrom wargame.store import Store\n"
        f"world = {world!r}\n"
        f"assert peek(world, START, 0, (), (), store=Store(Path({str(store.root)!r})))\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert peek(world, {"other": 1}, 0, (), (), store=store) is None
