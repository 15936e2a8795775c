"""Query monitor: callers whose queries do not look drawn from nature are blocked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from wargame.card import Kind
from wargame.pipeline.defence_roles import Monitor, ServeGuard
from wargame.stages import Stage, Strength

if TYPE_CHECKING:
    from numpy.typing import NDArray

SESSIONS = 100


class QueryMonitor(ServeGuard):
    """PRADA (Juuti 2019): distances between a caller's queries must follow a natural law."""

    name: ClassVar[str] = "query_monitor"
    title: ClassVar[str] = "Query monitor"
    stage: ClassVar[Stage] = Stage.SERVE
    kind: ClassVar[Kind] = Kind.DETECTION
    costs: ClassVar[tuple[int, int, int]] = (2, 3, 4)
    lasts: ClassVar[tuple[int, int, int]] = (3, 3, 3)
    source: ClassVar[str] = "S0 6"
    atlas: ClassVar[str | None] = "AML.M0015"
    summary: ClassVar[str] = "Blocks keys whose queries are spread unlike natural tiles"
    text: ClassVar[str] = (
        "Natural tiles lie at distances from each other that follow a bell curve, more or less; "
        "queries made from one another in small steps do not. After every few dozen queries of a "
        "key the monitor tests the distances of each to its nearest predecessor, and blocks the "
        "key for the round where they fit the curve worse than nearly all sessions of vetted "
        "tiles. Black-box search and synthetic queries stand out at once. Copying a model with "
        "natural tiles looks natural and passes, and so does a short session; a drone that "
        "hovers over one field looks like an attacker."
    )
    counters: ClassVar[tuple[str, ...]] = ("square", "substitute", "model_extraction")
    measured_by: ClassVar[tuple[str, ...]] = ("honest_blocked",)
    instruments: ClassVar[tuple[str, ...]] = ("query_monitor.blocked",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"step": 60, "false_alarm": 0.01},
        Strength.MEDIUM: {"step": 40, "false_alarm": 0.03},
        Strength.HEAVY: {"step": 20, "false_alarm": 0.06},
    }

    step: int = Field(40, ge=10, le=1000, description="queries between two tests of a key")
    false_alarm: float = Field(0.03, gt=0, lt=1, description="share of natural sessions blocked")

    def monitor(self, ordinary: NDArray[np.float32]) -> Monitor | None:
        """A judge whose threshold comes from sessions drawn from ordinary queries."""
        from threadpoolctl import threadpool_limits

        from wargame.kernels.query_stats import calibrate_alarm, query_alarm

        if len(ordinary) < self.step:
            return None
        rng = np.random.default_rng(0)
        lengths = range(self.step, len(ordinary) + 1, self.step)
        sessions = [
            (rng.permutation(ordinary)[: lengths[index % len(lengths)]], None)
            for index in range(SESSIONS)
        ]
        # On matrices this small, threads cost more than they bring.
        with threadpool_limits(limits=1):
            threshold = calibrate_alarm(sessions, self.false_alarm)

        def suspects(queries: NDArray[np.float32]) -> bool:
            with threadpool_limits(limits=1):
                return query_alarm(queries, None, threshold, self.step - 1).alarm

        return Monitor(self.step, suspects)
