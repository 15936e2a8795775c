"""Cards and a resolver of the tests' own, so that the rules are tested apart from any effect."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import yaml
from pydantic import Field

from wargame.card import Attack, Card, Defence, Kind
from wargame.errors import WargameError
from wargame.game.check import validated
from wargame.game.located import parse
from wargame.game.terms import Scenario
from wargame.pipeline.outcome import InForce, Measure, Outcome, Reading, World
from wargame.stages import STRENGTHS, Access, Side, Stage, Strength

_MAPENGINE = yaml.safe_load(
    (Path(__file__).parents[2] / "scenarios" / "mapengine.yaml").read_text()
)


def _flow(given: dict[str, Any], **own: Any) -> str:
    """A mapping in one line, with values of the tests' own."""
    return yaml.safe_dump(given | own, default_flow_style=True, width=10_000).strip()


_PIPELINE = _flow(
    _MAPENGINE["pipeline"], model="strided_cnn", drones=4, captured_drones=2, shards=2
)
_DRILL = _flow(_MAPENGINE["fidelity"]["drill"], initial=50, batch=10, evaluation=40)
TINY = f"""\
name: tiny
title: Tiny
briefing: A small world for the tests.
source: none
data: digits
rounds: 6
budget: {{start: 4, refill: 3, cap: 9}}
access: [contributor, api-label]
mission:
  weights: {{integrity: 0.5, confidentiality: 0.25, availability: 0.25}}
  par: 0.25
pipeline: {_PIPELINE}
fidelity:
  drill: {_DRILL}
deck:
  attacker:
    - label_flip
    - backdoor: {{share: 0.2}}
    - checkpoint_theft
    - pgd
    - request_flood
  defender: [label_sanitation, gold_set, rate_limit, encrypted_store]
"""


def attack(
    name_: str,
    *ways: set[Access],
    costs_: tuple[int, int, int] = (1, 2, 3),
    upkeep_: int = 0,
    lasts_: int = 1,
    measured: tuple[str, ...] = (),
) -> type[Attack]:
    class Fake(Attack):
        share: float = Field(default=0.1, ge=0, le=1)
        name: ClassVar[str] = name_
        title: ClassVar[str] = name_.replace("_", " ").title()
        stage: ClassVar[Stage] = Stage.COLLECT
        costs: ClassVar[tuple[int, int, int]] = costs_
        upkeep: ClassVar[int] = upkeep_
        lasts: ClassVar[tuple[int, int, int]] = (lasts_, lasts_, lasts_ + 1)
        source: ClassVar[str] = "none"
        summary: ClassVar[str] = "a fake"
        text: ClassVar[str] = "a fake"
        measured_by: ClassVar[tuple[str, ...]] = measured
        access: ClassVar[tuple[frozenset[Access], ...]] = tuple(frozenset(way) for way in ways)
        strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {s: {} for s in STRENGTHS}

    return Fake


def defence(
    name_: str,
    *,
    costs_: tuple[int, int, int] = (1, 2, 4),
    upkeep_: int = 1,
    lasts_: int = 3,
    reads: tuple[str, ...] = (),
) -> type[Defence]:
    class Fake(Defence):
        share: float = Field(default=0.1, ge=0, le=1)
        name: ClassVar[str] = name_
        title: ClassVar[str] = name_.replace("_", " ").title()
        stage: ClassVar[Stage] = Stage.PREPROCESS
        kind: ClassVar[Kind] = Kind.DETECTION
        costs: ClassVar[tuple[int, int, int]] = costs_
        upkeep: ClassVar[int] = upkeep_
        lasts: ClassVar[tuple[int, int, int]] = (lasts_, lasts_, lasts_ + 1)
        source: ClassVar[str] = "none"
        summary: ClassVar[str] = "a fake"
        text: ClassVar[str] = "a fake"
        instruments: ClassVar[tuple[str, ...]] = reads
        strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {s: {} for s in STRENGTHS}

    return Fake


