"""Fog: what the other side hides changes nothing that a side sees, until an instrument shows it."""

from __future__ import annotations

from typing import Any

import pytest

from wargame.arena.game import Game, Worlds
from wargame.game.terms import Scenario
from wargame.stages import STRENGTHS, Side
from wargame.store import Store, canonical

UNSEEN_BY_THE_DEFENDER = (
    "label_flip",
    "backdoor",
    "drift_poison",
    "sniff",
    "tamper",
    "scaling_attack",
    "shard_corruption",
    "checkpoint_theft",
    "artifact_payload",
)
"""Attacks that touch nothing a defender without instruments counts."""

UNSEEN_BY_THE_ATTACKER = (
    "encrypted_channel",
    "hash_ledger",
    "encrypted_store",
    "traffic_monitor",
    "api_authentication",
    "artifact_scan",
    "rate_limit",
)
"""Defences that change no answer to an attacker who only asks what anyone may ask."""


@pytest.fixture(scope="module")
def worlds(tiny: Scenario, store: Store) -> Worlds:
    """One world for every test here."""
    return Worlds(tiny, fidelity="drill", store=store)


def seen(worlds: Worlds, viewer: Side, card: str | None) -> dict[str, Any]:
    """All that `viewer` is told after the other side played this card and it passed."""
    import numpy as np

    game = Game(worlds)
    game.start(np.random.default_rng(0))
    action = 0
    if card is not None:
        mask = game.mask(viewer.other)
        deck = game.board.deck(viewer.other)
        first = 1 + len(STRENGTHS) * deck.numbers[card]
        action = max(a for a in range(first, first + len(STRENGTHS)) if mask[a])
    game.step(*((action, 0) if viewer is Side.DEFENDER else (0, action)))
    return {
        "view": game.view(viewer).to_json(),
        "mask": game.mask(viewer).tobytes().hex(),
        "observation": game.observation(viewer).tobytes().hex(),
    }


@pytest.mark.parametrize("card", UNSEEN_BY_THE_DEFENDER)
def test_no_byte_of_the_defenders_view_changes(worlds: Worlds, card: str) -> None:
    """The attack is in force and measured, and the defender is told nothing."""
    assert canonical(seen(worlds, Side.DEFENDER, card)) == canonical(
        seen(worlds, Side.DEFENDER, None)
    )


@pytest.mark.parametrize("card", UNSEEN_BY_THE_ATTACKER)
def test_no_byte_of_the_attackers_view_changes(worlds: Worlds, card: str) -> None:
    """The defence is in force, and the attacker is told nothing."""
    assert canonical(seen(worlds, Side.ATTACKER, card)) == canonical(
        seen(worlds, Side.ATTACKER, None)
    )


def test_what_differs_is_a_reading(worlds: Worlds, tiny: Scenario) -> None:
    """Whatever the other side plays, only readings can differ, never moves, masks or labels."""
    for viewer in Side:
        plain = seen(worlds, viewer, None)
        for entry in tiny.deck.of(viewer.other):
            deck = worlds.board.deck(viewer.other)
            costs = deck.costs[1 + 3 * deck.numbers[entry.name]]
            if costs > tiny.budget.start or entry.name in ("fgsm", "pgd"):
                continue
            other = seen(worlds, viewer, entry.name)
            assert other["mask"] == plain["mask"]
            mine, theirs = dict(plain["view"]), dict(other["view"])
            mine.pop("readings")
            theirs.pop("readings")
            assert mine == theirs, entry.name


def test_instruments_do_show(worlds: Worlds) -> None:
    """The test above could fail: sham drones do change what the defender counts."""
    assert seen(worlds, Side.DEFENDER, "fake_node") != seen(worlds, Side.DEFENDER, None)
