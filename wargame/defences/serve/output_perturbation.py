"""Output perturbation: the service says less than it knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from wargame.card import Kind
from wargame.pipeline.defence_roles import ServeGuard
from wargame.stages import Stage, Strength

if TYPE_CHECKING:
    import torch


class OutputPerturbation(ServeGuard):
    """Rounds the scores, or gives the best class only, or nothing but its name."""

    name: ClassVar[str] = "output_perturbation"
    title: ClassVar[str] = "Output perturbation"
    stage: ClassVar[Stage] = Stage.SERVE
    kind: ClassVar[Kind] = Kind.HIDING
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    lasts: ClassVar[tuple[int, int, int]] = (3, 3, 3)
    source: ClassVar[str] = "S2 3.4(2)"
    atlas: ClassVar[str | None] = "AML.M0002"
    summary: ClassVar[str] = "Rounded scores, top class only, or bare labels"
    text: ClassVar[str] = (
        "Fine scores tell more than the answer: they tell members of the training data from "
        "strangers, guide a black-box search, and teach a copy. The light form rounds them to one "
        "decimal; the medium form tells only the best class, with a coarse confidence; the heavy "
        "form tells the bare label. Each leaves an attacker less to learn from a query. Drones "
        "that needed the second-best class or the confidence lose it, and rounding may tie two "
        "classes and name the wrong one. It slows rather than stops: bare labels still serve a "
        "patient attacker, who needs more queries."
    )
    counters: ClassVar[tuple[str, ...]] = ("membership_inference", "model_extraction", "square")
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"form": "rounded"},
        Strength.MEDIUM: {"form": "top"},
        Strength.HEAVY: {"form": "label"},
    }

    form: Literal["rounded", "top", "label"] = Field("rounded", description="what is still told")
    levels: int = Field(4, ge=2, le=100, description="steps of confidence told with the top class")

    def answer(
        self,
        predict: Callable[[torch.Tensor], torch.Tensor],
        x: torch.Tensor,
        threshold: float,
        generator: torch.Generator,
    ) -> torch.Tensor:
        """The answers made coarser; refused rows stay refused."""
        import torch

        del threshold, generator
        answers = predict(x)
        if self.form == "rounded":
            return answers.mul(10).round().div(10)
        classes = answers.shape[1]
        confidence, top = answers.nan_to_num().max(1)
        if self.form == "label":
            told = torch.ones_like(confidence)
        else:
            # Rounded up, so that the class told stays the likeliest.
            told = confidence.mul(self.levels).ceil().div(self.levels)
        rest = (1.0 - told) / max(1, classes - 1)
        coarse = rest[:, None].repeat(1, classes)
        coarse.scatter_(1, top[:, None], told[:, None])
        return torch.where(answers.isnan(), answers, coarse)
