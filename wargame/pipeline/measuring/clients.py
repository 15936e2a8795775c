"""Honest clients: how many of their requests the quotas and monitors on single callers refuse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from wargame.kernels.intervals import proportion
from wargame.pipeline import frontdoor
from wargame.pipeline.defence_roles import ServeGuard
from wargame.pipeline.facts import row
from wargame.pipeline.measuring.job import Scene
from wargame.pipeline.seeds import numpy_rng
from wargame.pipeline.serve import embed
from wargame.pipeline.source import deal
from wargame.pipeline.tensors import to_tensor
from wargame.store import Arrays, Artifact


def measure(scene: Scene) -> Artifact:
    """Honest drones, each with its own tiles, meet the quotas and monitors."""
    context, service = scene.context, scene.service

    def work() -> tuple[Arrays, Mapping[str, Any]]:
        images, _ = deal(context.world).evaluation
        natural = embed(to_tensor(images))
        rng = numpy_rng(context.world.seed, "clients", context.round)
        wanted, refused = frontdoor.demand(context), 0
        blocked: Counter[str] = Counter()
        for count in wanted.tolist():
            desk = service.desk(1)
            own = np.resize(rng.permutation(len(natural)), count)
            refused += count - desk.passes(natural[own])
            blocked.update(desk.blocked)
        rows = {"clients_refused": row(proportion(refused, int(wanted.sum())))}
        for name, guard in service.guards:
            if guard.watches_callers():
                rows[f"{name}.honest_blocked"] = row(proportion(blocked[name], len(wanted)))
        seen = {"asked": 0, "flagged": {}, "blocked": dict(blocked)}
        return {}, {"measures": rows, "seen": seen}

    guards = context.identities(ServeGuard)
    return context.make("clients", [guards, context.round], work)
