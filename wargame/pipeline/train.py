"""Train: the victim trained by the plan that the defences in force have edited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from wargame.pipeline import victim
from wargame.pipeline.context import Context
from wargame.pipeline.defence_roles import Plan, TrainingDefence
from wargame.pipeline.records import Records
from wargame.pipeline.seeds import torch_rng
from wargame.pipeline.source import deal
from wargame.pipeline.tensors import to_tensor
from wargame.store import Arrays, Artifact

if TYPE_CHECKING:
    import torch
    from torch import nn

    Perturb = Callable[[nn.Module, torch.Tensor, torch.Tensor, torch.Generator], torch.Tensor]
    Taught = tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]
    """Tiles, labels, and the weight of each record where they differ."""


def plan_for(context: Context) -> Plan:
    """The training plan after the defences in force have edited it."""
    plan = Plan(
        steps=context.setting("steps"),
        batch_size=context.setting("batch_size"),
        lr=context.setting("lr"),
        weight_decay=context.setting("weight_decay"),
    )
    for _, defence in context.playing(TrainingDefence):
        plan = defence.plan(plan)
    return plan


def train(context: Context, records: Records, records_id: str) -> Artifact:
    """The model trained on these records: its weights; facts: cost, epsilon spent."""
    plan = plan_for(context)
    inputs = [records_id, asdict(plan)]
    return context.make("model", inputs, lambda: _train(context, records, plan))


def _train(context: Context, records: Records, plan: Plan) -> tuple[Arrays, Mapping[str, Any]]:
    import torch

    norm = "none" if plan.noise_multiplier > 0 else "batch"
    model = victim.untrained(context, torch_rng(context.world.seed, "init"), norm)
    taught = _training_set(context, records, plan)
    cost = plan.steps * plan.batch_size * plan.passes_per_step
    facts = {"passes": cost, **_fit(context, model, taught, plan)}
    with torch.no_grad():
        arrays = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    return arrays, facts


def _fit(context: Context, model: nn.Module, taught: Taught, plan: Plan) -> dict[str, float]:
    """Trains the model in place, in private where the plan says so; what else is to be known."""
    from wargame.kernels.training import TrainSettings, fit

    x, y, weights = taught
    settings = TrainSettings(
        steps=plan.steps, batch_size=plan.batch_size, lr=plan.lr, weight_decay=plan.weight_decay
    )
    generator = torch_rng(context.world.seed, "training")
    report = partial(context.progress, "training")
    change = _perturbation(plan)
    if plan.noise_multiplier <= 0:
        fit(
            model,
            x,
            y,
            settings,
            generator=generator,
            perturb=change,
            progress=report,
            sample_weights=weights,
        )
        return {}
    # Opacus takes seconds to import, and most plans are not private.
    from wargame.kernels.private_training import fit_private

    epsilon = fit_private(
        model,
        x,
        y,
        settings,
        noise_multiplier=plan.noise_multiplier,
        max_grad_norm=plan.max_grad_norm,
        generator=generator,
        delta=1.0 / (2 * len(y)),
        perturb=change,
        progress=report,
    )
    return {"epsilon": epsilon}


def _training_set(context: Context, records: Records, plan: Plan) -> Taught:
    import torch

    images, labels = records.images, records.labels
    if plan.vetted_weight <= 0:
        return to_tensor(images), torch.from_numpy(labels), None
    gold = deal(context.world).gold_taught
    x = to_tensor(np.concatenate([images, gold.images]))
    y = torch.from_numpy(np.concatenate([labels, gold.labels]))
    weights = torch.cat(
        [torch.ones(len(labels)), torch.full((len(gold),), float(plan.vetted_weight))]
    )
    return x, y, weights


def _perturbation(plan: Plan) -> Perturb | None:
    if plan.epsilon <= 0:
        return None
    import torch

    from wargame.kernels.training import fgsm_rs_perturb

    whole = fgsm_rs_perturb(plan.epsilon, 1.25 * plan.epsilon)

    def mixed(
        model: nn.Module, x: torch.Tensor, y: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        count = round(len(x) * plan.adversarial_share)
        return torch.cat([whole(model, x[:count], y[:count], generator), x[count:]])

    return mixed
