"""Square attack (Andriushchenko et al. 2020): evasion by random search over answered scores."""

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


class Square(EvasionAttack):
    """Paints squares on each tile and keeps those that make the service less sure."""

    name: ClassVar[str] = "square"
    title: ClassVar[str] = "Square attack"
    stage: ClassVar[Stage] = Stage.SERVE
    costs: ClassVar[tuple[int, int, int]] = (2, 3, 4)
    source: ClassVar[str] = "S0 Table 2"
    atlas: ClassVar[str | None] = "AML.T0043.001"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.API_SCORE}),)
    dimensions: ClassVar[Dimensions | None] = Dimensions(
        "black-box", "iterative", "non-targeted", "individual", "image level"
    )
    summary: ClassVar[str] = "Random search on the scores; needs no weights, many queries"
    text: ClassVar[str] = (
        "The service itself says how sure it is, and that is enough to climb by: paint a random "
        "coloured square on the tile, ask, keep it if the true class lost ground, shrink the "
        "squares, ask again. No gradient is used, so hiding gradients does not help. It pays for "
        "the missing weights with queries and a larger change; the more queries, the closer it "
        "comes to the white-box attacks. What gives it away is the traffic: dozens of near copies "
        "of one tile from one caller. A rate limit or a query monitor starves it, and coarse "
        "scores blunt its sense of direction."
    )
    countered_by: ClassVar[tuple[str, ...]] = (
        "rate_limit",
        "query_monitor",
        "output_perturbation",
        "adversarial_training",
        "feature_squeezing",
    )
    measured_by: ClassVar[tuple[str, ...]] = ("accuracy_under_attack", "fooled", "l2", "queries")
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"epsilon": 6.0, "queries": 20},
        Strength.MEDIUM: {"epsilon": 8.0, "queries": 40},
        Strength.HEAVY: {"epsilon": 8.0, "queries": 120},
    }

    epsilon: float = Field(8.0, gt=0, le=64, description="largest change of a pixel, of 255")
    queries: int = Field(40, ge=2, le=10_000, description="queries for each tile, at most")

    needs: ClassVar[str] = "api-score"

    def evade(
        self,
        access: WhiteBox | ScoreOracle | LabelOracle,
        x: torch.Tensor,
        y: torch.Tensor,
        own: Possessions,
        generator: torch.Generator,
    ) -> torch.Tensor:
        """The best versions of x that the search met."""
        from wargame.kernels.square import square

        if not isinstance(access, ScoreOracle):
            raise TypeError("square needs scores")
        del own
        radius = self.epsilon / 255
        found = square(access.scores, x, y, radius, max_queries=self.queries, generator=generator)
        return found.x_adv
