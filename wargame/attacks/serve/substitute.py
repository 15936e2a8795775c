"""Substitute model (Papernot et al. 2017): train a stand-in by queries, attack it, transfer."""

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
    from torch import nn

EARLY = 0.3
"""Share of the training spent before the last Jacobian round."""


class Substitute(EvasionAttack):
    """Learns where the victim's boundary lies from its labels, and crosses it at home."""

    name: ClassVar[str] = "substitute"
    title: ClassVar[str] = "Substitute model"
    stage: ClassVar[Stage] = Stage.SERVE
    costs: ClassVar[tuple[int, int, int]] = (2, 3, 4)
    lasts: ClassVar[tuple[int, int, int]] = (1, 2, 2)
    source: ClassVar[str] = "S2 2.4(3)"
    atlas: ClassVar[str | None] = "AML.T0043.002"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.API_LABEL}),)
    dimensions: ClassVar[Dimensions | None] = Dimensions(
        "black-box", "iterative", "non-targeted", "individual", "image level"
    )
    summary: ClassVar[str] = "Trains a stand-in on answered labels; its weaknesses transfer"
    text: ClassVar[str] = (
        "Models that learn the same task err alike: what fools one often fools another. The "
        "attacker has the service label some tiles of its own, trains a stand-in on the answers, "
        "moves each tile along the stand-in's Jacobian toward the boundary, asks again, and "
        "trains on. Then it attacks the stand-in with full knowledge, smoothing each gradient "
        "over neighbouring pixels to keep what models have in common, and sends the result to the "
        "service. The top label is enough, so hiding scores does not help. Not everything "
        "transfers: it needs a larger change than an attack on the true weights. Its queries, "
        "made from each other in fixed steps, are what a query monitor looks for, though small "
        "steps may escape it."
    )
    countered_by: ClassVar[tuple[str, ...]] = (
        "query_monitor",
        "rate_limit",
        "adversarial_training",
        "feature_squeezing",
    )
    measured_by: ClassVar[tuple[str, ...]] = (
        "accuracy_under_attack",
        "fooled",
        "noise_fooled",
        "l2",
        "queries",
    )
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"epsilon": 4.0, "tiles": 50, "doublings": 1},
        Strength.MEDIUM: {"epsilon": 6.0, "tiles": 120, "doublings": 1},
        Strength.HEAVY: {"epsilon": 8.0, "tiles": 300, "doublings": 1},
    }

    needs: ClassVar[str] = "api-label"

    epsilon: float = Field(6.0, gt=0, le=64, description="largest change of a pixel, of 255")
    tiles: int = Field(100, ge=1, le=10_000, description="own tiles to start from")
    doublings: int = Field(1, ge=0, le=8, description="Jacobian rounds; each doubles the queries")
    step: float = Field(12.0, gt=0, le=255, description="length of a Jacobian move, of 255")
    effort: float = Field(0.45, gt=0, le=10, description="training steps, in the victim's own")
    ascent: int = Field(6, ge=1, le=500, description="gradient steps of the attack")
    smoothing: int = Field(7, ge=1, le=31, description="pixels each gradient is averaged over")
    model: str = Field("strided_cnn", description="the stand-in's architecture")
    lr: float = Field(0.01, gt=0, le=1, description="the stand-in's learning rate")

    def evade(
        self,
        access: WhiteBox | ScoreOracle | LabelOracle,
        x: torch.Tensor,
        y: torch.Tensor,
        own: Possessions,
        generator: torch.Generator,
    ) -> torch.Tensor:
        """Adversarial versions of x, made on the stand-in alone; x itself without an answer."""
        from wargame.kernels.transfer import momentum_ascent

        if not isinstance(access, LabelOracle):
            raise TypeError("substitute needs labels")
        stand_in = self._stand_in(access, own, generator)
        if stand_in is None:
            return x
        radius = self.epsilon / 255
        return momentum_ascent(
            stand_in,
            x,
            y,
            radius,
            step_size=2 * radius / self.ascent,
            steps=self.ascent,
            smoothing=self.smoothing,
        )

    def _stand_in(
        self, oracle: LabelOracle, own: Possessions, generator: torch.Generator
    ) -> nn.Module | None:
        """A model of the victim's answers; None where it answered nothing."""
        import torch

        from wargame.catalog import model_module
        from wargame.kernels.extraction import answered, jacobian_augment
        from wargame.kernels.training import TrainSettings, fit

        model: nn.Module = model_module(self.model).build(
            oracle.image_shape, oracle.n_classes, generator
        )
        steps = self.effort * own.steps
        asked, labels = own.x[:0], torch.zeros(0, dtype=torch.int64)
        fresh = own.x[: self.tiles]
        for more in reversed(range(self.doublings + 1)):
            said = oracle.labels(fresh)
            known = answered(said)
            asked, labels = torch.cat([asked, fresh[known]]), torch.cat([labels, said[known]])
            if not len(asked):
                return None
            shown = torch.cat([asked, asked.flip(2), asked.flip(3), asked.flip(2, 3)])
            # A rough stand-in shows the way to the boundary; the last one is attacked.
            share = EARLY / self.doublings if more else 1 - EARLY * (self.doublings > 0)
            settings = TrainSettings(steps=max(1, round(share * steps)), batch_size=64, lr=self.lr)
            fit(model, shown, labels.repeat(4), settings, generator=generator)
            if more:
                fresh = jacobian_augment(model, asked, labels, self.step / 255, generator)
        return model
