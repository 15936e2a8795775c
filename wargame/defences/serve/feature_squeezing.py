"""Feature squeezing: an answer that changes when the input gets coarser is not trusted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from wargame.card import Kind
from wargame.pipeline.defence_roles import ServeGuard
from wargame.stages import Stage, Strength

if TYPE_CHECKING:
    import torch


class FeatureSqueezing(ServeGuard):
    """Compares the answer with those for coarser copies of the tile (Xu 2018)."""

    name: ClassVar[str] = "feature_squeezing"
    title: ClassVar[str] = "Feature squeezing"
    stage: ClassVar[Stage] = Stage.SERVE
    kind: ClassVar[Kind] = Kind.DETECTION
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    upkeep: ClassVar[int] = 1
    lasts: ClassVar[tuple[int, int, int]] = (3, 3, 3)
    source: ClassVar[str] = "S0 Fig. 6"
    atlas: ClassVar[str | None] = "AML.M0015"
    summary: ClassVar[str] = "Refuses tiles whose answer changes when they are made coarser"
    text: ClassVar[str] = (
        "An adversarial change lives in the last grey levels and between neighbouring pixels; "
        "fewer levels or a median wipe much of it out, and the answer jumps. A genuine tile "
        "mostly keeps its answer. Tiles whose answers differ by more than nearly all vetted "
        "tiles' do are refused, honest ones among them at about the stated rate: a hundred vetted "
        "tiles fix it only roughly. Every coarser copy costs a pass of the model. The heavy form "
        "answers from the coarse copies, so that small attacks fail even unnoticed, and honest "
        "fine texture is lost. An attacker who knows of it can attack the coarse copies too."
    )
    counters: ClassVar[tuple[str, ...]] = ("fgsm", "pgd", "square", "substitute")
    instruments: ClassVar[tuple[str, ...]] = ("feature_squeezing.flagged",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"bits": 4, "median": 0},
        Strength.MEDIUM: {"bits": 4, "median": 2},
        Strength.HEAVY: {"bits": 4, "median": 2, "quality": 60, "answer_squeezed": True},
    }

    bits: int = Field(4, ge=1, le=8, description="bits a colour keeps")
    median: int = Field(2, ge=0, le=9, description="side of the median window; 0: none")
    quality: int = Field(0, ge=0, le=95, description="JPEG quality; 0: none")
    false_alarm: float = Field(0.05, ge=0, lt=1, description="share of vetted tiles refused")
    answer_squeezed: bool = Field(False, description="answer from the coarse copies")

    @property
    def passes(self) -> float:
        """One pass for the tile and one for each coarser copy."""
        return 2.0 + (self.median > 0) + (self.quality > 0)

    def calibrate(
        self,
        predict: Callable[[torch.Tensor], torch.Tensor],
        x: torch.Tensor,
        generator: torch.Generator,
    ) -> float:
        """The disagreement that a share `false_alarm` of genuine tiles exceeds."""
        from wargame.kernels.squeezing import squeeze_distance

        del generator
        distance = squeeze_distance(predict(x), [predict(copy) for copy in self._copies(x)])
        return float(distance.nan_to_num().quantile(1.0 - self.false_alarm))

    def answer(
        self,
        predict: Callable[[torch.Tensor], torch.Tensor],
        x: torch.Tensor,
        threshold: float,
        generator: torch.Generator,
    ) -> torch.Tensor:
        """Answers for tiles whose copies agree, NaN rows for the others."""
        import torch

        from wargame.kernels.squeezing import squeeze_distance

        del generator
        answers, coarse = predict(x), [predict(copy) for copy in self._copies(x)]
        flagged = squeeze_distance(answers, coarse) > threshold
        given = torch.stack(coarse).mean(0) if self.answer_squeezed else answers
        return torch.where(flagged[:, None], torch.nan, given)

    def _copies(self, x: torch.Tensor) -> list[torch.Tensor]:
        from wargame.kernels.squeezing import jpeg, median_smooth, reduce_bit_depth

        copies = [reduce_bit_depth(x, self.bits)]
        if self.median:
            copies.append(median_smooth(x, min(self.median, *x.shape[-2:])))
        if self.quality and x.shape[1] in (1, 3):
            copies.append(jpeg(x, self.quality))
        return copies

    def alarming(self, flagged: int, asked: int) -> bool:
        """More than three deviations above the stated rate of false alarms."""
        usual = asked * self.false_alarm
        # The rate itself was read off a hundred tiles or so: it may be half as large again.
        return flagged > 1.5 * usual + 3 * math.sqrt(usual)
