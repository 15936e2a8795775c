"""Serve: the model behind its guards, as each kind of caller meets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wargame.pipeline import victim
from wargame.pipeline.context import Context
from wargame.pipeline.defence_roles import ServeGuard
from wargame.pipeline.seeds import torch_rng
from wargame.pipeline.source import deal
from wargame.store import Artifact, digest

if TYPE_CHECKING:
    import torch

Predict = Callable[["torch.Tensor"], "torch.Tensor"]


@dataclass(slots=True)
class Service:
    """The released model with the guards in force."""

    context: Context
    weights: Artifact
    guards: list[tuple[str, ServeGuard]]
    thresholds: dict[str, float] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """Digest of everything that can change an answer."""
        held = self.context.identities(ServeGuard)
        return digest([self.weights.content, held])

    @property
    def passes(self) -> float:
        """Forward passes a request costs."""
        cost = 1.0
        for _, guard in self.guards:
            cost *= guard.passes
        return cost

    def model(self, x: torch.Tensor) -> torch.Tensor:
        """(n, k) the bare model's probabilities."""
        from wargame.kernels.training import predict_probs

        return predict_probs(victim.load(self.context, self.weights), x)

    def answer(self, x: torch.Tensor, purpose: str) -> torch.Tensor:
        """(n, k) answers for x (n, c, h, w) in [0, 1]; NaN rows were refused."""
        predict: Predict = self.model
        for name, guard in self.guards:
            predict = self._guarded(name, guard, predict, purpose)
        # Callers send 8-bit tiles; rounding here keeps attacks honest about it.
        return predict(x.clamp(0, 1).mul(255).round().div(255))

    def _guarded(self, name: str, guard: ServeGuard, inner: Predict, purpose: str) -> Predict:
        generator = torch_rng(self.context.world.seed, "guard", name, purpose)
        threshold = self.thresholds[name]

        def predict(x: torch.Tensor) -> torch.Tensor:
            return guard.answer(inner, x, threshold, generator)

        return predict

    def caller(self, purpose: str, keys: int) -> Callable[[torch.Tensor, int], torch.Tensor]:
        """What an oracle asks through: answers, under the quotas and monitors in force.

        `keys` API keys share the load; each has its own quota and its own history.
        """
        quotas = [quota for _, guard in self.guards if (quota := guard.quota()) is not None]
        limit = min(quotas) * keys if quotas else None
        watcher = _Watcher(self, self._ordinary(), keys)

        def ask(x: torch.Tensor, asked: int) -> torch.Tensor:
            answers = self.answer(x, f"{purpose}/{asked}")
            passed = watcher.passes(x)
            if limit is not None:
                passed = min(passed, max(0, limit - asked))
            answers[passed:] = float("nan")
            return answers

        return ask

    def _ordinary(self) -> NDArray[np.float32]:
        vetted = deal(self.context.world).vetted
        return embed(victim.to_tensor(vetted.images))


def embed(x: torch.Tensor) -> NDArray[np.float32]:
    """(n, 8*8*c) coarse pixels: what a monitor compares queries by."""
    import torch

    coarse = torch.nn.functional.adaptive_avg_pool2d(x, 8).flatten(1)
    return coarse.numpy().astype(np.float32)


class _Watcher:
    """Feeds a caller's queries to the monitors, and remembers that it was blocked."""

    recent = 400

    def __init__(self, service: Service, ordinary: NDArray[np.float32], keys: int) -> None:
        self._monitors = [
            guard for _, guard in service.guards if type(guard).watch is not ServeGuard.watch
        ]
        self._ordinary = ordinary
        self._keys = keys
        self._seen: NDArray[np.float32] | None = None
        self._blocked = False

    def passes(self, x: torch.Tensor) -> int:
        """How many of these queries, in order, pass."""
        if not self._monitors:
            return len(x)
        if self._blocked:
            return 0
        new = embed(x)
        before = np.zeros((0, new.shape[1]), np.float32) if self._seen is None else self._seen
        # Spread over several keys, each monitor sees every keys-th query only.
        history = np.concatenate([before, new])[-self.recent :]
        self._seen = history
        mine = history[:: self._keys]
        verdicts = [guard.watch(self._ordinary, mine) for guard in self._monitors]
        stops = [stop for stop in verdicts if stop is not None]
        if not stops:
            return len(x)
        self._blocked = True
        already = len(history) - len(new)
        return int(np.clip(min(stops) * self._keys - already, 0, len(x)))


def serve(context: Context, weights: Artifact) -> Service:
    """The service of this round, its guards calibrated on the defender's vetted tiles."""
    guards = [(held.name, guard) for held, guard in context.playing(ServeGuard)]
    # Inputs are squeezed before answers are perturbed: the cheaper guard stands nearer the model.
    service = Service(context, weights, guards)
    if guards:
        inputs = [weights.content, context.identities(ServeGuard)]
        made = context.make("calibration", inputs, lambda: ({}, _calibrate(service)))
        service.thresholds = dict(made.facts)
    return service


def _calibrate(service: Service) -> dict[str, Any]:
    x = victim.to_tensor(deal(service.context.world).vetted.images)
    found: dict[str, float] = {}
    predict: Predict = service.model
    for name, guard in service.guards:
        generator = torch_rng(service.context.world.seed, "calibrate", name)
        found[name] = float(guard.calibrate(predict, x, generator))
        service.thresholds = found
        predict = service._guarded(name, guard, predict, "calibrate")
    return found