_MAPENGINE_ATTACKS = """
    drift_poison fake_node sniff tamper scaling_attack shard_corruption artifact_payload fgsm
    square substitute model_extraction membership_inference unauthorized_api
"""
_MAPENGINE_DEFENCES = """
    authenticate_contributors activation_clustering compare_and_rollback encrypted_channel
    scaling_filter hash_ledger adversarial_training feature_squeezing dp_training
    output_perturbation query_monitor traffic_monitor api_authentication artifact_scan
"""
_A = Access
_FAKES: tuple[type[Card], ...] = (
    attack("label_flip", {_A.CONTRIBUTOR}, lasts_=3, upkeep_=1),
    attack("backdoor", {_A.CONTRIBUTOR}, costs_=(2, 3, 5), lasts_=4, upkeep_=2,
           measured=("trigger_success",)),
    attack("checkpoint_theft", {_A.STORAGE}, {_A.CONTRIBUTOR, _A.API_LABEL},
           measured=("weights_read",)),
    attack("pgd", {_A.WHITE_BOX}, measured=("accuracy_under_attack",)),
    attack("request_flood", {_A.INFRASTRUCTURE}),
    *(attack(name, {_A.CONTRIBUTOR}) for name in _MAPENGINE_ATTACKS.split()),
    defence("label_sanitation"),
    defence("gold_set", reads=("gold_accuracy",), lasts_=6),
    defence("rate_limit", costs_=(1, 1, 1), upkeep_=2, lasts_=9),
    defence("encrypted_store", upkeep_=0),
    *(defence(name) for name in _MAPENGINE_DEFENCES.split()),
)  # fmt: skip
CARDS: dict[str, type[Card]] = {card.name: card for card in _FAKES}


def card(name: str) -> type[Card]:
    if name not in CARDS:
        raise WargameError(f"there is no card called {name!r}")
    return CARDS[name]


def models() -> dict[str, Path]:
    return {"strided_cnn": Path("strided_cnn.py"), "linear": Path("linear.py")}


@cache
def tiny() -> Scenario:
    """The small scenario; asked for only while the fake cards are the catalogue."""
    located = parse(TINY, "tiny.yaml")
    return validated(located.data, "tiny.yaml", located)


def hashed(*parts: object) -> float:
    """A share drawn from the parts by a hash: the same wherever it is asked."""
    text = "|".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:4]) / 2**32


def measure(value: float, *, spread: float = 0.02, n: int = 400, key: str = "k") -> Measure:
    low, high = max(0.0, value - spread), min(1.0, value + spread)
    return Measure(round(value, 6), round(low, 6), round(high, 6), n, key)


def base_measures(accuracy: float = 0.8) -> dict[str, Measure]:
    return {
        "clean_accuracy": measure(accuracy),
        "honest_served": Measure(1.0, 0.99, 1.0, 200, "s"),
        "latency": Measure(10.0, 10.0, 10.0, 1, "s", "passes"),
        "training_cost": Measure(16.0, 16.0, 16.0, 1, "m", "passes"),
    }


class Resolver:
    """Deterministic outcomes from a hash of what is in force, as the pipeline's are."""

    def __init__(self) -> None:
        self.calls = 0

    def opening(self, world: World, *, store: Any, pool: Any, progress: Any) -> Outcome:
        progress("train", 1, 1)
        readings: dict[Side, tuple[Reading, ...]] = {Side.ATTACKER: (), Side.DEFENDER: ()}
        return Outcome(0, base_measures(), readings, (), (), (), {"h": 0.0}, f"open{world.seed}")

    def resolve(
        self,
        world: World,
        carry: Mapping[str, Any],
        round_: int,
        attacks: tuple[InForce, ...],
        defences: tuple[InForce, ...],
        *,
        store: Any,
        pool: Any,
        progress: Any,
    ) -> Outcome:
        self.calls += 1
        progress("train", 1, 1)
        h = hashed(world, carry["h"], round_, attacks, defences)
        names = {each.card for each in attacks}
        measures = base_measures(0.4 + 0.4 * h)
        if "pgd" in names:
            measures["pgd.accuracy_under_attack"] = measure(0.1 * h)
        if "backdoor" in names:
            measures["backdoor.trigger_success"] = measure(0.5 + 0.5 * h)
        grants: tuple[Access, ...] = ()
        if "checkpoint_theft" in names:
            stolen = not any(each.card == "encrypted_store" for each in defences)
            value = float(stolen)
            measures["checkpoint_theft.weights_read"] = Measure(value, value, value, 1, "w")
            grants = (Access.WHITE_BOX,) if stolen else ()
        readings = {Side.ATTACKER: self._probe(h), Side.DEFENDER: self._gold(h, defences)}
        events = tuple(f"{each.card} acted" for each in attacks)
        key = f"r{round_}-{h:.6f}"
        return Outcome(round_, measures, readings, grants, (), events, {"h": h}, key)

    def _probe(self, h: float) -> tuple[Reading, ...]:
        v = round(0.4 + 0.4 * h, 6)
        return (Reading("probe", "probe_accuracy", v, v, v, False, "The probe answered."),)

    def _gold(self, h: float, defences: tuple[InForce, ...]) -> tuple[Reading, ...]:
        count = Reading("intake", "records_received", 10.0, 10.0, 10.0, False, "10 records came.")
        if not any(each.card == "gold_set" for each in defences):
            return (count,)
        gold = replace(
            count, instrument="gold_set", channel="gold_accuracy", value=h, alarm=h < 0.5
        )
        return (count, gold)
