"""Activation clustering: poison forms a cluster of its own in the model's last hidden layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from wargame.card import Kind
from wargame.pipeline.defence_roles import Bench, Cleaner, Cleaning
from wargame.stages import Stage, Strength

if TYPE_CHECKING:
    from wargame.pipeline.records import Mask, Records


class ActivationClustering(Cleaner):
    """Splits each class in two (Chen 2018) and removes small, distinct parts."""

    name: ClassVar[str] = "activation_clustering"
    title: ClassVar[str] = "Activation clustering"
    stage: ClassVar[Stage] = Stage.PREPROCESS
    kind: ClassVar[Kind] = Kind.DETECTION
    costs: ClassVar[tuple[int, int, int]] = (2, 3, 4)
    lasts: ClassVar[tuple[int, int, int]] = (2, 2, 2)
    source: ClassVar[str] = "S2 3.1(1)"
    atlas: ClassVar[str | None] = "AML.M0007"
    summary: ClassVar[str] = "Finds poisoned clusters in feature space, also in the archive"
    text: ClassVar[str] = (
        "Records that share a label for different reasons look different inside the model: "
        "genuine ones by their content, triggered ones by the trigger. The activations of each "
        "class - archive, new batch and vetted tiles together - are split into two clusters. "
        "Where the two stand apart and no vetted tile lies in one of them, that part is thrown "
        "out of the batch and deleted from the archive, so that poison stored earlier goes too. A "
        "trigger mostly shows only after a model has learned it, that is a round late. Honest "
        "corners of a class that no vetted tile happens to cover are deleted with it, for ever."
    )
    counters: ClassVar[tuple[str, ...]] = ("backdoor",)
    measured_by: ClassVar[tuple[str, ...]] = (
        "honest_dropped",
        "planted_dropped",
        "honest_purged",
        "planted_purged",
    )
    instruments: ClassVar[tuple[str, ...]] = ("activation_clustering.removed",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"min_silhouette": 0.4, "max_chance": 0.3},
        Strength.MEDIUM: {"min_silhouette": 0.3, "max_chance": 0.4},
        Strength.HEAVY: {"min_silhouette": 0.15, "max_chance": 0.5},
    }

    min_silhouette: float = Field(0.3, ge=-1, le=1, description="how far the parts stand apart")
    max_chance: float = Field(
        0.25, ge=0, le=1, description="chance that the vetted tiles miss an honest part"
    )

    def clean(self, batch: Records, bench: Bench) -> Cleaning:
        """Keeps what is in no suspicious cluster; purges those clusters from the archive."""
        from wargame.kernels.activation_clustering import cluster

        parts = (bench.archive, batch, bench.vetted)
        labels = np.concatenate([part.labels for part in parts])
        features = bench.features(np.concatenate([part.images for part in parts]))
        # All smaller parts, whatever their size: the vetted tiles decide, not the share.
        report = cluster(features, labels, bench.n_classes, bench.seed % 2**31, 1.0, -1.0)
        vetted = np.arange(len(labels)) >= len(labels) - len(bench.vetted)
        apart = np.nan_to_num(report.silhouette, nan=-1.0) >= self.min_silhouette
        suspect = np.zeros(len(labels), np.bool_)
        for label in np.flatnonzero(apart):
            members = labels == label
            for part in (members & report.suspicious, members & ~report.suspicious):
                if missed(part, members, vetted) <= self.max_chance:
                    suspect |= part
        purge = suspect[: len(bench.archive)]
        drop = suspect[len(bench.archive) : len(bench.archive) + len(batch)]
        total = int(purge.sum() + drop.sum())
        return Cleaning(
            ~drop,
            purge=purge,
            alarm=total > 0,
            text=f"{total} records lie in suspicious clusters, {int(purge.sum())} in the archive",
        )


def missed(part: Mask, members: Mask, vetted: Mask) -> float:
    """Chance that honest vetted tiles of a class all miss a part of it; 1 where one lies in it."""
    if (part & vetted).any():
        return 1.0
    share = float((part & ~vetted).sum() / max(1, (members & ~vetted).sum()))
    return float((1.0 - share) ** int((members & vetted).sum()))
