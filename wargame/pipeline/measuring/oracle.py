"""What an attack on the service is handed: an oracle under its keys, and what it owns."""

from __future__ import annotations

from typing import TypeVar

from wargame.pipeline.access import Oracle, Possessions
from wargame.pipeline.attack_roles import FrontDoorAttack
from wargame.pipeline.measuring.job import Scene
from wargame.pipeline.source import deal
from wargame.pipeline.tensors import to_tensor
from wargame.store import Artifact

Asked = TypeVar("Asked", bound=Oracle)

PROBES = 60
"""Of the attacker's own tiles, those it keeps to probe the service with; half where it has few."""


def oracle(scene: Scene, kind: type[Asked], purpose: str) -> Asked:
    """The service as this attacker meets it."""
    tiles = deal(scene.context.world)
    caller = scene.service.caller(purpose, 1 + _borrowed_keys(scene))
    return kind(caller, tiles.n_classes, tiles.image_shape)


def _borrowed_keys(scene: Scene) -> int:
    lent = any(attack.lends_keys for _, attack in scene.context.playing(FrontDoorAttack))
    verified = any(guard.verifies_keys() for _, guard in scene.service.guards)
    return int(scene.context.setting("stolen_keys")) if lent and not verified else 0


def lenders(scene: Scene) -> list[str]:
    """What of the front door changes an oracle's quota, for keys."""
    return scene.context.identities(FrontDoorAttack)


def probes(own: int) -> int:
    """How many of so many own tiles are kept for probing."""
    return min(PROBES, own // 2)


def possessions(scene: Scene, loot: Artifact | None = None) -> Possessions:
    """The attacker's own tiles, and what it took before."""
    import torch

    images, labels = deal(scene.context.world).own
    kept = probes(len(labels))
    rest = to_tensor(images[kept:]), torch.from_numpy(labels[kept:])
    arrays = {} if loot is None else loot.arrays
    return Possessions(*rest, arrays, scene.context.setting("steps"))
