"""Traffic monitor: clients that ask far faster than the fleet are turned away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from wargame.card import Kind
from wargame.pipeline.defence_roles import ServeGuard
from wargame.stages import Stage, Strength

if TYPE_CHECKING:
    from wargame.pipeline.arrivals import Arrivals
    from wargame.pipeline.records import Mask


class TrafficMonitor(ServeGuard):
    """A robust z-score of each client's rate against an earlier stretch of traffic."""

    name: ClassVar[str] = "traffic_monitor"
    title: ClassVar[str] = "Traffic monitor"
    stage: ClassVar[Stage] = Stage.SERVE
    kind: ClassVar[Kind] = Kind.DETECTION
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    lasts: ClassVar[tuple[int, int, int]] = (2, 2, 2)
    source: ClassVar[str] = "S0 6"
    atlas: ClassVar[str | None] = "AML.M0015"
    summary: ClassVar[str] = "Turns away clients whose rate stands out from usual traffic"
    text: ClassVar[str] = (
        "Ordinary traffic tells how many requests a client sends in a few seconds, and how much "
        "that varies. A client far above it, by a score that a few outliers cannot shift, is "
        "refused until it calms down. The limit follows the fleet instead of a rule made up "
        "beforehand, and a flood from a few bots is gone; shared by many bots, each stays almost "
        "ordinary, and only a stricter score catches them. Drones differ and the eager ones look "
        "abnormal: the stricter the score, the more of their requests are refused. The sources "
        "set it against a man in the middle too, but it counts requests at the door and sees no "
        "upload."
    )
    counters: ClassVar[tuple[str, ...]] = ("request_flood", "unauthorized_api", "tamper")
    measured_by: ClassVar[tuple[str, ...]] = ("honest_refused",)
    instruments: ClassVar[tuple[str, ...]] = ("traffic_monitor.refused",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"threshold": 3.5},
        Strength.MEDIUM: {"threshold": 2.5},
        Strength.HEAVY: {"threshold": 1.5},
    }

    window: float = Field(4.0, gt=0, le=60, description="seconds over which requests are counted")
    threshold: float = Field(2.5, gt=0, le=100, description="modified z-score that is too much")

    def admit(self, arrivals: Arrivals, ordinary: Arrivals) -> tuple[Mask, bool, str]:
        """Requests of clients at a usual rate; an alarm where far more than usual is refused."""
        from wargame.kernels.traffic_anomaly import AnomalyDetector

        detector = AnomalyDetector.calibrate(ordinary.requests, self.window, self.threshold)
        abnormal = detector.flag(arrivals.requests)
        usual = float(detector.flag(ordinary.requests).mean())
        refused = int(abnormal.sum())
        share = refused / max(1, len(arrivals))
        text = f"{refused} requests came from clients at an abnormal rate"
        return ~abnormal, share > 2 * usual + 0.02, text
