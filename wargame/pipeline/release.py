"""Release: the weights file as it is loaded by the service, and as it lies on a storage node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from wargame.pipeline.access import StorageNode, SupplyChain
from wargame.pipeline.attack_roles import CheckpointAttack, ReleaseAttack
from wargame.pipeline.context import Context
from wargame.pipeline.defence_roles import AtRestDefence, ReleaseCheck
from wargame.pipeline.seeds import key_bytes, numpy_rng
from wargame.store import Arrays, Artifact


def checkpoint(weights: Artifact) -> bytes:
    """The weights file: safetensors."""
    from safetensors.numpy import save

    return save({name: np.ascontiguousarray(a) for name, a in weights.arrays.items()})


def offered(context: Context, weights: Artifact) -> Artifact | None:
    """What became of the files that an attacker slipped into the release; None without one."""
    attacks = context.playing(ReleaseAttack)
    if not attacks:
        return None
    inputs = [weights.content, context.identities(ReleaseAttack, ReleaseCheck)]
    return context.make("release", inputs, lambda: ({}, _offer(context, weights)))


def _offer(context: Context, weights: Artifact) -> Mapping[str, Any]:
    import hashlib

    from wargame.kernels.harness import detonate

    genuine = checkpoint(weights)
    signed = hashlib.sha256(genuine).hexdigest()
    facts: dict[str, Any] = {}
    for held, attack in context.playing(ReleaseAttack):
        chain = SupplyChain(genuine)
        attack.release(chain, numpy_rng(context.world.seed, "release", held.name))
        if chain.offered is None:
            continue
        verdicts = [
            (check.name, *card.inspect(chain.offered, signed))
            for check, card in context.playing(ReleaseCheck)
        ]
        refused = [name for name, allowed, _ in verdicts if not allowed]
        for name, allowed, text in verdicts:
            facts[f"{name}.refused"] = not allowed
            facts[f"{name}.text"] = text
        facts[f"{held.name}.executed"] = False if refused else detonate(chain.offered)
    return facts


def stolen(context: Context, weights: Artifact) -> Artifact | None:
    """The weights a thief could really read from the storage node; None without a theft.

    Arrays: the weights, empty where the file was ciphertext to the thief.
    """
    attacks = context.playing(CheckpointAttack)
    if not attacks:
        return None
    inputs = [weights.content, context.identities(CheckpointAttack, AtRestDefence)]
    return context.make("stolen", inputs, lambda: _steal(context, weights))


def _steal(context: Context, weights: Artifact) -> tuple[Arrays, Mapping[str, Any]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    blob = checkpoint(weights)
    for _, defence in context.playing(AtRestDefence):
        blob = defence.seal(key_bytes(context.world.seed, "at-rest"), [blob])[0]
    taken: Arrays = {}
    facts = {}
    for held, attack in context.playing(CheckpointAttack):
        try:
            read = load(attack.steal(StorageNode({}, blob)))
        except SafetensorError:
            read = {}
        facts[f"{held.name}.read"] = bool(read)
        taken = taken or read
    return taken, facts
