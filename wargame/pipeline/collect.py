"""Collect: the drones upload what they captured; captured drones upload what the attacker likes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from wargame.kernels.scaling import downscale
from wargame.pipeline.access import Uploader
from wargame.pipeline.attack_roles import UploadAttack
from wargame.pipeline.context import Context
from wargame.pipeline.records import Records, concatenate
from wargame.pipeline.seeds import numpy_rng
from wargame.pipeline.source import deal
from wargame.store import Arrays, Artifact

SHOWN = 6


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
    facts: dict[str, Any] = {"captured": len(own)}
    shown: Arrays = {}
    parts = [rest]
    # Captured drones are shared out among the attacks in force, in order.
    for index, (held, attack) in enumerate(attacks):
        mine = own.take(np.arange(len(own)) % len(attacks) == index)
        age = context.round - held.play.since
        uploader = Uploader(mine, tiles.class_names, context.setting("capture_factor"), age)
        attack.upload(uploader, numpy_rng(world.seed, "upload", held.name, context.round))
        sent = uploader.result()
        facts[f"{held.name}.planted"] = int(sent.planted.sum())
        shown = {**shown, **_shown(held.name, mine, sent)}
        parts.append(sent)
    if not attacks:
        parts.append(own)
    return {**_joined(parts).arrays(), **shown}, facts


def _shown(name: str, mine: Records, sent: Records) -> Arrays:
    """A few planted records beside what the drone really photographed, for the screen."""
    at = np.flatnonzero(sent.planted)[:SHOWN]
    captured = at[at < len(mine)]
    before = sent.images[at].copy()
    before[: len(captured)] = mine.images[captured]
    after = sent.images[at].copy()
    for position, index in enumerate(at.tolist()):
        if index in sent.large:
            size = after.shape[1:3]
            before[position] = downscale(sent.large[index][None], size, "area")[0]
            after[position] = downscale(sent.large[index][None], size, "nearest")[0]
    true = sent.truth[at].copy()
    true[: len(captured)] = mine.truth[captured]
    return {
        f"show.{name}.clean": before,
        f"show.{name}.shown": after,
        f"show.{name}.true": true,
        f"show.{name}.clean_label": true,
        f"show.{name}.shown_label": sent.labels[at],
    }


def gallery(context: Context, uploaded: Artifact, name: str) -> Artifact:
    """The tiles an upload attack planted, as a picture of its own."""
    prefix = f"show.{name}."
    arrays = {
        key.removeprefix(prefix): value
        for key, value in uploaded.arrays.items()
        if key.startswith(prefix)
    }
    return context.make("gallery", [uploaded.content, name], lambda: (arrays, {"card": name}))


def _joined(parts: list[Records]) -> Records:
    large, offset = {}, 0
    for part in parts:
        large.update({offset + at: image for at, image in part.large.items()})
        offset += len(part)
    whole = concatenate(parts)
    return Records(whole.images, whole.labels, whole.senders, whole.truth, whole.planted, large)
