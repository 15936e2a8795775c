"""Query attacks conducted and scored: who was in the training data, how alike the copy is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from wargame.kernels import membership
from wargame.kernels.intervals import from_scalar, proportion
from wargame.kernels.training import predict_probs
from wargame.pipeline import victim
from wargame.pipeline.access import Possessions, ScoreOracle
from wargame.pipeline.attack_roles import Findings, QueryAttack
from wargame.pipeline.frontdoor import row
from wargame.pipeline.seeds import numpy_rng, torch_rng
from wargame.pipeline.serve import Service
from wargame.pipeline.source import deal
from wargame.store import Arrays, Artifact

if TYPE_CHECKING:
    import torch
    from torch import nn


def conduct(
    service: Service,
    name: str,
    card: QueryAttack,
    oracle: ScoreOracle,
    own: Possessions,
    members: Artifact,
) -> tuple[Arrays, Mapping[str, Any]]:
    """Lets the card ask, then scores what it found against what is true."""
    context = service.context
    x, y, member = _candidates(service, members)
    generator = torch_rng(context.world.seed, "query", name, context.round)

    def build(source: torch.Generator) -> nn.Module:
        return victim.untrained(context, source)

    context.progress(name, 0, 1)
    found = card.query(oracle, (x, y), own, generator, build)
    rows = {"queries": row(from_scalar(oracle.asked - oracle.refused), "count")}
    arrays = {f"loot.{key}": np.asarray(value) for key, value in found.loot.items()}
    if found.scores is not None:
        rows |= _membership(found.scores, member)
    if found.copy is not None:
        rows |= _copy(service, found, arrays)
    measures = {f"{name}.{what}": values for what, values in rows.items()}
    return arrays, {"measures": measures, "seen": service.seen()}


def _candidates(
    service: Service, members: Artifact
) -> tuple[torch.Tensor, torch.Tensor, np.ndarray[Any, Any]]:
    """Tiles in question: as many training records as tiles the model never saw, shuffled."""
    import torch

    images, labels = deal(service.context.world).evaluation
    count = min(len(members.arrays["labels"]), len(labels))
    x = np.concatenate([members.arrays["images"][:count], images[:count]])
    y = np.concatenate([members.arrays["labels"][:count], labels[:count]])
    member = np.arange(2 * count) < count
    order = numpy_rng(service.context.world.seed, "candidates").permutation(2 * count)
    return victim.to_tensor(x[order]), torch.from_numpy(y[order]), member[order]


def _membership(scores: np.ndarray[Any, Any], member: np.ndarray[Any, Any]) -> dict[str, list[Any]]:
    inside, outside = scores[member], scores[~member]
    area = membership.auc(inside, outside)
    return {
        "auc": row(area, "auc"),
        "tpr_at_1_fpr": row(membership.tpr_at_fpr(inside, outside, 0.01), "share"),
    }


def _copy(
    service: Service, found: Findings, arrays: dict[str, np.ndarray[Any, Any]]
) -> dict[str, list[Any]]:
    """Agreement with the victim's own labels on tiles neither was trained on."""
    if found.copy is None:
        raise ValueError("no copy was made")
    images, _ = deal(service.context.world).evaluation
    x = victim.to_tensor(images)
    mine = predict_probs(found.copy.eval(), x).argmax(1)
    theirs = service.model(x).argmax(1)
    for name, value in found.copy.state_dict().items():
        arrays[f"weights.{name}"] = value.detach().numpy().copy()
    return {"agreement": row(proportion(int((mine == theirs).sum()), len(x)), "share")}
