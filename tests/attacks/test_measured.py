"""What the referee counts of the attacks between collection and release, against closed forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from wargame.data.sources import load
from wargame.game import scenario
from wargame.pipeline.outcome import InForce, Outcome, World
from wargame.pipeline.resolve import opening, resolve
from wargame.pipeline.source import deal, offer
from wargame.stages import Side, Strength
from wargame.store import Store

TINY = {
    "initial": 120,
    "batch": 40,
    "window": 160,
    "evaluation": 60,
    "gold": 20,
    "attacked": 20,
    "steps": 12,
    "width": 4,
    "batch_size": 32,
    "lr": 0.01,
    "weight_decay": 0.0005,
}


class Laboratory:
    """One world, and its first round under any cards."""

    def __init__(self, root: Path) -> None:
        rules = scenario.load("mapengine")
        small = scenario.from_content({**rules.content(), "rounds": 2, "fidelity": {"drill": TINY}})
        tiles = load("terrain")
        offer(tiles)
        self.world: World = small.world(5, "drill", tiles.digest)
        self.store = Store(root)
        self.carry = opening(self.world, store=self.store).carry
        senders = deal(self.world).batches[0].senders
        self.captured = int((senders < self.world.settings["captured_drones"]).sum())

    def round(self, attacks: list[str], defences: list[str]) -> Outcome:
        """Round 1 with these cards in force, all heavy."""
        played = [
            tuple(InForce(name, Strength.HEAVY, 1) for name in names)
            for names in (attacks, defences)
        ]
        return resolve(self.world, self.carry, 1, *played, store=self.store)


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    return Laboratory(tmp_path_factory.mktemp("store"))


def test_a_tap_sees_all_in_the_clear_and_nothing_under_encryption(laboratory: Laboratory) -> None:
    clear = laboratory.round(["sniff"], [])
    assert clear.measures["sniff.records_exposed"].value == 1.0
    shown = {reading.channel: reading.value for reading in clear.readings[Side.ATTACKER]}
    assert shown["sniff.records_exposed"] == 1.0
    sealed = laboratory.round(["sniff"], ["encrypted_channel"])
    assert sealed.measures["sniff.records_exposed"].value == 0.0


def test_encryption_refuses_every_tampered_record_and_nothing_else(laboratory: Laboratory) -> None:
    clear = laboratory.round(["tamper"], [])
    changed = clear.measures["tamper.changed"].value
    assert clear.measures["tamper.accepted"].value == 1.0
    assert clear.measures["poison_in_training"].value == pytest.approx(changed / 160)
    sealed = laboratory.round(["tamper"], ["encrypted_channel"])
    assert sealed.measures["tamper.accepted"].value == 0.0
    assert sealed.measures["poison_in_training"].value == 0.0
    shown = {reading.channel: reading for reading in sealed.readings[Side.DEFENDER]}
    assert shown["encrypted_channel.rejected"].value == changed
    assert shown["records_stored"].value == 40 - changed


def test_sham_records_are_counted_by_what_is_stored(laboratory: Laboratory) -> None:
    sham = 3 * laboratory.captured
    outcome = laboratory.round(["fake_node"], [])
    assert outcome.measures["fake_node.junk_stored"].value == pytest.approx(sham / (40 + sham))
    gated = laboratory.round(["fake_node"], ["authenticate_contributors"])
    assert gated.measures["fake_node.junk_stored"].value == 0.0


def test_scaled_captures_are_told_from_other_lies(laboratory: Laboratory) -> None:
    outcome = laboratory.round(["label_flip", "scaling_attack"], [])
    hidden = outcome.measures["scaling_attack.read_as_hidden"]
    stated = outcome.measures["scaling_attack.read_as_stated"]
    # The captured drones are shared out; a tile without a twin among its own hides nothing.
    assert 0 < hidden.n <= -(-laboratory.captured // 2)
    assert hidden.n == stated.n
    assert 0 <= hidden.value + stated.value <= 1


def test_a_lying_node_serves_what_it_holds_until_it_is_found_out(laboratory: Laboratory) -> None:
    lying = laboratory.round(["shard_corruption"], [])
    assert lying.measures["shard_corruption.bad_served"].value == 1.0
    assert lying.measures["poison_in_training"].value == pytest.approx(1 / 5)
    found = laboratory.round(["shard_corruption"], ["hash_ledger"])
    assert found.measures["shard_corruption.bad_served"].value == 0.0
    assert found.measures["poison_in_training"].value == 0.0


def test_the_payload_runs_unless_the_file_is_scanned(laboratory: Laboratory) -> None:
    assert laboratory.round(["artifact_payload"], []).measures["artifact_payload.executed"].value
    scanned = laboratory.round(["artifact_payload"], ["artifact_scan"])
    assert scanned.measures["artifact_payload.executed"].value == 0.0
