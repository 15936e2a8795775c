"""What is measured of a round's service: each job is one artifact, and jobs are independent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from wargame.kernels.intervals import from_scalar, mean, proportion
from wargame.pipeline import frontdoor, gallery, victim
from wargame.pipeline.access import LabelOracle, Oracle, Possessions, ScoreOracle, WhiteBox
from wargame.pipeline.attack_roles import EvasionAttack, FrontDoorAttack, QueryAttack, UploadAttack
from wargame.pipeline.context import Context, Held, hold
from wargame.pipeline.defence_roles import ServeGuard
from wargame.pipeline.frontdoor import row
from wargame.pipeline.outcome import InForce, World
from wargame.pipeline.records import Records
from wargame.pipeline.seeds import numpy_rng, torch_rng
from wargame.pipeline.serve import Service, embed, serve, watches
from wargame.pipeline.source import deal
from wargame.pool import worker_progress
from wargame.store import Arrays, Artifact, Store

if TYPE_CHECKING:
    import torch

Asked = TypeVar("Asked", bound=Oracle)

PROBES = 60


@dataclass(frozen=True, slots=True)
class Job:
    """One measurement, as plain data that can go to another process."""

    world: World
    round: int
    plays: tuple[InForce, ...]
    root: str
    weights: str
    """Store key of the released weights."""
    what: str
    """ "evaluation", "probe", "gold", "traffic", "clients", "trigger", "evade" or "query"."""
    card: InForce | None = None
    loot: Mapping[str, str] | None = None
    """Store keys of what the attacker took."""
    members: str = ""
    """Store key of honest records the model was trained on: the referee's, for a query attack."""


_stores: dict[str, Store] = {}


def share_store(store: Store) -> None:
    """Lets jobs in this process use this store object."""
    _stores[str(store.root)] = store


def run(job: Job) -> str:
    """Makes the measurement, or finds it in the store; returns its key."""
    if job.root not in _stores:
        _stores[job.root] = Store(Path(job.root))
    store = _stores[job.root]
    context = Context(job.world, job.round, hold(job.world, job.plays), store, worker_progress)
    weights = store.need(job.weights)
    service = serve(context, weights)
    loot = dict(job.loot or {})
    if job.what == "evaluation":
        return _evaluation(service).key
    if job.what == "probe":
        return _probe(service).key
    if job.what == "gold":
        return _gold(service).key
    if job.what == "traffic":
        return frontdoor.observe(context, service.passes).key
    if job.what == "clients":
        return _clients(service).key
    if job.card is None:
        raise ValueError(f"{job.what} needs a card")
    held = hold(job.world, (job.card,))[0]
    if job.what == "query":
        members = store.need(job.members)
        return _query(service, held, loot, members).key
    return {"trigger": _trigger, "evade": _evade}[job.what](service, held, loot).key


def members(context: Context, seen: Records, seen_id: str) -> Artifact:
    """Honest records among those trained on, at most `attacked`: arrays images, labels."""

    def work() -> tuple[Arrays, Mapping[str, Any]]:
        honest = np.flatnonzero(~seen.planted)
        count = min(context.setting("attacked"), len(honest))
        rng = numpy_rng(context.world.seed, "members", context.round)
        at = np.sort(rng.choice(honest, count, replace=False))
        return {"images": seen.images[at], "labels": seen.labels[at]}, {}

    return context.make("members", [seen_id, context.round], work)


def _evaluation(service: Service) -> Artifact:
    def work() -> tuple[Arrays, Mapping[str, Any]]:
        images, labels = deal(service.context.world).evaluation
        answers = service.answer(victim.to_tensor(images), "evaluation").numpy()
        served = ~np.isnan(answers[:, 0])
        said = np.where(served, np.nan_to_num(answers).argmax(1), -1)
        right = said == labels
        rows = {
            "clean_accuracy": row(proportion(int(right.sum()), int(served.sum())), "share"),
            "honest_refused": row(proportion(int((~served).sum()), len(served)), "share"),
        }
        classes = [
            [name, int(right[labels == at].sum()), int((labels == at).sum())]
            for at, name in enumerate(deal(service.context.world).class_names)
        ]
        return gallery.sample(images, labels, said), {
            "measures": rows,
            "classes": classes,
            "seen": service.seen(),
        }

    return service.context.make("evaluation", [service.identity], work)


