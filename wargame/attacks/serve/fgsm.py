"""Fast gradient sign method (Goodfellow et al. 2015): one step uphill on the loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from wargame.card import Dimensions
from wargame.pipeline.access import LabelOracle, Possessions, ScoreOracle, WhiteBox
from wargame.pipeline.attack_roles import EvasionAttack
from wargame.stages import Access, Stage, Strength

if TYPE_CHECKING:
    import torch


class Fgsm(EvasionAttack):
    """Moves every pixel once by epsilon, each the way that raises the loss."""

    name: ClassVar[str] = "fgsm"
    title: ClassVar[str] = "Fast gradient sign"
    stage: ClassVar[Stage] = Stage.SERVE
    costs: ClassVar[tuple[int, int, int]] = (2, 3, 4)
    lasts: ClassVar[tuple[int, int, int]] = (2, 2, 2)
    source: ClassVar[str] = "S0 Table 4"
    atlas: ClassVar[str | None] = "AML.T0043.000"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.WHITE_BOX}),)
    dimensions: ClassVar[Dimensions | None] = Dimensions(
        "white-box", "one-time", "non-targeted", "individual", "image level"
    )
    summary: ClassVar[str] = "One gradient step: cheap, quick, and blunter than PGD"
    text: ClassVar[str] = (
        "Around a tile the model is nearly linear, so steps of the same small size in every "
        "pixel, each with the sign of its gradient, add up to a large change of the answer. One "
        "backward pass through the weights is enough, which makes it the cheapest of its kind. It "
        "never looks where it lands, so at the same radius it fools less often than the iterative "
        "methods, and it needs a coarser, grainier change to keep up. Training on such tiles "
        "helps. A model that merely hides its gradient only looks safe: another attack finds the "
        "way. Without the weights it cannot be played: steal them first."
    )
    countered_by: ClassVar[tuple[str, ...]] = ("adversarial_training", "feature_squeezing")
    measured_by: ClassVar[tuple[str, ...]] = ("accuracy_under_attack", "fooled", "l2")
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"epsilon": 3.0},
        Strength.MEDIUM: {"epsilon": 5.0},
        Strength.HEAVY: {"epsilon": 8.0},
    }

    epsilon: float = Field(5.0, gt=0, le=64, description="change of each pixel, of 255")

    def evade(
        self,
        access: WhiteBox | ScoreOracle | LabelOracle,
        x: torch.Tensor,
        y: torch.Tensor,
        own: Possessions,
        generator: torch.Generator,
    ) -> torch.Tensor:
        """Adversarial versions of x."""
        from wargame.kernels.gradient import fgsm

        if not isinstance(access, WhiteBox):
            raise TypeError("fgsm needs weights")
        del own, generator
        return fgsm(access.model, x, y, self.epsilon / 255)
