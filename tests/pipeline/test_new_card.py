"""A card of a new name needs nothing from the engine: its role and its facts say all."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from wargame import catalog
from wargame.card import Card
from wargame.data.sources import load
from wargame.game import scenario
from wargame.game.harm import Goal, harm_of
from wargame.pipeline.outcome import InForce, World
from wargame.pipeline.resolve import opening, resolve
from wargame.pipeline.source import offer
from wargame.stages import Side, Strength
from wargame.store import Store

from .test_resolve import TINY

KNOWN = catalog.card
KNOWN_DIGEST = catalog.card_digest
BORN = "_again"


def born(name: str) -> type[Card]:
    """A card that is another in all but its name; others as they are."""
    if not name.endswith(BORN):
        return KNOWN(name)
    parent = KNOWN(name.removesuffix(BORN))
    return type(
        parent.__name__ + "Again",
        (parent,),
        {"name": name, "__annotations__": {"name": ClassVar[str]}},
    )


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(catalog, "card", born)
    monkeypatch.setattr(catalog, "card_digest", lambda name: KNOWN_DIGEST(name.removesuffix(BORN)))
    small = scenario.from_content(
        {**scenario.load("mapengine").content(), "rounds": 2, "fidelity": {"drill": TINY}}
    )
    tiles = load("terrain")
    offer(tiles)
    return small.world(7, "drill", tiles.digest)


@pytest.mark.parametrize(
    "names",
    [
        "sniff tamper fake_node shard_corruption checkpoint_theft artifact_payload",
        "scaling_attack backdoor unauthorized_api request_flood square membership_inference",
        "encrypted_channel encrypted_store gold_set compare_and_rollback artifact_scan rate_limit",
    ],
)
def test_a_new_name_is_measured_like_the_old(world: World, tmp_path: Path, names: str) -> None:
    store = Store(tmp_path)
    carry = opening(world, store=store).carry

    def told(ending: str) -> tuple[set[str], set[tuple[str, Goal]], set[str]]:
        plays = tuple(InForce(name + ending, Strength.HEAVY, 1) for name in names.split())
        found = resolve(world, carry, 1, plays, (), store=store)
        measures = {name.replace(BORN, "") for name in found.measures}
        harmed = {
            (name.replace(BORN, ""), rule[0])
            for name, measure in found.measures.items()
            if (rule := harm_of(name, measure, found.measures))
        }
        seen = {
            item.instrument.replace(BORN, "") for each in found.readings.values() for item in each
        }
        return measures, harmed, seen

    old, new = told(""), told(BORN)
    assert new == old
    for name in names.split():
        if KNOWN(name).side is Side.ATTACKER:
            assert {f"{name}.{what}" for what in KNOWN(name).measured_by} <= old[0]
