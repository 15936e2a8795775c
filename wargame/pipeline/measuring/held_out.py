"""The defender's own test: its vetted tiles that no model was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wargame.kernels.intervals import proportion
from wargame.pipeline.facts import row
from wargame.pipeline.measuring.job import Scene
from wargame.pipeline.source import deal
from wargame.pipeline.tensors import to_tensor
from wargame.store import Arrays, Artifact


def measure(scene: Scene) -> Artifact:
    """Share of the held-out tiles that the bare model reads right."""
    service = scene.service

    def work() -> tuple[Arrays, Mapping[str, Any]]:
        tiles = deal(scene.context.world).gold_held
        said = service.model(to_tensor(tiles.images)).argmax(1).numpy()
        right = proportion(int((said == tiles.labels).sum()), len(tiles))
        return {}, {"held_out": row(right)}

    return scene.context.make("held-out", [service.weights.content], work)
