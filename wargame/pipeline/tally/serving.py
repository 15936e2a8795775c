"""Serve: what the measurements found, and what the guards noticed of all requests together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from wargame.kernels.intervals import from_scalar, proportion
from wargame.pipeline.attack_roles import FrontDoorAttack
from wargame.pipeline.defence_roles import HeldOutTest, ServeGuard
from wargame.pipeline.facts import estimate
from wargame.pipeline.measuring.job import Job, Task
from wargame.pipeline.outcome import Measure, Outcome
from wargame.pipeline.tally.ledger import Ledger
from wargame.stages import Side
from wargame.store import Artifact


class ServiceLog:
    """Takes in the measurements one by one, then sums up."""

    def __init__(self, ledger: Ledger, opening: Callable[[], Outcome]) -> None:
        self._ledger = ledger
        self._opening = opening
        self._requests = 0.0
        self._asked = 0
        self._flagged: Counter[str] = Counter()
        self._blocked: Counter[str] = Counter()
        self._told: Mapping[Task, Callable[[Artifact], None]] = {
            Task.EVALUATION: self._evaluation,
            Task.TRAFFIC: self._traffic,
            Task.PROBE: self._probe,
            Task.HELD_OUT: self._held_out,
        }

    def measured(self, job: Job, found: Artifact) -> None:
        """One measurement."""
        for name, (value, low, high, n, unit) in found.facts.get("measures", {}).items():
            self._ledger.measures[name] = Measure(value, low, high, n, found.key, unit)
        self._saw(found.facts.get("seen", {}))
        if job.task in self._told:
            self._told[job.task](found)
        elif job.card is not None:
            self._attack(job.card.card, found)

    def close(self) -> None:
        """What needs every measurement: service in all, requests in all."""
        self._guards()
        measures = self._ledger.measures
        served = measures["honest_served"]
        for name in ("honest_refused", "clients_refused"):
            if name in measures:
                served = _less(served, measures[name])
        measures["honest_served"] = served
        total = from_scalar(self._requests)
        text = f"{self._requests:.0f} requests were seen at the front door"
        self._ledger.read(Side.DEFENDER, "counter", "requests_seen", total, text)
        clean = measures["clean_accuracy"].value
        self._ledger.events.append(f"the served model reads {clean:.1%} of honest tiles right")

    def _evaluation(self, found: Artifact) -> None:
        caption = "honest tiles, and what the service says of them"
        self._ledger.picture("service", found, caption)

    def _traffic(self, found: Artifact) -> None:
        self._requests += float(found.facts["requests"])
        readings = found.facts["readings"]
        for held, _ in self._ledger.context.playing(FrontDoorAttack):
            for what in held.card.measured_by:
                values = found.facts["measures"].get(f"{held.name}.{what}")
                if values is not None:
                    self._ledger.tell_attacker(held.name, what, estimate(values))
        for held, _ in self._ledger.context.playing(ServeGuard):
            if held.name in readings:
                turned, alarm, text = readings[held.name]
                self._ledger.instrument(held, from_scalar(turned), text, alarm=alarm)

    def _probe(self, found: Artifact) -> None:
        share = estimate(found.facts["probe"])
        text = f"the service reads {share.value:.0%} of {share.n} of my own tiles right"
        self._ledger.read(Side.ATTACKER, "probe", "probe_accuracy", share, text)

    def _held_out(self, found: Artifact) -> None:
        right = estimate(found.facts["held_out"])
        start = self._opening().measures["clean_accuracy"].value
        for held, test in self._ledger.context.playing(HeldOutTest):
            text = f"the {test.title.lower()} is read right in {right.value:.0%} of cases"
            self._ledger.instrument(held, right, text, alarm=test.alarming(right, start))

    def _attack(self, card: str, found: Artifact) -> None:
        measures = found.facts["measures"]
        asked = measures.get(f"{card}.queries")
        self._requests += float(asked[0]) if asked else 0.0
        self._ledger.picture(card, found, "what the service was shown")
        for name, values in measures.items():
            self._ledger.tell_attacker(card, name.removeprefix(f"{card}."), estimate(values))

    def _saw(self, seen: Mapping[str, Any]) -> None:
        self._asked += int(seen.get("asked", 0))
        self._flagged.update(seen.get("flagged", {}))
        self._blocked.update(seen.get("blocked", {}))

    def _guards(self) -> None:
        """Readings of what the serve guards noticed over all requests of the round."""
        for held, guard in self._ledger.context.playing(ServeGuard):
            if guard.monitors():
                count = self._blocked[held.name]
                text = f"{count} API keys were blocked for unnatural queries"
                self._ledger.instrument(held, from_scalar(count), text, alarm=count > 0)
            elif guard.filters():
                flagged = self._flagged[held.name]
                share = proportion(flagged, self._asked)
                text = f"{flagged} of {self._asked} requests were refused as suspicious"
                alarm = guard.alarming(flagged, self._asked)
                self._ledger.instrument(held, share, text, alarm=alarm)


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
