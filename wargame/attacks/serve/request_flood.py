"""Request flood: denial of service at the cloud's front door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from wargame.pipeline.access import FrontDoor
from wargame.pipeline.arrivals import Arrivals
from wargame.pipeline.attack_roles import FrontDoorAttack
from wargame.stages import Access, Stage, Strength


class RequestFlood(FrontDoorAttack):
    """Sends more requests than the service can answer, from many bots."""

    name: ClassVar[str] = "request_flood"
    title: ClassVar[str] = "Request flood"
    stage: ClassVar[Stage] = Stage.SERVE
    costs: ClassVar[tuple[int, int, int]] = (2, 3, 4)
    upkeep: ClassVar[int] = 1
    lasts: ClassVar[tuple[int, int, int]] = (2, 2, 2)
    source: ClassVar[str] = "S0 6"
    atlas: ClassVar[str | None] = "AML.T0029"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.INFRASTRUCTURE}),)
    summary: ClassVar[str] = "Bots fill the queue, so that honest drones get no answer"
    text: ClassVar[str] = (
        "A model answers a fixed number of tiles a second, and the queue before it is finite. "
        "Whoever sends several times that number keeps the queue full, and a steady stream takes "
        "each place that falls free before an honest request comes by. What is asked does not "
        "matter, only that it is let in. Volume gives the flood away, so bots share it: the "
        "heavier it is, the more of them, each only a little busier than an honest drone. A limit "
        "for each key, or a watch on each client's rate, helps as far as it is stricter than the "
        "bots are careful; the bots sign nothing, so signed requests keep them out."
    )
    countered_by: ClassVar[tuple[str, ...]] = (
        "rate_limit",
        "traffic_monitor",
        "api_authentication",
    )
    measured_by: ClassVar[tuple[str, ...]] = ("honest_served",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"rate": 6.0, "bots": 15},
        Strength.MEDIUM: {"rate": 12.0, "bots": 40},
        Strength.HEAVY: {"rate": 30.0, "bots": 150},
    }

    rate: float = Field(12.0, gt=0, le=200, description="requests, in multiples of honest traffic")
    bots: int = Field(40, ge=1, le=10_000, description="clients that share the flood")

    def traffic(self, door: FrontDoor, seconds: float, rng: np.random.Generator) -> Arrivals:
        """A steady stream under unknown keys, unsigned."""
        from wargame.kernels.traffic import flood_arrivals

        requests = flood_arrivals(
            self.rate * door.honest_rate, seconds, rng, bots=self.bots, cost=door.pass_ms
        )
        return Arrivals(requests, np.zeros(len(requests), np.bool_))
