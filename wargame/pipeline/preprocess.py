"""Preprocess: gates and cleaners decide what of the batch is stored, and what is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.kernels.scaling import downscale
from wargame.pipeline import gallery, victim
from wargame.pipeline.attack_roles import LinkAttack
from wargame.pipeline.context import Context
from wargame.pipeline.defence_roles import Bench, Cleaner, Cleaning, Credentials, Gate
from wargame.pipeline.records import Mask, Records
from wargame.pipeline.seeds import key_bytes
from wargame.pipeline.source import deal
from wargame.pipeline.wire import Packet, pack
from wargame.store import Arrays, Artifact


def cleaned(
    context: Context, arrived: Artifact, archive: Records, archive_id: str, model: Artifact
) -> Artifact:
    """The batch as it is to be stored, and the archive records to purge.

    Arrays: those of `Records`; `scaled`, the positions of captures at full resolution among them;
    and `purge` (m,) uint8 over the archive.
    """
    defences = context.identities(Gate, Cleaner)
    inputs: list[Any] = [arrived.content, defences]
    if defences:
        inputs += [archive_id, model.content, context.round]
    return context.make("cleaned", inputs, lambda: _make(context, arrived, archive, model))


def _make(
    context: Context, arrived: Artifact, archive: Records, model: Artifact
) -> tuple[Arrays, Mapping[str, Any]]:
    bench = _bench(context, archive, model)
    batch, facts = _gated(context, arrived, bench)
    purge = np.zeros(len(archive), np.bool_)
    strips: dict[str, NDArray[Any]] = {}
    in_order = sorted(context.playing(Cleaner), key=lambda pair: pair[1].order)
    for held, cleaner in in_order:
        found = cleaner.clean(batch, bench)
        facts |= _verdict(held.name, batch, found.keep, found.text, alarm=found.alarm)
        facts |= _changed(held.name, batch, found, archive)
        strips |= gallery.packed(held.name, _doubted(batch, found, bench))
        batch = replace(
            batch,
            labels=batch.labels if found.labels is None else found.labels,
            images=batch.images if found.images is None else found.images,
        ).take(found.keep)
        if found.purge is not None:
            purge |= found.purge
    facts |= {"stored": len(batch), "planted_stored": int(batch.planted.sum())}
    kept = replace(batch, large={}).arrays()
    scaled = np.asarray(sorted(batch.large), np.int64)
    return {**kept, **strips, "scaled": scaled, "purge": purge.astype(np.uint8)}, facts


def _doubted(batch: Records, found: Cleaning, bench: Bench) -> dict[str, NDArray[Any]]:
    at = gallery.doubts(found.keep, batch.labels, found.labels)
    if not len(at):
        return {}
    thought = bench.probs(batch.images[at]).argmax(1)
    if found.labels is not None:
        changed = found.labels[at] != batch.labels[at]
        thought = np.where(changed, found.labels[at], thought)
    return gallery.doubted(batch, at, thought)


def _gated(context: Context, arrived: Artifact, bench: Bench) -> tuple[Records, dict[str, Any]]:
    """The batch as preprocessing reads it, less what the gates turn away."""
    raw = Records.from_arrays(arrived.arrays)
    facts: dict[str, Any] = {"arrived": len(raw), "planted_arrived": int(raw.planted.sum())}
    admitted = np.ones(len(raw), np.bool_)
    for held, gate in context.playing(Gate):
        shown = _credentials(context, raw, arrived, held.name)
        secret = key_bytes(context.world.seed, "fleet")
        mask, text = gate.admit(raw, shown, secret, bench)
        facts |= _verdict(held.name, raw, mask, text, alarm=bool((~mask).any()))
        admitted &= mask
    for held, _ in context.playing(LinkAttack):
        changed = arrived.arrays[f"changed.{held.name}"].astype(np.bool_)
        facts[f"{held.name}.accepted"] = int((changed & admitted).sum())
    size = (raw.images.shape[1], raw.images.shape[2])
    images = raw.images.copy()
    for at, large in raw.large.items():
        images[at] = downscale(large[None], size, "nearest")[0]
    return replace(raw, images=images).take(admitted), facts


def _credentials(context: Context, batch: Records, arrived: Artifact, gate: str) -> Credentials:
    numbers = arrived.arrays["sequence"].tolist()
    packets = [
        pack(Packet(number, int(batch.senders[at]), int(batch.labels[at]), batch.images[at]))
        for at, number in enumerate(numbers)
    ]
    signatures = [row.tobytes() for row in arrived.arrays[f"signature.{gate}"]]
    return Credentials(context.setting("drones"), packets, signatures)


def _changed(name: str, batch: Records, found: Cleaning, archive: Records) -> dict[str, Any]:
    """Counts of relabelled and purged records, the referee's."""
    facts: dict[str, Any] = {}
    if found.labels is not None:
        relabelled = found.keep & (found.labels != batch.labels)
        facts[f"{name}.relabelled"] = int(relabelled.sum())
        facts[f"{name}.relabelled_planted"] = int((relabelled & batch.planted).sum())
    if found.purge is not None:
        facts[f"{name}.purged"] = int(found.purge.sum())
        facts[f"{name}.purged_planted"] = int((found.purge & archive.planted).sum())
        facts[f"{name}.archive"] = [len(archive), int(archive.planted.sum())]
    return facts


def _verdict(name: str, batch: Records, keep: Mask, text: str, *, alarm: bool) -> dict[str, Any]:
    dropped = ~keep
    return {
        f"{name}.dropped": int(dropped.sum()),
        f"{name}.dropped_planted": int((dropped & batch.planted).sum()),
        f"{name}.alarm": alarm,
        f"{name}.text": text,
    }


def _bench(context: Context, archive: Records, model: Artifact) -> Bench:
    tiles = deal(context.world)
    hidden = np.zeros(len(archive), np.bool_)

    def features(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        return victim.features(context, model, images)

    def probs(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        return victim.probs(context, model, images)

    return Bench(
        archive=replace(archive, truth=archive.labels, planted=hidden),
        vetted=tiles.vetted,
        features=features,
        probs=probs,
        n_classes=tiles.n_classes,
        factor=context.setting("capture_factor"),
        seed=context.world.seed,
    )