def _clients(service: Service) -> Artifact:
    """Honest drones, each with its own tiles, meet the quotas and monitors."""
    context = service.context

    def work() -> tuple[Arrays, Mapping[str, Any]]:
        images, _ = deal(context.world).evaluation
        natural = embed(victim.to_tensor(images))
        rng = numpy_rng(context.world.seed, "clients", context.round)
        wanted, refused = frontdoor.demand(context), 0
        blocked: Counter[str] = Counter()
        for count in wanted.tolist():
            desk = service.desk(1)
            own = np.resize(rng.permutation(len(natural)), count)
            refused += count - desk.passes(natural[own])
            blocked.update(desk.blocked)
        rows = {"clients_refused": row(proportion(refused, int(wanted.sum())), "share")}
        for name, guard in service.guards:
            if watches(guard):
                share = proportion(blocked[name], len(wanted))
                rows[f"{name}.honest_blocked"] = row(share, "share")
        seen = {"asked": 0, "flagged": {}, "blocked": dict(blocked)}
        return {}, {"measures": rows, "seen": seen}

    guards = context.identities(ServeGuard)
    return context.make("clients", [guards, context.round], work)


def _oracle(service: Service, kind: type[Asked], purpose: str) -> Asked:
    context = service.context
    stolen = context.setting("stolen_keys") if context.playing(FrontDoorAttack) else 0
    unauthorized = any(held.name == "unauthorized_api" for held in context.held)
    verified = any(guard.verifies_keys() for _, guard in service.guards)
    keys = 1 + (stolen if unauthorized and not verified else 0)
    tiles = deal(context.world)
    return kind(service.caller(purpose, keys), tiles.n_classes, tiles.image_shape)


def _door(service: Service) -> list[str]:
    """What of the front door changes an oracle's quota."""
    return service.context.identities(FrontDoorAttack)


def _probe(service: Service) -> Artifact:
    def work() -> tuple[Arrays, Mapping[str, Any]]:
        images, labels = deal(service.context.world).own
        oracle = _oracle(service, LabelOracle, "probe")
        said = oracle.labels(victim.to_tensor(images[:PROBES])).numpy()
        asked = said >= 0
        right = (said == labels[:PROBES]) & asked
        estimate = proportion(int(right.sum()), int(asked.sum()))
        facts = {"refused": int((~asked).sum()), "seen": service.seen()}
        return {}, {"probe": row(estimate, "share"), **facts}

    return service.context.make("probe", [service.identity, _door(service)], work)


def _gold(service: Service) -> Artifact:
    def work() -> tuple[Arrays, Mapping[str, Any]]:
        gold = deal(service.context.world).gold_held
        said = service.model(victim.to_tensor(gold.images)).argmax(1).numpy()
        estimate = proportion(int((said == gold.labels).sum()), len(gold))
        return {}, {"gold": row(estimate, "share")}

    return service.context.make("gold", [service.weights.content], work)


def _trigger(service: Service, held: Held, _loot: Mapping[str, str]) -> Artifact:
    from wargame.kernels.trigger import stamp

    def work() -> tuple[Arrays, Mapping[str, Any]]:
        tiles = deal(service.context.world)
        card = held.card
        planted = card.trigger(tiles.image_shape) if isinstance(card, UploadAttack) else None
        if planted is None:
            raise ValueError(f"{held.name} plants no trigger")
        spec, target = planted
        images, labels = tiles.evaluation
        images, labels = images[labels != target], labels[labels != target]
        stamped = stamp(images, spec)
        plain = service.answer(victim.to_tensor(images), "trigger/plain", sent=False)
        answers = service.answer(victim.to_tensor(stamped), "trigger").numpy()
        said = np.where(np.isnan(answers[:, 0]), -1, np.nan_to_num(answers).argmax(1))
        before = plain.nan_to_num().argmax(1).numpy()
        hit, already = int((said == target).sum()), int((before == target).sum())
        rows = {
            f"{held.name}.trigger_success": row(proportion(hit, len(labels)), "share"),
            f"{held.name}.target_without_trigger": row(proportion(already, len(labels)), "share"),
        }
        facts = {"measures": rows, "seen": service.seen()}
        return gallery.fooled(images, stamped, labels, before, said), facts

    return service.context.make("trigger", [service.identity, held.identity], work)


def _stolen(service: Service, loot: Mapping[str, str]) -> Artifact | None:
    for name in ("checkpoint", "copy"):
        if name in loot:
            return service.context.store.need(loot[name])
    return None


