"""Collect: the drones upload what they captured; captured drones upload what the attacker likes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.pipeline import gallery
from wargame.pipeline.access import Uploader
from wargame.pipeline.attack_roles import UploadAttack
from wargame.pipeline.context import Context
from wargame.pipeline.records import Records, concatenate
from wargame.pipeline.seeds import numpy_rng
from wargame.pipeline.source import deal
from wargame.store import Arrays, Artifact


def uploads(context: Context) -> Artifact:
    """Everything uploaded this round, before any gate: arrays of `Records`."""
    inputs = [context.round, _aged(context)]
    return context.make("uploads", inputs, lambda: _make(context))


def _aged(context: Context) -> list[list[Any]]:
    return [
        [held.identity, context.round - held.play.since]
        for held, _ in context.playing(UploadAttack)
    ]


def _make(context: Context) -> tuple[Arrays, Mapping[str, Any]]:
    world = context.world
    tiles = deal(world)
    honest = tiles.batches[context.round - 1]
    captured = honest.senders < context.setting("captured_drones")
    rest, own = honest.take(~captured), honest.take(captured)
    attacks = context.playing(UploadAttack)
    shown: dict[str, NDArray[Any]] = {}
    parts = [rest]
    # Captured drones are shared out among the attacks in force, in order.
    for index, (held, attack) in enumerate(attacks):
        mine = own.take(np.arange(len(own)) % len(attacks) == index)
        age = context.round - held.play.since
        uploader = Uploader(mine, tiles.class_names, context.setting("capture_factor"), age)
        attack.upload(uploader, numpy_rng(world.seed, "upload", held.name, context.round))
        sent = uploader.result()
        shown |= gallery.packed(held.name, gallery.uploaded(mine, sent))
        parts.append(sent)
    if not attacks:
        parts.append(own)
    return {**_joined(parts).arrays(), **shown}, {}


def _joined(parts: list[Records]) -> Records:
    large, offset = {}, 0
    for part in parts:
        large.update({offset + at: image for at, image in part.large.items()})
        offset += len(part)
    whole = concatenate(parts)
    return Records(whole.images, whole.labels, whole.senders, whole.truth, whole.planted, large)
