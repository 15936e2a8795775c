"""Serve: the model behind its guards, as each kind of caller meets it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wargame.pipeline import victim
from wargame.pipeline.context import Context
from wargame.pipeline.defence_roles import Monitor, ServeGuard
from wargame.pipeline.seeds import torch_rng
from wargame.pipeline.source import deal
from wargame.pipeline.tensors import to_tensor
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
    flagged: dict[str, int] = field(default_factory=dict)
    """Requests that each guard has refused, of those really sent."""
    asked: int = 0
    """Requests really sent to the guards."""
    _desks: list[Desk] = field(default_factory=list)
    _monitors: dict[str, Monitor] | None = None

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

    def answer(self, x: torch.Tensor, purpose: str, *, sent: bool = True) -> torch.Tensor:
        """(n, k) answers for x (n, c, h, w) in [0, 1]; NaN rows were refused.

        `sent` is False where the referee asks what would have been answered.
        """
        predict: Predict = self.model
        self.asked += len(x) * sent
        for name, guard in self.guards:
            predict = self._guarded(name, guard, predict, purpose, counted=sent)
        # Callers send 8-bit tiles; rounding here keeps attacks honest about it.
        return predict(x.clamp(0, 1).mul(255).round().div(255))

    def _guarded(
        self, name: str, guard: ServeGuard, inner: Predict, purpose: str, *, counted: bool = False
    ) -> Predict:
        generator = torch_rng(self.context.world.seed, "guard", name, purpose)
        threshold = self.thresholds[name]

        def predict(x: torch.Tensor) -> torch.Tensor:
            refused = 0

            def within(part: torch.Tensor) -> torch.Tensor:
                nonlocal refused
                answers = inner(part)
                refused = max(refused, int(answers[:, 0].isnan().sum()))
                return answers

            answers = guard.answer(within, x, threshold, generator)
            if counted:
                new = int(answers[:, 0].isnan().sum()) - refused
                self.flagged[name] = self.flagged.get(name, 0) + max(0, new)
            return answers

        return predict

    def caller(self, purpose: str, keys: int) -> Callable[[torch.Tensor, int], torch.Tensor]:
        """What an oracle asks through: answers, under the quotas and monitors in force.

        `keys` API keys share the load; each has its own quota and its own history.
        """
        desk = self.desk(keys)
        self._desks.append(desk)

        def ask(x: torch.Tensor, asked: int) -> torch.Tensor:
            passed = desk.passes(embed(x)) if desk.strict else len(x)
            answers = x.new_full((len(x), deal(self.context.world).n_classes), float("nan"))
            if passed:
                answers[:passed] = self.answer(x[:passed], f"{purpose}/{asked}")
            return answers

        return ask

    def desk(self, keys: int) -> Desk:
        """What a caller with this many keys meets before the model."""
        quotas = {
            name: quota for name, guard in self.guards if (quota := guard.quota()) is not None
        }
        if self._monitors is None:
            found = {name: guard.monitor(self._ordinary()) for name, guard in self.guards}
            self._monitors = {name: judge for name, judge in found.items() if judge is not None}
        return Desk(self._monitors, quotas, keys)

    def seen(self) -> dict[str, Any]:
        """What the guards noticed of the requests really sent, as plain data."""
        blocked: Counter[str] = Counter()
        for desk in self._desks:
            blocked.update(desk.blocked)
        return {"asked": self.asked, "flagged": dict(self.flagged), "blocked": dict(blocked)}

    def _ordinary(self) -> NDArray[np.float32]:
        vetted = deal(self.context.world).vetted
        return embed(to_tensor(vetted.images))


def embed(x: torch.Tensor) -> NDArray[np.float32]:
    """(n, 8*8*c) coarse pixels: what a monitor compares queries by."""
    import torch

    coarse = torch.nn.functional.adaptive_avg_pool2d(x, 8).flatten(1)
    return coarse.numpy().astype(np.float32)


class Desk:
    """Counts and watches one caller's queries under each of its keys, and blocks a key for good."""

    recent = 400
    """Queries that a monitor remembers of a key."""

    def __init__(
        self, monitors: Mapping[str, Monitor], quotas: Mapping[str, int], keys: int
    ) -> None:
        self._monitors = dict(monitors)
        self._quotas = dict(quotas)
        self._used = [0] * keys
        self._seen: list[list[NDArray[np.float32]]] = [[] for _ in range(keys)]
        self._live = list(range(keys))
        self._turn = 0
        self.blocked: dict[str, int] = {}
        """Keys that each guard has blocked."""

    @property
    def strict(self) -> bool:
        """Whether anything can be refused here."""
        return bool(self._monitors or self._quotas)

    def passes(self, queries: NDArray[np.float32]) -> int:
        """How many of these queries (m, d), in order, pass; the keys take turns."""
        for done, query in enumerate(queries):
            self._retire()
            if not self._live:
                return done
            key = self._live[self._turn % len(self._live)]
            self._turn += 1
            self._used[key] += 1
            self._watch(key, query)
        return len(queries)

    def _retire(self) -> None:
        for name, quota in self._quotas.items():
            spent = [key for key in self._live if self._used[key] >= quota]
            for key in spent:
                self._block(name, key)

    def _block(self, name: str, key: int) -> None:
        self.blocked[name] = self.blocked.get(name, 0) + 1
        self._live = [other for other in self._live if other != key]

    def _watch(self, key: int, query: NDArray[np.float32]) -> None:
        if not self._monitors:
            return
        self._seen[key] = [*self._seen[key][1 - self.recent :], query]
        for name, monitor in self._monitors.items():
            due = self._used[key] % monitor.step == 0
            if due and monitor.suspects(np.stack(self._seen[key])):
                self._block(name, key)
                return


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
    x = to_tensor(deal(service.context.world).vetted.images)
    found: dict[str, float] = {}
    predict: Predict = service.model
    for name, guard in service.guards:
        generator = torch_rng(service.context.world.seed, "calibrate", name)
        found[name] = float(guard.calibrate(predict, x, generator))
        service.thresholds = found
        predict = service._guarded(name, guard, predict, "calibrate")
    return found