def _possessions(service: Service, loot: Artifact | None = None) -> Possessions:
    import torch

    images, labels = deal(service.context.world).own
    rest = victim.to_tensor(images[PROBES:]), torch.from_numpy(labels[PROBES:])
    arrays = {} if loot is None else loot.arrays
    return Possessions(*rest, arrays, service.context.setting("steps"))


def _evade(service: Service, held: Held, loot: Mapping[str, str]) -> Artifact:
    import torch

    context = service.context
    card = held.card
    if not isinstance(card, EvasionAttack):
        raise TypeError(f"{held.name} is no evasion attack")
    stolen = _stolen(service, loot) if card.needs == "white-box" else None
    source = None if stolen is None else stolen.content
    inputs = [service.identity, held.identity, source, _door(service), context.round]

    def work() -> tuple[Arrays, Mapping[str, Any]]:
        images, labels = deal(context.world).evaluation
        count = min(context.setting("attacked"), len(labels))
        x, y = victim.to_tensor(images[:count]), torch.from_numpy(labels[:count])
        access: WhiteBox | ScoreOracle | LabelOracle
        if card.needs == "white-box":
            if stolen is None:
                raise ValueError("no weights were stolen")
            access = WhiteBox(victim.load(context, stolen), victim.family(context).features)
        else:
            kind = ScoreOracle if card.needs == "api-score" else LabelOracle
            access = _oracle(service, kind, held.name)
        generator = torch_rng(context.world.seed, "evade", held.name, context.round)
        context.progress(held.name, 0, 1)
        adversarial = card.evade(access, x, y, _possessions(service), generator)
        asked = access.asked - access.refused if isinstance(access, Oracle) else 0
        return _evaded(service, held.name, (x, y), adversarial, generator, asked)

    return context.make("evade", inputs, work)


def _evaded(
    service: Service,
    name: str,
    clean: tuple[torch.Tensor, torch.Tensor],
    adversarial: torch.Tensor,
    generator: torch.Generator,
    asked: int,
) -> tuple[Arrays, Mapping[str, Any]]:
    import torch

    x, y = clean
    adversarial = adversarial.clamp(0, 1).mul(255).round().div(255)
    moved = adversarial - x
    # The same size of change at random: what the attack must beat.
    signs = torch.randint(0, 2, x.shape, generator=generator) * 2 - 1
    noisy = (x + signs * moved.abs().amax((1, 2, 3), keepdim=True)).clamp(0, 1)

    def said(inputs: torch.Tensor, what: str) -> torch.Tensor:
        answers = service.answer(inputs, f"{name}/{what}", sent=what == "adversarial")
        return torch.where(torch.isnan(answers[:, 0]), -1, answers.nan_to_num().argmax(1))

    before, after, noise = said(x, "clean"), said(adversarial, "adversarial"), said(noisy, "noise")
    right = before == y
    total = int(right.sum())
    # A refused request was not fooled; what refusals cost is in honest_refused.
    withstood = (after == y) | (after < 0)
    norm = moved.flatten(1).norm(dim=1).numpy()
    rows = {
        "accuracy_under_attack": row(proportion(int(withstood.sum()), len(y)), "share"),
        "fooled": row(proportion(int((right & ~withstood).sum()), total), "share"),
        "noise_fooled": row(
            proportion(int((right & (noise != y) & (noise >= 0)).sum()), total), "share"
        ),
        "l2": row(mean(norm), "l2"),
    }
    if asked:
        rows["queries"] = row(from_scalar(asked), "count")
    tiles = gallery.fooled(
        victim.to_images(x),
        victim.to_images(adversarial),
        y.numpy(),
        before.numpy(),
        after.numpy(),
    )
    measures = {f"{name}.{what}": values for what, values in rows.items()}
    return tiles, {"measures": measures, "seen": service.seen()}


def _query(service: Service, held: Held, loot: Mapping[str, str], members: Artifact) -> Artifact:
    from wargame.pipeline import inquiry

    card = held.card
    if not isinstance(card, QueryAttack):
        raise TypeError(f"{held.name} is no query attack")
    before = service.context.store.need(loot[held.name]) if held.name in loot else None
    inputs = [
        service.identity,
        held.identity,
        None if before is None else before.content,
        _door(service),
        members.content,
        service.context.round,
    ]
    oracle = _oracle(service, ScoreOracle, held.name)
    own = _possessions(service, before)
    return service.context.make(
        "query", inputs, lambda: inquiry.conduct(service, held.name, card, oracle, own, members)
    )
