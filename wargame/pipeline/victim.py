"""The victim model: trained from its recipe, kept as weights, brought back from the store."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from wargame.catalog import model_module
from wargame.pipeline.context import Context
from wargame.pipeline.defence_roles import Plan, TrainingDefence
from wargame.pipeline.records import Records
from wargame.pipeline.seeds import torch_rng
from wargame.pipeline.source import deal
from wargame.store import Arrays, Artifact

if TYPE_CHECKING:
    import torch
    from torch import nn


class Family(Protocol):
    """What a module in models/ offers."""

    def build(
        self,
        image_shape: tuple[int, int, int],
        n_classes: int,
        generator: torch.Generator,
        *,
        width: int = ...,
        norm: str = ...,
        mean: Sequence[float] = ...,
        std: Sequence[float] = ...,
    ) -> nn.Module:
        """An untrained model; its weights come from the generator alone."""
        ...

    def features(self, model: nn.Module, x: torch.Tensor) -> torch.Tensor:
        """(n, d) penultimate activations."""
        ...


def family(context: Context) -> Family:
    """The victim's module in models/."""
    return cast("Family", model_module(context.setting("model")))


def to_tensor(images: NDArray[np.uint8]) -> torch.Tensor:
    """(n, h, w, c) uint8 to (n, c, h, w) float32 in [0, 1]."""
    import torch

    return torch.from_numpy(images).permute(0, 3, 1, 2).to(torch.float32).div_(255)


def to_images(x: torch.Tensor) -> NDArray[np.uint8]:
    """(n, c, h, w) in [0, 1] to (n, h, w, c) uint8, rounded."""
    import torch

    rounded = x.clamp(0, 1).mul(255).round().to(torch.uint8)
    return np.ascontiguousarray(rounded.permute(0, 2, 3, 1).numpy())


def untrained(context: Context, generator: torch.Generator, norm: str = "batch") -> nn.Module:
    """A fresh model of the victim's family."""
    tiles = deal(context.world)
    more: dict[str, Any] = {}
    if norm == "none":
        # What batch normalisation would learn, from tiles outside the training data.
        scaled = tiles.vetted.images / 255.0
        mean, std = scaled.mean((0, 1, 2)), scaled.std((0, 1, 2))
        more = {"mean": mean.tolist(), "std": std.tolist()}
    return family(context).build(
        tiles.image_shape,
        tiles.n_classes,
        generator,
        width=context.setting("width"),
        norm=norm,
        **more,
    )


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

    from wargame.kernels import training

    seed = context.world.seed
    private = plan.noise_multiplier > 0
    norm = "none" if private else "batch"
    model = untrained(context, torch_rng(seed, "init"), norm)
    x, y, weights = _training_set(context, records, plan)
    settings = training.TrainSettings(
        steps=plan.steps, batch_size=plan.batch_size, lr=plan.lr, weight_decay=plan.weight_decay
    )
    generator = torch_rng(seed, "training")

    def report(done: int, total: int) -> None:
        context.progress("training", done, total)

    facts: dict[str, Any] = {
        "records": len(y),
        "norm": norm,
        "passes": plan.steps * plan.batch_size * plan.passes_per_step,
    }
    if private:
        from wargame.kernels.private_training import fit_private

        facts["epsilon"] = fit_private(
            model,
            x,
            y,
            settings,
            noise_multiplier=plan.noise_multiplier,
            max_grad_norm=plan.max_grad_norm,
            generator=generator,
            delta=1.0 / (2 * len(y)),
            perturb=_perturbation(plan),
            progress=report,
        )
    else:
        training.fit(
            model,
            x,
            y,
            settings,
            generator=generator,
            perturb=_perturbation(plan),
            progress=report,
            sample_weights=weights,
        )
    with torch.no_grad():
        arrays = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    return arrays, facts


def _training_set(
    context: Context, records: Records, plan: Plan
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
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


Perturb = Callable[["nn.Module", "torch.Tensor", "torch.Tensor", "torch.Generator"], "torch.Tensor"]


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


_loaded: OrderedDict[str, nn.Module] = OrderedDict()


def load(context: Context, weights: Artifact) -> nn.Module:
    """The model with these weights, in evaluation mode; the last few are kept in memory."""
    import torch

    if weights.content not in _loaded:
        norm = "batch" if any("running_mean" in name for name in weights.arrays) else "none"
        model = untrained(context, torch.Generator().manual_seed(0), norm)
        state = {name: torch.from_numpy(np.array(a)) for name, a in weights.arrays.items()}
        model.load_state_dict(state)
        model.eval().requires_grad_(False)
        _loaded[weights.content] = model
        while len(_loaded) > 8:
            _loaded.popitem(last=False)
    _loaded.move_to_end(weights.content)
    return _loaded[weights.content]


def probs(context: Context, weights: Artifact, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, k) class probabilities."""
    from wargame.kernels.training import predict_probs

    found = predict_probs(load(context, weights), to_tensor(images))
    return cast("NDArray[np.float32]", found.numpy())


def features(context: Context, weights: Artifact, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, d) penultimate activations."""
    import torch

    model = load(context, weights)
    with torch.no_grad():
        parts = [family(context).features(model, part) for part in to_tensor(images).split(500)]
    return cast("NDArray[np.float32]", torch.cat(parts).numpy())
