"""Turns artifacts into the numbers of a round: measures for the record, readings for each side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from wargame.card import Defence
from wargame.kernels.intervals import Estimate, from_scalar, proportion
from wargame.pipeline import measure, victim
from wargame.pipeline.access import SHAM
from wargame.pipeline.context import Context
from wargame.pipeline.defence_roles import AtRestDefence, ChannelDefence, ServeGuard
from wargame.pipeline.outcome import Measure, Picture, Reading
from wargame.pipeline.records import Records
from wargame.stages import Side
from wargame.store import Artifact

KNOWN_TO_THE_ATTACKER = (
    "fooled",
    "records_exposed",
    "weights_read",
    "executed",
    "calls_served",
    "trigger_success",
    "agreement",
    "queries",
)
"""What an attack's owner sees of its own effect: what it took, or what the service told it."""


class Tally:
    """The numbers of one round, gathered as the walk goes on."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.measures: dict[str, Measure] = {}
        self.pictures: list[Picture] = []
        self.events: list[str] = []
        self._readings: dict[Side, list[Reading]] = {Side.ATTACKER: [], Side.DEFENDER: []}
        self._requests = 0.0
        self._asked = 0
        self._flagged: Counter[str] = Counter()
        self._blocked: Counter[str] = Counter()

    def readings(self) -> dict[Side, tuple[Reading, ...]]:
        """Each side's readings."""
        return {side: tuple(items) for side, items in self._readings.items()}

    def _add(self, name: str, estimate: Estimate, key: str, unit: str = "share") -> None:
        self.measures[name] = Measure(
            estimate.value, estimate.low, estimate.high, estimate.n, key, unit
        )

    def _read(
        self,
        side: Side,
        instrument: str,
        channel: str,
        estimate: Estimate,
        text: str,
        *,
        alarm: bool = False,
    ) -> None:
        self._readings[side].append(
            Reading(instrument, channel, estimate.value, estimate.low, estimate.high, alarm, text)
        )

    def _instrument(self, name: str, estimate: Estimate, text: str, *, alarm: bool) -> None:
        """A reading of a defence in force, on the channel its card names first."""
        card = next(held.card for held in self.context.held if held.name == name)
        if isinstance(card, Defence) and card.instruments:
            self._read(Side.DEFENDER, name, card.instruments[0], estimate, text, alarm=alarm)
            if alarm:
                self.events.append(f"{name}: {text}")

    def picture(self, card: str, artifact: Artifact, caption: str = "what was uploaded") -> None:
        """Tiles to look at."""
        if len(artifact.arrays.get("clean", ())):
            self.pictures.append(Picture(card, artifact.key, caption))

    def gathered(
        self, uploaded: Artifact, arrived: Artifact, batch: Artifact, model: Artifact
    ) -> None:
        """Collect, transmit and preprocess."""
        sent, stored = int(arrived.facts["sent"]), int(batch.facts["stored"])
        self._read(
            Side.DEFENDER,
            "intake",
            "records_received",
            from_scalar(sent),
            f"{sent} records were uploaded",
        )
        self._read(
            Side.DEFENDER,
            "intake",
            "records_stored",
            from_scalar(stored),
            f"{stored} records were stored",
        )
        self._link(arrived, int(batch.facts["tampered_admitted"]))
        self._scaled(uploaded, batch, model)
        self._junk(batch)
        for held in self.context.held:
            self._cleaner(held.name, batch)

    def _link(self, arrived: Artifact, accepted: int) -> None:
        facts = arrived.facts
        sent = int(facts["sent"])
        for held in self.context.held:
            exposed = facts.get(f"{held.name}.exposed", 0)
            if held.name == "sniff":
                share = proportion(exposed, sent)
                self._add("sniff.records_exposed", share, arrived.key)
                self._known("sniff.records_exposed", share)
                self.events.append(f"sniff read {exposed} of {sent} records in flight")
            if held.name == "tamper":
                tampered = facts["tampered"]
                self._add("tamper.accepted", proportion(accepted, tampered), arrived.key)
                self._add("tamper.changed", from_scalar(tampered), arrived.key, "count")
                self.events.append(f"{accepted} of {tampered} tampered records were accepted")
            if isinstance(held.card, ChannelDefence):
                self._add(f"{held.name}.overhead", from_scalar(facts["overhead"]), arrived.key)
                rejected = int(facts["rejected"])
                self._instrument(
                    held.name,
                    from_scalar(rejected),
                    f"{rejected} packets failed authentication",
                    alarm=rejected > 0,
                )

    def _cleaner(self, name: str, batch: Artifact) -> None:
        facts = batch.facts
        if f"{name}.dropped" not in facts:
            return
        dropped, planted = facts[f"{name}.dropped"], facts[f"{name}.dropped_planted"]
        honest = int(facts["arrived"]) - int(facts["planted_arrived"])
        total = dropped + facts.get(f"{name}.purged", 0)
        text = facts[f"{name}.text"] or f"{total} records dropped"
        self._instrument(name, from_scalar(total), text, alarm=bool(facts[f"{name}.alarm"]))
        self._add(f"{name}.honest_dropped", proportion(dropped - planted, honest), batch.key)
        if facts["planted_arrived"]:
            caught = proportion(planted, int(facts["planted_arrived"]))
            self._add(f"{name}.planted_dropped", caught, batch.key)
        self._changed(name, batch, honest)

    def _changed(self, name: str, batch: Artifact, honest: int) -> None:
        """What a cleaner did besides dropping: new labels, deletions in the archive."""
        facts = batch.facts
        if f"{name}.relabelled" in facts:
            planted = facts[f"{name}.relabelled_planted"]
            spoiled = proportion(facts[f"{name}.relabelled"] - planted, honest)
            self._add(f"{name}.honest_relabelled", spoiled, batch.key)
            if facts["planted_arrived"]:
                mended = proportion(planted, int(facts["planted_arrived"]))
                self._add(f"{name}.planted_relabelled", mended, batch.key)
        if f"{name}.purged" in facts:
            size, bad = facts[f"{name}.archive"]
            planted = facts[f"{name}.purged_planted"]
            lost = proportion(facts[f"{name}.purged"] - planted, size - bad)
            self._add(f"{name}.honest_purged", lost, batch.key)
            if bad:
                self._add(f"{name}.planted_purged", proportion(planted, bad), batch.key)

    def _junk(self, batch: Artifact) -> None:
        """How much of what is stored comes from drones that do not exist."""
        if not any(held.name == "fake_node" for held in self.context.held):
            return
        senders = batch.arrays["senders"]
        junk = proportion(int((senders >= SHAM).sum()), len(senders))
        self._add("fake_node.junk_stored", junk, batch.key)
        self.events.append(f"{junk.value:.0%} of what was stored came from drones that never flew")

    def _scaled(self, uploaded: Artifact, batch: Artifact, model: Artifact) -> None:
        """How many scaled captures the last model reads as what they hide."""
        if not any(held.name == "scaling_attack" for held in self.context.held):
            return
        sent = Records.from_arrays(uploaded.arrays)
        stored = Records.from_arrays(batch.arrays)
        hidden = stored.take(batch.arrays["scaled"])
        if len(hidden):
            said = victim.probs(self.context, model, hidden.images).argmax(1)
            read, cover = int((said == hidden.truth).sum()), int((said == hidden.labels).sum())
        else:
            read = cover = 0
        total = len(sent.large)
        self._add("scaling_attack.read_as_hidden", proportion(read, total), batch.key)
        self._add("scaling_attack.read_as_stated", proportion(cover, total), batch.key)
        self.events.append(f"{read} of {total} scaled captures were read as their hidden class")

    def compared(
        self, name: str, batch: Artifact, shares: tuple[float, float], n: int, *, accepted: bool
    ) -> None:
        """The comparison before and after the newest batch."""
        before, after = shares
        change = after - before
        planted = int(batch.facts["planted_stored"])
        honest = int(batch.facts["stored"]) - planted
        self._add(
            f"{name}.honest_dropped", proportion(0 if accepted else honest, honest), batch.key
        )
        if planted:
            caught = proportion(0 if accepted else planted, planted)
            self._add(f"{name}.planted_dropped", caught, batch.key)
        verdict = "the batch stays" if accepted else "the batch was rolled back"
        self._instrument(
            name,
            from_scalar(change),
            f"accuracy on {n} vetted tiles went {before:.0%} to {after:.0%}: {verdict}",
            alarm=not accepted,
        )

    def read_back(self, read: Artifact, seen: Records) -> None:
        """What the storage nodes returned."""
        facts = read.facts
        if facts.get("attacked"):
            served = proportion(int(facts["bad_served"]), int(facts["held"]))
            self._add("shard_corruption.bad_served", served, read.key)
        planted = proportion(int(seen.planted.sum()), len(seen))
        self._add("poison_in_training", planted, read.key)
        for held in self.context.held:
            if not isinstance(held.card, AtRestDefence):
                continue
            if type(held.card).seal is not AtRestDefence.seal:
                self._add(f"{held.name}.overhead", from_scalar(facts["overhead"]), read.key)
            refused = int(facts.get(f"{held.name}.refused", 0))
            text = f"{refused} stored records were not what was once stored"
            self._instrument(held.name, from_scalar(refused), text, alarm=refused > 0)

    def trained(self, weights: Artifact, cost: float) -> None:
        """Cost of training in all, and the privacy spent."""
        self._add("training_cost", from_scalar(cost), weights.key, "passes")
        if "epsilon" in weights.facts:
            spent = from_scalar(float(weights.facts["epsilon"]))
            self._add("privacy_spent", spent, weights.key, "epsilon")

    def released(self, offered: Artifact) -> None:
        """What became of a foreign model file."""
        for name, value in offered.facts.items():
            card, what = name.split(".")
            if what == "executed":
                self._add(name, from_scalar(float(value)), offered.key)
                self.events.append(f"{card}: the payload {'ran' if value else 'did not run'}")
                self._known(name, from_scalar(float(value)))
            elif what == "refused":
                text = str(offered.facts.get(f"{card}.text", ""))
                self._instrument(card, from_scalar(float(value)), text, alarm=bool(value))

    def stolen(self, taken: Artifact) -> None:
        """Whether a thief could read the weights."""
        read = from_scalar(float(taken.facts["read"]))
        self._add("checkpoint_theft.weights_read", read, taken.key)
        self._known("checkpoint_theft.weights_read", read)
        word = "could read" if taken.facts["read"] else "found only ciphertext in"
        self.events.append(f"the thief {word} the weights file")

    def measured(self, job: measure.Job, found: Artifact) -> None:
        """One measurement job."""
        for name, (value, low, high, n, unit) in found.facts.get("measures", {}).items():
            self.measures[name] = Measure(value, low, high, n, found.key, unit)
        self._saw(found.facts.get("seen", {}))
        if job.what == "evaluation":
            self.picture("service", found, "honest tiles, and what the service says of them")
        elif job.what == "probe":
            self._probe(found)
        elif job.what == "gold":
            gold = _estimate(found.facts["gold"])
            text = f"the gold set is read right in {gold.value:.0%} of cases"
            alarm = bool(gold.high < self._expected())
            self._instrument("gold_set", gold, text, alarm=alarm)
        elif job.what == "traffic":
            self._traffic(found)
        elif job.card is not None:
            self._attack(job.card.card, found)

    def _saw(self, seen: Mapping[str, Any]) -> None:
        self._asked += int(seen.get("asked", 0))
        self._flagged.update(seen.get("flagged", {}))
        self._blocked.update(seen.get("blocked", {}))

    def _guards(self) -> None:
        """Readings of what the serve guards noticed over all requests of the round."""
        for held, guard in self.context.playing(ServeGuard):
            if type(guard).monitor is not ServeGuard.monitor:
                count = self._blocked[held.name]
                text = f"{count} API keys were blocked for unnatural queries"
                self._instrument(held.name, from_scalar(count), text, alarm=count > 0)
            elif type(guard).answer is not ServeGuard.answer:
                flagged = self._flagged[held.name]
                share = proportion(flagged, self._asked)
                text = f"{flagged} of {self._asked} requests were refused as suspicious"
                alarm = guard.alarming(flagged, self._asked)
                self._instrument(held.name, share, text, alarm=alarm)

    def _probe(self, found: Artifact) -> None:
        estimate = _estimate(found.facts["probe"])
        text = f"the service reads {estimate.value:.0%} of {estimate.n} of my own tiles right"
        self._read(Side.ATTACKER, "probe", "probe_accuracy", estimate, text)

    def _traffic(self, found: Artifact) -> None:
        self._requests += float(found.facts["requests"])
        for name, (turned, alarm, text) in found.facts["readings"].items():
            self._instrument(name, from_scalar(turned), text, alarm=alarm)

    def _attack(self, card: str, found: Artifact) -> None:
        asked = found.facts["measures"].get(f"{card}.queries")
        self._requests += float(asked[0]) if asked else 0.0
        if "clean" in found.arrays:
            self.picture(card, found, "what the service was shown")
        for name, values in found.facts["measures"].items():
            self._known(name, _estimate(values))

    def _known(self, name: str, estimate: Estimate) -> None:
        what = name.split(".")[1]
        if what in KNOWN_TO_THE_ATTACKER:
            card = name.split(".")[0]
            text = f"{card}: {what.replace('_', ' ')} {estimate.value:.3g}"
            self._read(Side.ATTACKER, card, name, estimate, text)

    def _expected(self) -> float:
        """Gold accuracy below which the gold set raises an alarm: set once, at the opening."""
        from wargame.pipeline.resolve import opening

        first = opening(self.context.world, store=self.context.store)
        return first.measures["clean_accuracy"].value - 0.03

    def close(self) -> None:
        """What needs every measurement: service in all, requests in all."""
        self._guards()
        served = self.measures["honest_served"]
        for name in ("honest_refused", "clients_refused"):
            if name in self.measures:
                served = _less(served, self.measures[name])
        self.measures["honest_served"] = served
        text = f"{self._requests:.0f} requests were seen at the front door"
        self._read(Side.DEFENDER, "counter", "requests_seen", from_scalar(self._requests), text)
        clean = self.measures["clean_accuracy"]
        self.events.append(f"the served model reads {clean.value:.1%} of honest tiles right")


def _less(served: Measure, refused: Measure) -> Measure:
    """The share served of which another share is then refused."""
    return Measure(
        served.value * (1.0 - refused.value),
        served.low * (1.0 - refused.high),
        served.high * (1.0 - refused.low),
        served.n,
        served.key,
        served.unit,
    )


def _estimate(values: list[Any]) -> Estimate:
    value, low, high, n = values[:4]
    return Estimate(float(value), float(low), float(high), int(np.int64(n)))
