"""What the attacker carries from round to round: store keys of what its cards took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wargame.pipeline.context import Context
from wargame.store import Artifact

Loot = Mapping[str, str]
"""Name of a card, or of one of `WEIGHTS`, to the store key of what was taken."""

CHECKPOINT, COPY = WEIGHTS = ("checkpoint", "copy")
"""Loot that opens the white box, the better one first: stolen weights, or a copy of the model."""

COPY_GOOD_ENOUGH = 0.6
"""Agreement from which a stolen copy serves as a stand-in for the weights."""


def weights(context: Context, loot: Loot) -> Artifact | None:
    """The best weights that the attacker holds, or None."""
    held = [name for name in WEIGHTS if name in loot]
    return context.store.need(loot[held[0]]) if held else None


def opens_white_box(loot: Loot) -> bool:
    """Whether the attacker holds weights."""
    return any(name in loot for name in WEIGHTS)


def brought_home(context: Context, card: str, found: Artifact) -> dict[str, str]:
    """What a query attack learned for its next round, and a copy good enough to use."""
    home = {}
    if arrays := _part(found, "loot."):
        home[card] = context.make("loot", [found.content, "loot"], lambda: (arrays, {})).key
    agreement = found.facts["measures"].get(f"{card}.agreement")
    if agreement and agreement[0] >= COPY_GOOD_ENOUGH and (copy := _part(found, "weights.")):
        home[COPY] = context.make("loot", [found.content, "copy"], lambda: (copy, {})).key
    return home


def _part(found: Artifact, prefix: str) -> dict[str, Any]:
    return {
        key.removeprefix(prefix): value
        for key, value in found.arrays.items()
        if key.startswith(prefix)
    }
