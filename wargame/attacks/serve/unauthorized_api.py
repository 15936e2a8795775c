"""Unauthorized calls: the service is used with keys stolen from honest drones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from wargame.pipeline.access import FrontDoor
from wargame.pipeline.arrivals import Arrivals
from wargame.pipeline.attack_roles import FrontDoorAttack
from wargame.stages import Access, Stage, Strength


class UnauthorizedApi(FrontDoorAttack):
    """Replays stolen keys: calls that nobody pays for, and more quota for other attacks."""

    name: ClassVar[str] = "unauthorized_api"
    title: ClassVar[str] = "Unauthorized calls"
    stage: ClassVar[Stage] = Stage.SERVE
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    lasts: ClassVar[tuple[int, int, int]] = (2, 3, 3)
    source: ClassVar[str] = "S0 6"
    atlas: ClassVar[str | None] = "AML.T0012"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.INFRASTRUCTURE}),)
    lends_keys: ClassVar[bool] = True
    summary: ClassVar[str] = "Calls under stolen drone keys, and quota for other attacks"
    text: ClassVar[str] = (
        "The drones sent their API keys in the clear, and the attacker noted a few. A service "
        "that only looks a key up cannot tell the thief from the drone: it answers, and the "
        "drone's owner pays. The keys also help other attacks, for queries spread over several "
        "keys use several quotas, and each monitor sees only its part. What gives it away is the "
        "rate, since a stolen key suddenly works for two; a thief who asks little stays unseen. "
        "Signed requests end it: the key that was overheard signs nothing."
    )
    countered_by: ClassVar[tuple[str, ...]] = (
        "api_authentication",
        "rate_limit",
        "traffic_monitor",
    )
    measured_by: ClassVar[tuple[str, ...]] = ("calls_served",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"rate": 0.25},
        Strength.MEDIUM: {"rate": 0.75},
        Strength.HEAVY: {"rate": 2.0},
    }

    rate: float = Field(0.75, gt=0, le=200, description="calls, in multiples of honest traffic")

    def traffic(self, door: FrontDoor, seconds: float, rng: np.random.Generator) -> Arrivals:
        """Calls at random times under the stolen keys, unsigned."""
        from wargame.kernels.traffic import poisson_arrivals

        requests = poisson_arrivals(
            self.rate * door.honest_rate if door.stolen_keys else 0.0,
            seconds,
            rng,
            clients=max(door.stolen_keys, 1),
            cost=door.pass_ms,
            hostile=True,
        )
        return Arrivals(requests, np.zeros(len(requests), np.bool_))
