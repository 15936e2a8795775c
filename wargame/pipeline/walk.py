"""The walk of one round over the seven stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from wargame.pipeline import (
    collect,
    gallery,
    measure,
    preprocess,
    release,
    storage,
    transmit,
    victim,
)
from wargame.pipeline.attack_roles import EvasionAttack, QueryAttack, UploadAttack
from wargame.pipeline.context import Context
from wargame.pipeline.defence_roles import BatchCheck, Cleaner, ServeGuard
from wargame.pipeline.outcome import InForce, Outcome
from wargame.pipeline.records import Records
from wargame.pipeline.serve import watches
from wargame.pipeline.source import deal
from wargame.pipeline.storage import Shelf
from wargame.pipeline.tally import Tally
from wargame.pool import Pool
from wargame.stages import Access, Strength
from wargame.store import Artifact

COPY_GOOD_ENOUGH = 0.6
"""Agreement from which a stolen copy serves as a stand-in for the weights."""


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
        self, context: Context, carry: Mapping[str, Any], plays: tuple[InForce, ...], pool: Pool
    ) -> None:
        self.context = context
        self.plays = plays
        self.pool = pool
        self.shelf: Shelf = list(carry["shelf"])
        self.before = carry["model"]
        self.loot: dict[str, str] = dict(carry["loot"])
        self.triggers: list[dict[str, Any]] = list(carry["triggers"])
        self.past = list(carry["past"])
        self.tally = Tally(context)
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
            measures=self.tally.measures,
            readings=self.tally.readings(),
            grants=self._grants(),
            pictures=tuple(sorted(self.tally.pictures, key=lambda item: item.card == "service")),
            events=tuple(self.tally.events),
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
        self.tally.gathered(uploaded, arrived, batch, model)
        for held, card in context.playing(UploadAttack):
            if card.trigger(deal(context.world).image_shape) is not None:
                self._remember_trigger(held.play)
            self._picture(uploaded, held.name, "what was uploaded")
        for held, _ in context.playing(Cleaner):
            self._picture(batch, held.name, "what it doubted: the label sent, and what it thinks")
        self.kept = self.shelf
        self.batch = batch
        self.shelf = storage.appended(self.shelf, batch)

    def _picture(self, source: Artifact, card: str, caption: str) -> None:
        tiles = gallery.unpacked(self.context, source, card)
        if tiles is not None:
            self.tally.picture(card, tiles, caption)

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
            if not self._accepts(held.name, check, self.batch, models):
                self.shelf, chosen = self.kept, without
        self.tally.read_back(chosen.read, chosen.seen)
        self.tally.trained(chosen.weights, cost)
        if self.context.playing(QueryAttack):
            found = measure.members(self.context, chosen.seen, chosen.identity)
            self.members = found.key
        return chosen.weights

    def _accepts(
        self, name: str, check: BatchCheck, batch: Artifact, models: tuple[Artifact, Artifact]
    ) -> bool:
        vetted = deal(self.context.world).vetted
        before, after = (
            float((victim.probs(self.context, m, vetted.images).argmax(1) == vetted.labels).mean())
            for m in models
        )
        accepted = check.accept(before, after, len(vetted))
        self.tally.compared(name, batch, (before, after), len(vetted), accepted=accepted)
        return accepted

    def _trained(self, shelf: Shelf) -> _Trained:
        records = storage.archive(self.context, shelf)
        # The model learns from the newest records only: old poison fades, new poison tells.
        records = records.take(np.arange(len(records))[-self.context.setting("window") :])
        read, seen = storage.read_back(self.context, records, storage.identity(shelf))
        content = repr([storage.identity(shelf), read.content if read.arrays else ""])
        return _Trained(victim.train(self.context, seen, content), read, seen, content)

    def _release(self, weights: Artifact) -> None:
        offered = release.offered(self.context, weights)
        if offered is not None:
            self.tally.released(offered)
        stolen = release.stolen(self.context, weights)
        if stolen is not None:
            self.tally.stolen(stolen)
            if stolen.facts["read"]:
                self.loot["checkpoint"] = stolen.key

    def _measure(self, weights: Artifact) -> None:
        jobs = self._jobs(weights)
        measure.share_store(self.context.store)
        keys = self.pool.map(measure.run, jobs, self.context.progress)
        for job, key in zip(jobs, keys, strict=True):
            found = self.context.store.need(key)
            self.tally.measured(job, found)
            if job.what == "query" and job.card is not None:
                self._bring_home(job.card.card, found)
        self.tally.close()

    def _jobs(self, weights: Artifact) -> list[measure.Job]:
        context = self.context

        def job(what: str, card: InForce | None = None) -> measure.Job:
            root = str(context.store.root)
            return measure.Job(
                context.world,
                context.round,
                self.plays,
                root,
                weights.key,
                what,
                card,
                self.loot,
                self.members,
            )

        jobs = [job("evaluation"), job("traffic"), job("probe")]
        if any(watches(guard) for _, guard in context.playing(ServeGuard)):
            jobs.append(job("clients"))
        if any(held.name == "gold_set" for held in context.held):
            jobs.append(job("gold"))
        jobs += [
            job("trigger", InForce(t["card"], Strength(t["strength"]), t["since"]))
            for t in self.triggers
        ]
        has_weights = bool({"checkpoint", "copy"} & self.loot.keys())
        for held, attack in context.playing(EvasionAttack):
            if attack.needs != "white-box" or has_weights:
                jobs.append(job("evade", held.play))
        jobs += [job("query", held.play) for held, _ in context.playing(QueryAttack)]
        return jobs

    def _bring_home(self, name: str, found: Artifact) -> None:
        """Keeps what a query attack learned for its next round, and a copy good enough to use."""
        context = self.context

        def part(prefix: str) -> dict[str, Any]:
            return {
                key.removeprefix(prefix): value
                for key, value in found.arrays.items()
                if key.startswith(prefix)
            }

        if loot := part("loot."):
            kept = context.make("loot", [found.content, "loot"], lambda: (loot, {}))
            self.loot[name] = kept.key
        agreement = found.facts["measures"].get(f"{name}.agreement")
        if agreement and agreement[0] >= COPY_GOOD_ENOUGH and (copy := part("weights.")):
            kept = context.make("loot", [found.content, "copy"], lambda: (copy, {}))
            self.loot["copy"] = kept.key

    def _grants(self) -> tuple[Access, ...]:
        held = {"checkpoint", "copy"} & self.loot.keys()
        return (Access.WHITE_BOX,) if held else ()
