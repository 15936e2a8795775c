"""Transmit: gate, link and arrival; what the cloud holds of this round's uploads afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.pipeline.access import Link
from wargame.pipeline.attack_roles import LinkAttack
from wargame.pipeline.context import Context
from wargame.pipeline.defence_roles import ChannelDefence, Gate
from wargame.pipeline.records import Records
from wargame.pipeline.seeds import key_bytes, numpy_rng
from wargame.pipeline.wire import Packet, pack, unpack
from wargame.store import Arrays, Artifact


def delivered(context: Context, uploaded: Artifact) -> Artifact:
    """The uploads after their way over the link, facts for the record.

    Arrays: those of `Records`; `sequence`, the numbers of what arrived; for each gate
    `signature.GATE`, and for each attack `changed.ATTACK` (n,) uint8: which it changed.
    """
    inputs = [uploaded.content, context.round, context.identities(LinkAttack, ChannelDefence, Gate)]
    return context.make("delivered", inputs, lambda: _make(context, uploaded))


def _make(context: Context, uploaded: Artifact) -> tuple[Arrays, Mapping[str, Any]]:
    batch = Records.from_arrays(uploaded.arrays)
    plain = [
        pack(Packet(at, int(batch.senders[at]), int(batch.labels[at]), batch.images[at]))
        for at in range(len(batch))
    ]
    key = key_bytes(context.world.seed, "channel", context.round)
    channels = [card for _, card in context.playing(ChannelDefence)]
    packets = channels[0].seal(key, plain) if channels else plain
    facts: dict[str, Any] = {"sent": len(batch)}
    facts["overhead"] = sum(map(len, packets)) / max(1, sum(map(len, plain))) - 1.0
    changed = np.zeros(len(batch), np.bool_)
    marks: dict[str, NDArray[np.bool_]] = {}
    for held, attack in context.playing(LinkAttack):
        link = Link(packets)
        attack.transmit(link, numpy_rng(context.world.seed, "link", held.name, context.round))
        packets, changed = link.packets, changed | link.changed
        marks[held.name] = link.changed
        facts[f"{held.name}.exposed"] = link.exposed
        facts[f"{held.name}.changed"] = int(link.changed.sum())
    opened: list[bytes | None] = list(packets)
    if channels:
        opened = channels[0].open(key, packets)
    arrived, whole = _arrived(batch, opened, changed)
    facts["rejected"] = int((~whole).sum())
    changes = {f"changed.{name}": mark[whole].astype(np.uint8) for name, mark in marks.items()}
    return {**arrived.arrays(), **_signed(context, plain, whole), **changes}, facts


def _signed(context: Context, plain: list[bytes], whole: NDArray[np.bool_]) -> Arrays:
    """The signatures that senders made before the link, and the numbers of what arrived."""
    arrays: dict[str, NDArray[Any]] = {"sequence": np.flatnonzero(whole)}
    secret = key_bytes(context.world.seed, "fleet")
    for held, gate in context.playing(Gate):
        made = gate.sign(secret, context.setting("drones"), plain)
        rows = np.frombuffer(b"".join(made), np.uint8).reshape(len(made), -1)
        arrays[f"signature.{held.name}"] = rows[whole].copy()
    return arrays


def _arrived(
    batch: Records, opened: list[bytes | None], changed: np.ndarray[Any, Any]
) -> tuple[Records, np.ndarray[Any, Any]]:
    """The records as they read on arrival, and which arrived at all."""
    images, labels = batch.images.copy(), batch.labels.copy()
    whole = np.zeros(len(batch), np.bool_)
    for at, blob in enumerate(opened):
        packet = None if blob is None else unpack(blob)
        if packet is None or packet.image.shape != images[at].shape:
            continue
        whole[at] = True
        if changed[at]:
            images[at], labels[at] = packet.image, packet.label
    # A changed packet carries no full-resolution capture of its own.
    large = {at: image for at, image in batch.large.items() if not changed[at]}
    arrived = replace(
        batch, images=images, labels=labels, planted=batch.planted | changed, large=large
    )
    return arrived.take(whole), whole
