"""Rate limit: a token bucket at the door and a quota for each key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from wargame.card import Kind
from wargame.pipeline.defence_roles import ServeGuard
from wargame.stages import Stage, Strength

if TYPE_CHECKING:
    from wargame.pipeline.arrivals import Arrivals
    from wargame.pipeline.records import Mask


class RateLimit(ServeGuard):
    """So many requests a second and so many a round, for each API key."""

    name: ClassVar[str] = "rate_limit"
    title: ClassVar[str] = "Rate limit"
    stage: ClassVar[Stage] = Stage.SERVE
    kind: ClassVar[Kind] = Kind.DETECTION
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    lasts: ClassVar[tuple[int, int, int]] = (3, 3, 3)
    source: ClassVar[str] = "S0 6"
    atlas: ClassVar[str | None] = "AML.M0004"
    summary: ClassVar[str] = "A token bucket and a quota for each key; busy drones suffer too"
    text: ClassVar[str] = (
        "Each key has a bucket of tokens that fills at a steady rate; a request takes one, and "
        "without one it is refused. A second count caps what a key may ask in a round. Copying a "
        "model or searching for an adversarial tile takes hundreds of queries, so a quota "
        "starves both, and a flood under few keys is cut to a trickle. Keys are cheap, though: "
        "many bots each stay below the limit, and stolen keys add their quotas up. The busiest "
        "honest drones run into the same limits, more of them the tighter it is."
    )
    counters: ClassVar[tuple[str, ...]] = (
        "request_flood",
        "unauthorized_api",
        "model_extraction",
        "square",
        "substitute",
    )
    measured_by: ClassVar[tuple[str, ...]] = ("honest_refused", "honest_blocked")
    instruments: ClassVar[tuple[str, ...]] = ("rate_limit.refused",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"rate": 4.0, "burst": 20.0, "per_round": 400},
        Strength.MEDIUM: {"rate": 2.0, "burst": 10.0, "per_round": 150},
        Strength.HEAVY: {"rate": 1.0, "burst": 5.0, "per_round": 60},
    }

    rate: float = Field(2.0, gt=0, le=1000, description="requests a second for each key")
    burst: float = Field(10.0, ge=1, le=1000, description="requests at once after a pause")
    per_round: int = Field(150, ge=1, description="queries for each key and round")

    def quota(self) -> int | None:
        """Queries for each key and round."""
        return self.per_round

    def admit(self, arrivals: Arrivals, ordinary: Arrivals) -> tuple[Mask, bool, str]:
        """What finds a token in its key's bucket; an alarm where far more than usual is refused."""
        found = self._tokens(arrivals)
        usual = float((~self._tokens(ordinary)).mean()) if len(ordinary) else 0.0
        refused = int((~found).sum())
        share = refused / max(1, len(arrivals))
        return found, share > 2 * usual + 0.02, f"{refused} requests were over the rate limit"

    def _tokens(self, arrivals: Arrivals) -> Mask:
        from wargame.kernels.traffic import TokenBucket

        bucket = TokenBucket(self.rate, self.burst)
        pairs = zip(arrivals.requests.time, arrivals.requests.client, strict=True)
        return np.array([bucket.admit(float(t), int(client)) for t, client in pairs], np.bool_)
