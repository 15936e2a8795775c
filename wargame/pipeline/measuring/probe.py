"""The probe: what the attacker learns of the service's worth by asking it its own tiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wargame.kernels.intervals import proportion
from wargame.pipeline.access import LabelOracle
from wargame.pipeline.facts import row
from wargame.pipeline.measuring.job import Scene
from wargame.pipeline.measuring.oracle import lenders, oracle, probes
from wargame.pipeline.source import deal
from wargame.pipeline.tensors import to_tensor
from wargame.store import Arrays, Artifact


def measure(scene: Scene) -> Artifact:
    """Share of the attacker's first tiles read right, of those that were answered."""

    def work() -> tuple[Arrays, Mapping[str, Any]]:
        images, labels = deal(scene.context.world).own
        kept = probes(len(labels))
        asked = oracle(scene, LabelOracle, "probe")
        said = asked.labels(to_tensor(images[:kept])).numpy()
        right = int((said == labels[:kept]).sum())
        found = row(proportion(right, int((said >= 0).sum())))
        return {}, {"probe": found, "seen": scene.service.seen()}

    return scene.context.make("probe", [scene.service.identity, lenders(scene)], work)
