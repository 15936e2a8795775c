"""Projected gradient descent (Madry et al. 2018): the strongest first-order evasion."""

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


class Pgd(EvasionAttack):
    """Walks each tile uphill on the loss, many small steps inside a box of radius epsilon."""

    name: ClassVar[str] = "pgd"
    title: ClassVar[str] = "Projected gradient descent"
    stage: ClassVar[Stage] = Stage.SERVE
    costs: ClassVar[tuple[int, int, int]] = (3, 4, 5)
    lasts: ClassVar[tuple[int, int, int]] = (2, 2, 2)
    source: ClassVar[str] = "S0 Table 4"
    atlas: ClassVar[str | None] = "AML.T0043.000"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.WHITE_BOX}),)
    dimensions: ClassVar[Dimensions | None] = Dimensions(
        "white-box", "iterative", "non-targeted", "individual", "image level"
    )
    summary: ClassVar[str] = "Many small gradient steps: invisible, nearly always fools"
    text: ClassVar[str] = (
        "With the weights in hand the attacker asks the gradient which way each pixel must move "
        "to hurt most, takes a small step, stays within the radius, and asks again. Each step "
        "corrects the last, so two or three grey levels of 255 fool an undefended model on most "
        "tiles, and nobody sees them. The work is done at home: the service meets only the "
        "finished tiles, so no count of queries gives it away. Training on such tiles takes much "
        "of its force, at a price in accuracy; a model that merely hides its gradient only looks "
        "safe. Without the weights it cannot be played."
    )
    countered_by: ClassVar[tuple[str, ...]] = ("adversarial_training", "feature_squeezing")
    measured_by: ClassVar[tuple[str, ...]] = ("accuracy_under_attack", "fooled", "l2")
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"epsilon": 2.0},
        Strength.MEDIUM: {"epsilon": 3.0},
        Strength.HEAVY: {"epsilon": 4.0, "steps": 20},
    }

    epsilon: float = Field(3.0, gt=0, le=64, description="largest change of a pixel, of 255")
    steps: int = Field(10, ge=1, le=500, description="gradient steps")

    def evade(
        self,
        access: WhiteBox | ScoreOracle | LabelOracle,
        x: torch.Tensor,
        y: torch.Tensor,
        own: Possessions,
        generator: torch.Generator,
    ) -> torch.Tensor:
        """Adversarial versions of x."""
        from wargame.kernels.gradient import pgd

        if not isinstance(access, WhiteBox):
            raise TypeError("pgd needs weights")
        del own
        radius = self.epsilon / 255
        return pgd(
            access.model,
            x,
            y,
            radius,
            step_size=2.5 * radius / self.steps,
            steps=self.steps,
            generator=generator,
        )
