"""Store: the archive grows batch by batch; storage nodes hand back what training reads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from wargame.pipeline.access import StorageNode
from wargame.pipeline.attack_roles import ShardAttack
from wargame.pipeline.context import Context
from wargame.pipeline.defence_roles import AtRestDefence
from wargame.pipeline.records import Mask, Records, concatenate
from wargame.pipeline.seeds import key_bytes, numpy_rng
from wargame.pipeline.source import deal
from wargame.pipeline.wire import Packet, pack, unpack
from wargame.store import Arrays, Artifact, digest

Shelf = list[dict[str, Any]]
"""The archive as data: for each part its store key ("" for the initial one), its content and the
positions deleted since."""

_recent: OrderedDict[str, Records] = OrderedDict()


def archive(context: Context, shelf: Shelf) -> Records:
    """Everything stored, in order of arrival; the last few archives are kept in memory."""
    key = digest([context.base(), identity(shelf)])
    if key not in _recent:
        _recent[key] = concatenate([_part(context, entry) for entry in shelf])
        while len(_recent) > 4:
            _recent.popitem(last=False)
    _recent.move_to_end(key)
    return _recent[key]


def _part(context: Context, entry: Mapping[str, Any]) -> Records:
    if not entry["key"]:
        whole = deal(context.world).initial
    else:
        found = context.store.need(entry["key"])
        whole = Records.from_arrays(found.arrays)
    if not entry["deleted"]:
        return whole
    keep = np.ones(len(whole), np.bool_)
    keep[entry["deleted"]] = False
    return whole.take(keep)


def identity(shelf: Shelf) -> str:
    """Digest of the archive's content."""
    return digest([[entry["content"], entry["deleted"]] for entry in shelf])


def purged(context: Context, shelf: Shelf, purge: Mask) -> Shelf:
    """The archive without the records under the mask (over its present order)."""
    if not purge.any():
        return shelf
    after, start = [], 0
    for entry in shelf:
        size = len(_part(context, entry))
        total = size + len(entry["deleted"])
        present = np.setdiff1d(np.arange(total), np.asarray(entry["deleted"], np.int64))
        gone = present[purge[start : start + size]]
        deleted = sorted([*entry["deleted"], *gone.tolist()])
        after.append({**entry, "deleted": deleted})
        start += size
    return after


def appended(shelf: Shelf, batch: Artifact) -> Shelf:
    """The archive with this batch, told by its records alone: what was noted of them is no matter.

    A cleaner that changes nothing therefore retrains nothing.
    """
    content = Records.from_arrays(batch.arrays).digest()
    return [*shelf, {"key": batch.key, "content": content, "deleted": []}]


def read_back(context: Context, records: Records, records_id: str) -> tuple[Artifact, Records]:
    """What training reads: the archive as the storage nodes return it.

    The artifact keeps the difference: arrays `at`, `images`, `labels` (changed records) and
    `lost` (positions refused).
    """
    # Numbered from the front, so a record keeps its node as the archive grows.
    inputs = [records_id, context.identities(ShardAttack, AtRestDefence), context.round]
    touched = bool(context.playing(ShardAttack) or context.playing(AtRestDefence))
    artifact = context.make(
        "read-back", inputs if touched else ["untouched"], lambda: _read(context, records)
    )
    if not artifact.arrays:
        return artifact, records
    images, labels = records.images.copy(), records.labels.copy()
    at, lost = artifact.arrays["at"], artifact.arrays["lost"]
    images[at], labels[at] = artifact.arrays["images"], artifact.arrays["labels"]
    planted = records.planted.copy()
    planted[at] = True
    kept = np.ones(len(records), np.bool_)
    kept[lost] = False
    return artifact, replace(records, images=images, labels=labels, planted=planted).take(kept)


def _read(context: Context, records: Records) -> tuple[Arrays, Mapping[str, Any]]:
    attacks = context.playing(ShardAttack)
    if not attacks and not context.playing(AtRestDefence):
        return {}, {}
    seed = context.world.seed
    held = np.arange(0, len(records), context.setting("shards")).tolist()
    plain = [pack(Packet(at, 0, int(records.labels[at]), records.images[at])) for at in held]
    defences = [card for _, card in context.playing(AtRestDefence)]
    key = key_bytes(seed, "at-rest")
    stored = plain
    for defence in defences:
        stored = defence.seal(key, stored)
    node = StorageNode(dict(zip(held, stored, strict=True)), b"")
    facts: dict[str, Any] = {"held": len(held)}
    facts["overhead"] = sum(map(len, stored)) / max(1, sum(map(len, plain))) - 1.0
    for name, attack in ((held_.name, card) for held_, card in attacks):
        attack.at_rest(node, numpy_rng(seed, "at-rest", name, context.round))
    read: list[bytes | None] = [node.raw(at) for at in held]
    already = 0
    for name, defence in ((h.name, card) for h, card in context.playing(AtRestDefence)):
        read = defence.check(key, plain, read, numpy_rng(seed, "check", name, context.round))
        refused = sum(blob is None for blob in read)
        facts[f"{name}.refused"] = refused - already
        already = refused
    return _difference(records, held, read, node.changed, facts)


def _difference(
    records: Records,
    held: list[int],
    read: list[bytes | None],
    changed: set[int],
    facts: dict[str, Any],
) -> tuple[Arrays, Mapping[str, Any]]:
    at, images, labels, lost = [], [], [], []
    for position, blob in zip(held, read, strict=True):
        packet = None if blob is None else unpack(blob)
        if packet is None or packet.image.shape != records.images.shape[1:]:
            lost.append(position)
        elif position in changed:
            at.append(position)
            images.append(packet.image)
            labels.append(packet.label)
    facts = {**facts, "bad_served": len(at)}
    if not at and not lost:
        return {}, facts
    shape = (0, *records.images.shape[1:])
    arrays = {
        "at": np.asarray(at, np.int64),
        "images": np.stack(images) if images else np.zeros(shape, np.uint8),
        "labels": np.asarray(labels, np.int64),
        "lost": np.asarray(lost, np.int64),
    }
    return arrays, facts
