"""Scaling filter: compares what the scaler reads with what the whole capture shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from wargame.card import Kind
from wargame.pipeline.defence_roles import Bench, Cleaner, Cleaning
from wargame.stages import Stage, Strength

if TYPE_CHECKING:
    from wargame.pipeline.records import Images, Records


class ScalingFilter(Cleaner):
    """Drops captures whose nearest and median scalings differ; heavy scales by the median."""

    order: ClassVar[int] = 0

    name: ClassVar[str] = "scaling_filter"
    title: ClassVar[str] = "Scaling filter"
    stage: ClassVar[Stage] = Stage.PREPROCESS
    kind: ClassVar[Kind] = Kind.DETECTION
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    lasts: ClassVar[tuple[int, int, int]] = (2, 3, 4)
    source: ClassVar[str] = "S0 6"
    atlas: ClassVar[str | None] = "AML.M0007"
    summary: ClassVar[str] = "Compares the scaled tile with the whole capture; heavy re-scales"
    text: ClassVar[str] = (
        "A fast scaler reads one pixel of each block and believes it; the scaling attack writes "
        "only that pixel. The filter scales each capture a second time by the median of every "
        "block, which no single pixel can move, and compares: a genuine scene looks much the same "
        "both ways, a hidden image does not. The threshold comes from genuine captures, so finely "
        "textured honest ones are dropped now and then. The heavy form keeps every capture but "
        "believes the median: the attack is undone instead of dropped, and every tile comes out a "
        "little smoother than those the service is later asked about."
    )
    counters: ClassVar[tuple[str, ...]] = ("scaling_attack",)
    measured_by: ClassVar[tuple[str, ...]] = ("honest_dropped", "planted_dropped")
    instruments: ClassVar[tuple[str, ...]] = ("scaling_filter.suspected",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"false_alarm": 0.0},
        Strength.MEDIUM: {"false_alarm": 0.03},
        Strength.HEAVY: {"false_alarm": 0.03, "robust": True},
    }

    false_alarm: float = Field(
        0.02, ge=0, lt=1, description="share of genuine captures that may be suspected"
    )
    robust: bool = Field(False, description="keep all captures, scaled by the median")

    def clean(self, batch: Records, bench: Bench) -> Cleaning:
        """Suspected captures are dropped, or all are scaled again by the median."""
        from wargame.kernels.scaling import (
            calibrate_threshold,
            capture,
            downscale,
            scaling_disagreement,
        )

        everything = np.ones(len(batch), np.bool_)
        if bench.factor < 2 or not len(batch):
            return Cleaning(everything)
        genuine = capture(bench.vetted.images, bench.factor)
        threshold = calibrate_threshold(genuine, bench.factor, self.false_alarm)
        large = full_resolution(batch, bench.factor)
        suspected = scaling_disagreement(large, bench.factor) > threshold
        count = int(suspected.sum())
        # Above what chance makes of the honest share: three deviations of a binomial count.
        mean = len(batch) * max(self.false_alarm, 1 / len(bench.vetted))
        images = None
        if self.robust:
            images = downscale(large, (batch.images.shape[1], batch.images.shape[2]), "median")
        return Cleaning(
            everything if self.robust else ~suspected,
            images=images,
            alarm=count > mean + 3 * mean**0.5,
            text=f"{count} captures look different when scaled robustly",
        )


def full_resolution(batch: Records, factor: int) -> Images:
    """(n, H, W, c) every record's capture, as its camera took it."""
    from wargame.kernels.scaling import capture

    large = capture(batch.images, factor)
    for at, image in batch.large.items():
        large[at] = image
    return large
