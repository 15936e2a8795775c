"""Query attacks conducted and scored: who was in the training data, how alike the copy is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wargame.kernels import membership
from wargame.kernels.intervals import from_scalar, proportion
from wargame.kernels.training import predict_probs
from wargame.pipeline import victim
from wargame.pipeline.access import ScoreOracle
from wargame.pipeline.attack_roles import QueryAttack
from wargame.pipeline.context import Context
from wargame.pipeline.facts import row
from wargame.pipeline.measuring.job import Scene
from wargame.pipeline.measuring.oracle import lenders, oracle, possessions
from wargame.pipeline.records import Records
from wargame.pipeline.seeds import numpy_rng, torch_rng
from wargame.pipeline.source import deal
from wargame.pipeline.tensors import to_tensor
from wargame.store import Arrays, Artifact

if TYPE_CHECKING:
    import torch
    from torch import nn


def trained_on(context: Context, seen: Records, seen_id: str) -> Artifact:
    """Honest records among those trained on, at most `attacked`: arrays images, labels."""

    def work() -> tuple[Arrays, Mapping[str, Any]]:
        honest = np.flatnonzero(~seen.planted)
        count = min(context.setting("attacked"), len(honest))
        rng = numpy_rng(context.world.seed, "members", context.round)
        at = np.sort(rng.choice(honest, count, replace=False))
        return {"images": seen.images[at], "labels": seen.labels[at]}, {}

    return context.make("members", [seen_id, context.round], work)


def measure(scene: Scene) -> Artifact:
    """Lets the card ask, then scores what it found against what is true."""
    context, held = scene.context, scene.held
    card = held.card
    if not isinstance(card, QueryAttack):
        raise TypeError(f"{held.name} is no query attack")
    before = context.store.need(scene.loot[held.name]) if held.name in scene.loot else None
    members = context.store.need(scene.members)
    inputs = [
        scene.service.identity,
        held.identity,
        None if before is None else before.content,
        lenders(scene),
        members.content,
        context.round,
    ]
    return context.make("query", inputs, lambda: _ask(scene, held.name, card, before, members))


def _ask(
    scene: Scene, name: str, card: QueryAttack, before: Artifact | None, members: Artifact
) -> tuple[Arrays, Mapping[str, Any]]:
    context = scene.context
    asked = oracle(scene, ScoreOracle, name)
    x, y, member = _candidates(context, members)
    generator = torch_rng(context.world.seed, "query", name, context.round)

    def build(source: torch.Generator) -> nn.Module:
        return victim.untrained(context, source)

    context.progress(name, 0, 1)
    found = card.query(asked, (x, y), possessions(scene, before), generator, build)
    rows = {"queries": row(from_scalar(asked.asked - asked.refused), "count")}
    arrays = {f"loot.{key}": np.asarray(value) for key, value in found.loot.items()}
    if found.scores is not None:
        rows |= _membership(found.scores, member)
    if found.copy is not None:
        rows["agreement"] = _agreement(scene, found.copy)
        for key, value in found.copy.state_dict().items():
            arrays[f"weights.{key}"] = value.detach().numpy().copy()
    measures = {f"{name}.{what}": values for what, values in rows.items()}
    return arrays, {"measures": measures, "seen": scene.service.seen()}


def _candidates(
    context: Context, members: Artifact
) -> tuple[torch.Tensor, torch.Tensor, NDArray[np.bool_]]:
    """Tiles in question: as many training records as tiles the model never saw, shuffled."""
    import torch

    images, labels = deal(context.world).evaluation
    count = min(len(members.arrays["labels"]), len(labels))
    x = np.concatenate([members.arrays["images"][:count], images[:count]])
    y = np.concatenate([members.arrays["labels"][:count], labels[:count]])
    member = np.arange(2 * count) < count
    order = numpy_rng(context.world.seed, "candidates").permutation(2 * count)
    return to_tensor(x[order]), torch.from_numpy(y[order]), member[order]


def _membership(scores: NDArray[np.float64], member: NDArray[np.bool_]) -> dict[str, list[Any]]:
    inside, outside = scores[member], scores[~member]
    return {
        "auc": row(membership.auc(inside, outside), "auc"),
        "tpr_at_1_fpr": row(membership.tpr_at_fpr(inside, outside, 0.01)),
    }


def _agreement(scene: Scene, copy: nn.Module) -> list[Any]:
    """Agreement with the victim's own labels on tiles neither was trained on."""
    images, _ = deal(scene.context.world).evaluation
    x = to_tensor(images)
    mine = predict_probs(copy.eval(), x).argmax(1)
    theirs = scene.service.model(x).argmax(1)
    return row(proportion(int((mine == theirs).sum()), len(x)))
