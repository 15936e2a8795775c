"""A backdoor's success: tiles with its trigger, sent to the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wargame.kernels.intervals import proportion
from wargame.pipeline import gallery
from wargame.pipeline.access import top_labels
from wargame.pipeline.attack_roles import UploadAttack
from wargame.pipeline.facts import row
from wargame.pipeline.measuring.job import Scene
from wargame.pipeline.source import deal
from wargame.pipeline.tensors import to_tensor
from wargame.store import Arrays, Artifact


def measure(scene: Scene) -> Artifact:
    """Share of other classes' tiles read as the target, with the trigger and without."""
    service, held, tiles = scene.service, scene.held, deal(scene.context.world)
    card = held.card
    planted = card.trigger(tiles.image_shape) if isinstance(card, UploadAttack) else None
    if planted is None:
        raise ValueError(f"{held.name} plants no trigger")
    spec, target = planted

    def work() -> tuple[Arrays, Mapping[str, Any]]:
        from wargame.kernels.trigger import stamp

        images, labels = tiles.evaluation
        images, labels = images[labels != target], labels[labels != target]
        stamped = stamp(images, spec)
        plain = service.answer(to_tensor(images), "trigger/plain", sent=False)
        before = plain.nan_to_num().argmax(1).numpy()
        said = top_labels(service.answer(to_tensor(stamped), "trigger")).numpy()
        hit, already = int((said == target).sum()), int((before == target).sum())
        rows = {
            f"{held.name}.trigger_success": row(proportion(hit, len(labels))),
            f"{held.name}.target_without_trigger": row(proportion(already, len(labels))),
        }
        facts = {"measures": rows, "seen": service.seen()}
        return gallery.fooled(images, stamped, labels, before, said), facts

    return scene.context.make("trigger", [service.identity, held.identity], work)
