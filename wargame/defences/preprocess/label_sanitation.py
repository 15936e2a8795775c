"""Label sanitation: a record's neighbours in feature space vote on its label."""

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


class LabelSanitation(Cleaner):
    """k-NN sanitation (Paudice 2018) in the last model's feature space."""

    name: ClassVar[str] = "label_sanitation"
    title: ClassVar[str] = "Label sanitation"
    stage: ClassVar[Stage] = Stage.PREPROCESS
    kind: ClassVar[Kind] = Kind.DETECTION
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    lasts: ClassVar[tuple[int, int, int]] = (3, 3, 3)
    source: ClassVar[str] = "S2 3.1(1)"
    atlas: ClassVar[str | None] = "AML.M0007"
    summary: ClassVar[str] = "Neighbours vote on each new label: relabels, and drops the doubtful"
    text: ClassVar[str] = (
        "The last model turns each new tile into features; the nearest tiles in the archive say "
        "what such a tile is usually called. Where most of them agree on another label the tile "
        "is relabelled, and where hardly any shares its label it is dropped. Flipped labels "
        "stand out because the tile itself is genuine and lies among its true class. The vote is "
        "no better than the features and the archive: tiles at the border of two classes are "
        "changed or lost without need, a clean-label attack passes, and an archive that is "
        "poisoned already votes for the poison."
    )
    counters: ClassVar[tuple[str, ...]] = (
        "label_flip",
        "backdoor",
        "fake_node",
        "drift_poison",
        "tamper",
    )
    measured_by: ClassVar[tuple[str, ...]] = (
        "honest_dropped",
        "planted_dropped",
        "honest_relabelled",
        "planted_relabelled",
    )
    instruments: ClassVar[tuple[str, ...]] = ("label_sanitation.changed",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"relabel_from": 0.9, "drop_from": 1.0},
        Strength.MEDIUM: {"relabel_from": 0.75, "drop_from": 0.95},
        Strength.HEAVY: {"relabel_from": 0.7, "drop_from": 0.7},
    }

    neighbours: int = Field(15, ge=1, le=200, description="archive tiles that vote")
    relabel_from: float = Field(0.7, gt=0, le=1, description="share that must agree to relabel")
    drop_from: float = Field(0.9, gt=0, le=1, description="share of other labels that drops")

    def clean(self, batch: Records, bench: Bench) -> Cleaning:
        """The batch with labels corrected; the doubtful rest is dropped."""
        from wargame.kernels.neighbours import knn_disagreement, relabel

        everything = np.ones(len(batch), np.bool_)
        votes = min(self.neighbours, len(bench.archive))
        if not votes or not len(batch):
            return Cleaning(everything)
        known, new = bench.features(bench.archive.images), bench.features(batch.images)
        voted = relabel(
            known, bench.archive.labels, new, batch.labels, votes, min_share=self.relabel_from
        )
        doubt = knn_disagreement(known, bench.archive.labels, new, batch.labels, votes)
        dropped = (doubt >= self.drop_from) & ~voted.changed
        changed = int(voted.changed.sum() + dropped.sum())
        return Cleaning(
            ~dropped,
            labels=voted.labels,
            # A third is more than honest border cases explain.
            alarm=changed > len(batch) / 3,
            text=f"{int(voted.changed.sum())} records relabelled, {int(dropped.sum())} dropped",
        )
