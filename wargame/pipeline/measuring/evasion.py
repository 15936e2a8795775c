"""Evasion: adversarial tiles are made with what the attacker has, and sent to the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wargame.kernels.intervals import from_scalar, mean, proportion
from wargame.pipeline import gallery, victim
from wargame.pipeline.access import LabelOracle, Oracle, ScoreOracle, WhiteBox, top_labels
from wargame.pipeline.attack_roles import EvasionAttack
from wargame.pipeline.facts import row
from wargame.pipeline.loot import weights
from wargame.pipeline.measuring.job import Scene
from wargame.pipeline.measuring.oracle import lenders, oracle, possessions
from wargame.pipeline.seeds import torch_rng
from wargame.pipeline.serve import Service
from wargame.pipeline.source import deal
from wargame.pipeline.tensors import to_images, to_tensor
from wargame.store import Arrays, Artifact

if TYPE_CHECKING:
    import torch


def measure(scene: Scene) -> Artifact:
    """Accuracy under the attack, and what noise of the same size would have done."""
    context, held = scene.context, scene.held
    card = held.card
    if not isinstance(card, EvasionAttack):
        raise TypeError(f"{held.name} is no evasion attack")
    stolen = weights(context, scene.loot) if card.needs == "white-box" else None
    source = None if stolen is None else stolen.content
    inputs = [scene.service.identity, held.identity, source, lenders(scene), context.round]
    return context.make("evade", inputs, lambda: _evade(scene, held.name, card, stolen))


def _evade(
    scene: Scene, name: str, card: EvasionAttack, stolen: Artifact | None
) -> tuple[Arrays, Mapping[str, Any]]:
    import torch

    context = scene.context
    images, labels = deal(context.world).evaluation
    count = min(context.setting("attacked"), len(labels))
    x, y = to_tensor(images[:count]), torch.from_numpy(labels[:count])
    access = _access(scene, name, card.needs, stolen)
    generator = torch_rng(context.world.seed, "evade", name, context.round)
    context.progress(name, 0, 1)
    adversarial = card.evade(access, x, y, possessions(scene), generator)
    adversarial = adversarial.clamp(0, 1).mul(255).round().div(255)
    moved = adversarial - x
    # The same size of change at random: what the attack must beat.
    signs = torch.randint(0, 2, x.shape, generator=generator) * 2 - 1
    noisy = (x + signs * moved.abs().amax((1, 2, 3), keepdim=True)).clamp(0, 1)
    before, after, noise = _said(scene.service, name, x, adversarial, noisy)
    rows = _rows(y, before, after, noise)
    rows["l2"] = row(mean(moved.flatten(1).norm(dim=1).numpy()), "l2")
    asked = access.asked - access.refused if isinstance(access, Oracle) else 0
    if asked:
        rows["queries"] = row(from_scalar(asked), "count")
    measures = {f"{name}.{what}": values for what, values in rows.items()}
    strip = gallery.fooled(
        to_images(x), to_images(adversarial), y.numpy(), before.numpy(), after.numpy()
    )
    return strip, {"measures": measures, "seen": scene.service.seen()}


def _access(
    scene: Scene, name: str, needs: str, stolen: Artifact | None
) -> WhiteBox | ScoreOracle | LabelOracle:
    if needs != "white-box":
        return oracle(scene, ScoreOracle if needs == "api-score" else LabelOracle, name)
    if stolen is None:
        raise ValueError("no weights were stolen")
    return WhiteBox(victim.load(scene.context, stolen), victim.family(scene.context).features)


def _said(
    service: Service, name: str, clean: torch.Tensor, adversarial: torch.Tensor, noisy: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Labels (n,) for each; only the adversarial tiles are really sent."""
    before = service.answer(clean, f"{name}/clean", sent=False)
    after = service.answer(adversarial, f"{name}/adversarial")
    noise = service.answer(noisy, f"{name}/noise", sent=False)
    return top_labels(before), top_labels(after), top_labels(noise)


def _rows(
    y: torch.Tensor, before: torch.Tensor, after: torch.Tensor, noise: torch.Tensor
) -> dict[str, list[Any]]:
    right = before == y
    # A refused request was not fooled; what refusals cost is in honest_refused.
    withstood = (after == y) | (after < 0)
    misread = (noise != y) & (noise >= 0)
    total = int(right.sum())
    return {
        "accuracy_under_attack": row(proportion(int(withstood.sum()), len(y))),
        "fooled": row(proportion(int((right & ~withstood).sum()), total)),
        "noise_fooled": row(proportion(int((right & misread).sum()), total)),
    }
