"""The evaluation: how well the service reads honest tiles, and how many it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wargame.kernels.intervals import proportion
from wargame.pipeline import gallery
from wargame.pipeline.access import top_labels
from wargame.pipeline.facts import row
from wargame.pipeline.measuring.job import Scene
from wargame.pipeline.source import deal
from wargame.pipeline.tensors import to_tensor
from wargame.store import Arrays, Artifact


def measure(scene: Scene) -> Artifact:
    """Clean accuracy and refusals over the referee's tiles; facts: also hits for each class."""
    service = scene.service

    def work() -> tuple[Arrays, Mapping[str, Any]]:
        tiles = deal(scene.context.world)
        images, labels = tiles.evaluation
        said = top_labels(service.answer(to_tensor(images), "evaluation")).numpy()
        right, served = said == labels, said >= 0
        refused = int((~served).sum())
        rows = {
            "clean_accuracy": row(proportion(int(right.sum()), int(served.sum()))),
            "honest_refused": row(proportion(refused, len(served))),
        }
        classes = [
            [name, int(right[labels == at].sum()), int((labels == at).sum())]
            for at, name in enumerate(tiles.class_names)
        ]
        facts = {"measures": rows, "classes": classes, "seen": service.seen()}
        return gallery.sample(images, labels, said), facts

    return scene.context.make("evaluation", [service.identity], work)
