"""Preprocess: gates and cleaners decide what of the batch is stored, and what is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.kernels.scaling import downscale
from wargame.pipeline import victim
from wargame.pipeline.context import Context
from wargame.pipeline.defence_roles import Bench, Cleaner, Gate
from wargame.pipeline.records import Mask, Records
from wargame.pipeline.source import deal
from wargame.store import Arrays, Artifact


def cleaned(
    context: Context, arrived: Artifact, archive: Records, archive_id: str, model: Artifact
) -> Artifact:
    """The batch as it is to be stored, and the archive records to purge.

    Arrays: those of `Records`, and `purge` (m,) uint8 over the archive.
    """
    defences = context.identities(Gate, Cleaner)
    inputs: list[Any] = [arrived.content, defences]
    if defences:
        inputs += [archive_id, model.content, context.round]
    return context.make("cleaned", inputs, lambda: _make(context, arrived, archive, model))


def _make(
    context: Context, arrived: Artifact, archive: Records, model: Artifact
) -> tuple[Arrays, Mapping[str, Any]]:
    batch = Records.from_arrays(arrived.arrays)
    size = (batch.images.shape[1], batch.images.shape[2])
    images = batch.images.copy()
    for at, large in batch.large.items():
        images[at] = downscale(large[None], size, "nearest")[0]
    batch = replace(batch, images=images)
    bench = _bench(context, archive, model)
    facts: dict[str, Any] = {"arrived": len(batch), "planted_arrived": int(batch.planted.sum())}
    for gate_held, gate in context.playing(Gate):
        mask, text = gate.admit(batch, context.setting("drones"), bench)
        facts |= _verdict(gate_held.name, batch, mask, text, alarm=bool((~mask).any()))
        batch = batch.take(mask)
    purge = np.zeros(len(archive), np.bool_)
    for held, cleaner in context.playing(Cleaner):
        found = cleaner.clean(batch, bench)
        facts |= _verdict(held.name, batch, found.keep, found.text, alarm=found.alarm)
        batch = replace(
            batch,
            labels=batch.labels if found.labels is None else found.labels,
            images=batch.images if found.images is None else found.images,
        ).take(found.keep)
        if found.purge is not None:
            facts[f"{held.name}.purged"] = int((found.purge & ~purge).sum())
            purge |= found.purge
    facts |= {"stored": len(batch), "planted_stored": int(batch.planted.sum())}
    kept = replace(batch, large={})
    return {**kept.arrays(), "purge": purge.astype(np.uint8)}, facts


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
