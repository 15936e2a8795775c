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
    from wargame.pipeline.records import Records


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
        "genuine ones by their content, triggered ones by the trigger. Each class, archive and "
        "new batch together, is split in two clusters of activations; a small part that stands "
        "apart is suspected, thrown out of the batch and deleted from the archive, so that poison "
        "stored in earlier rounds goes too. Classes with two honest faces, such as fields of two "
        "crops, split just as well, and then honest records are deleted for ever."
    )
    counters: ClassVar[tuple[str, ...]] = ("backdoor", "label_flip", "fake_node")
    measured_by: ClassVar[tuple[str, ...]] = (
        "honest_dropped",
        "planted_dropped",
        "honest_purged",
        "planted_purged",
    )
    instruments: ClassVar[tuple[str, ...]] = ("activation_clustering.removed",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"max_share": 0.15, "min_silhouette": 0.3},
        Strength.MEDIUM: {"max_share": 0.25, "min_silhouette": 0.2},
        Strength.HEAVY: {"max_share": 0.35, "min_silhouette": 0.1},
    }

    max_share: float = Field(0.25, gt=0, le=0.5, description="largest part of a class suspected")
    min_silhouette: float = Field(0.2, ge=-1, le=1, description="how far apart it must stand")

    def clean(self, batch: Records, bench: Bench) -> Cleaning:
        """Keeps what is in no suspicious cluster; purges those clusters from the archive."""
        from wargame.kernels.activation_clustering import cluster

        images = np.concatenate([bench.archive.images, batch.images])
        labels = np.concatenate([bench.archive.labels, batch.labels])
        report = cluster(
            bench.features(images),
            labels,
            bench.n_classes,
            bench.seed % 2**31,
            self.max_share,
            self.min_silhouette,
        )
        purge = report.suspicious[: len(bench.archive)]
        suspect = report.suspicious[len(bench.archive) :]
        total = int(report.suspicious.sum())
        return Cleaning(
            ~suspect,
            purge=purge,
            alarm=total > 0,
            text=f"{total} records lie in suspicious clusters, {int(purge.sum())} in the archive",
        )
