"""The walk of one round over the seven stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from wargame.pipeline import (
    collect,
    gallery,
    loot,
    preprocess,
    release,
    storage,
    transmit,
    victim,
)
from wargame.pipeline.attack_roles import QueryAttack, UploadAttack
from wargame.pipeline.context import Context, Held
from wargame.pipeline.defence_roles import BatchCheck, Cleaner
from wargame.pipeline.measuring import run
from wargame.pipeline.measuring.due import due
from wargame.pipeline.measuring.job import Job, Task
from wargame.pipeline.measuring.query import trained_on
from wargame.pipeline.outcome import InForce, Outcome
from wargame.pipeline.records import Records
from wargame.pipeline.source import deal
from wargame.pipeline.storage import Shelf
from wargame.pipeline.tally import gathering, releasing, training, uploads
from wargame.pipeline.tally.ledger import Ledger
from wargame.pipeline.tally.serving import ServiceLog
from wargame.pipeline.train import train
from wargame.pool import Pool
from wargame.stages import Access, Strength
from wargame.store import Artifact


@dataclass(frozen=True, slots=True, eq=False)
class _Trained:
    """A model and what it was trained on."""

    weights: Artifact
    read: Artifact
    seen: Records
    identity: str


class Walk:
    """Makes what the stages make, in order, and tallies what was measured."""

    def __init__(
        self,
        context: Context,
        carry: Mapping[str, Any],
        plays: tuple[InForce, ...],
        pool: Pool,
        opening: Callable[[], Outcome],
    ) -> None:
        self.context = context
        self.plays = plays
        self.pool = pool
        self.opening = opening
        self.shelf: Shelf = list(carry["shelf"])
        self.before = carry["model"]
        self.loot: dict[str, str] = dict(carry["loot"])
        self.triggers: list[dict[str, Any]] = list(carry["triggers"])
        self.past = list(carry["past"])
        self.ledger = Ledger(context)
        self.kept = self.shelf
        self.members = ""
        self.batch: Artifact | None = None

    def run(self) -> Outcome:
        """The round."""
        if self.context.round > 0:
            self._gather()
            self.past = [*self.past, [asdict(play) for play in self.plays]]
        weights = self._train()
        self._release(weights)
        self._measure(weights)
        return Outcome(
            round=self.context.round,
            measures=self.ledger.measures,
            readings=self.ledger.readings,
            grants=(Access.WHITE_BOX,) if loot.opens_white_box(self.loot) else (),
            pictures=tuple(sorted(self.ledger.pictures, key=lambda item: item.card == "service")),
            events=tuple(self.ledger.events),
            carry={
                "shelf": self.shelf,
                "model": weights.key,
                "loot": self.loot,
                "triggers": self.triggers,
                "past": self.past,
            },
        )

    def _gather(self) -> None:
        """Collect, transmit, preprocess: the shelf grows by what passes."""
        context = self.context
        uploaded = collect.uploads(context)
        arrived = transmit.delivered(context, uploaded)
        archive = storage.archive(context, self.shelf)
        model = context.store.need(self.before)
        batch = preprocess.cleaned(context, arrived, archive, storage.identity(self.shelf), model)
        purge = batch.arrays["purge"].astype(np.bool_)
        self.shelf = storage.purged(context, self.shelf, purge)
        gathering.intake(self.ledger, arrived, batch)
        gathering.link(self.ledger, arrived, batch)
        uploads.scaled(self.ledger, uploaded, batch, model)
        uploads.sham(self.ledger, batch)
        gathering.checks(self.ledger, batch)
        self._pictures(uploaded, batch)
        for held, card in context.playing(UploadAttack):
            if card.trigger(deal(context.world).image_shape) is not None:
                self._remember_trigger(held.play)
        self.kept = self.shelf
        self.batch = batch
        self.shelf = storage.appended(self.shelf, batch)

    def _pictures(self, uploaded: Artifact, batch: Artifact) -> None:
        for role, source, caption in (
            (UploadAttack, uploaded, "what was uploaded"),
            (Cleaner, batch, "what it doubted: the label sent, and what it thinks"),
        ):
            for held, _ in self.context.playing(role):
                tiles = gallery.unpacked(self.context, source, held.name)
                if tiles is not None:
                    self.ledger.picture(held.name, tiles, caption)

    def _remember_trigger(self, play: InForce) -> None:
        others = [item for item in self.triggers if item["card"] != play.card]
        since = min(
            [item["since"] for item in self.triggers if item["card"] == play.card] or [play.since]
        )
        self.triggers = [*others, {**asdict(play), "since": since}]

    def _train(self) -> Artifact:
        chosen = self._trained(self.shelf)
        cost = float(chosen.weights.facts["passes"])
        checks = self.context.playing(BatchCheck)
        if self.batch is not None and checks:
            # The comparison needs a second model, and pays for it.
            without = self._trained(self.kept)
            cost += float(without.weights.facts["passes"])
            held, check = checks[0]
            models = (without.weights, chosen.weights)
            if not self._accepts(held, check, self.batch, models):
                self.shelf, chosen = self.kept, without
        training.read_back(self.ledger, chosen.read, chosen.seen)
        training.trained(self.ledger, chosen.weights, cost)
        if self.context.playing(QueryAttack):
            self.members = trained_on(self.context, chosen.seen, chosen.identity).key
        return chosen.weights

    def _accepts(
        self, held: Held, check: BatchCheck, batch: Artifact, models: tuple[Artifact, Artifact]
    ) -> bool:
        before, after = (victim.vetted_right(self.context, weights) for weights in models)
        n = int(before.facts["n"])
        shares = (float(before.facts["share"]), float(after.facts["share"]))
        accepted = check.accept(*shares, n)
        training.compared(self.ledger, held, batch, shares, n, accepted=accepted)
        return accepted

    def _trained(self, shelf: Shelf) -> _Trained:
        records = storage.archive(self.context, shelf)
        # The model learns from the newest records only: old poison fades, new poison tells.
        records = records.take(np.arange(len(records))[-self.context.setting("window") :])
        read, seen = storage.read_back(self.context, records, storage.identity(shelf))
        content = repr([storage.identity(shelf), read.content if read.arrays else ""])
        return _Trained(train(self.context, seen, content), read, seen, content)

    def _release(self, weights: Artifact) -> None:
        offered = release.offered(self.context, weights)
        if offered is not None:
            releasing.released(self.ledger, offered)
        stolen = release.stolen(self.context, weights)
        if stolen is not None:
            releasing.stolen(self.ledger, stolen)
            if stolen.arrays:
                self.loot[loot.CHECKPOINT] = stolen.key

    def _measure(self, weights: Artifact) -> None:
        context = self.context
        plain = Job(
            context.world,
            context.round,
            self.plays,
            context.store.address,
            weights.key,
            loot=dict(self.loot),
            members=self.members,
        )
        triggers = [InForce(t["card"], Strength(t["strength"]), t["since"]) for t in self.triggers]
        jobs = due(context, plain, triggers)
        run.share_store(context.store)
        keys = self.pool.map(run.run, jobs, context.progress)
        log = ServiceLog(self.ledger, self.opening)
        for job, key in zip(jobs, keys, strict=True):
            found = context.store.need(key)
            log.measured(job, found)
            if job.task is Task.QUERY and job.card is not None:
                self.loot |= loot.brought_home(context, job.card.card, found)
        log.close()
