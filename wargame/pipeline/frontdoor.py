"""The front door of the service: honest and hostile requests meet its gates and its queue.

Time here is simulated, in units of the model's own forward pass, so that a record holds no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.kernels import traffic
from wargame.kernels.intervals import Estimate, from_scalar, proportion
from wargame.pipeline.access import FrontDoor
from wargame.pipeline.arrivals import Arrivals
from wargame.pipeline.attack_roles import FrontDoorAttack
from wargame.pipeline.context import Context
from wargame.pipeline.defence_roles import ServeGuard
from wargame.pipeline.records import Mask
from wargame.pipeline.seeds import numpy_rng
from wargame.store import Arrays, Artifact

SECONDS = 20.0
QUEUE = 50


def honest_traffic(context: Context, purpose: object) -> Arrivals:
    """A stretch of honest requests: drones ask at very different rates, all of them signed."""
    rng = numpy_rng(context.world.seed, "honest traffic", purpose)
    drones = context.setting("drones")
    shares = numpy_rng(context.world.seed, "habits").gamma(2.0, size=drones)
    shares = shares / shares.sum()
    count = int(rng.poisson(context.setting("honest_rate") * SECONDS))
    time = np.sort(rng.uniform(0.0, SECONDS, count))
    client = rng.choice(drones, count, p=shares).astype(np.int64)
    cost = np.full(count, float(context.setting("pass_ms")))
    requests = traffic.Arrivals(time, client, cost, np.zeros(count, np.bool_))
    return Arrivals(requests, np.ones(count, np.bool_))


def demand(context: Context) -> NDArray[np.int64]:
    """How many requests each drone (drones,) sends in this round's stretch."""
    client = honest_traffic(context, context.round).requests.client
    return np.bincount(client, minlength=context.setting("drones")).astype(np.int64)


def observe(context: Context, passes: float) -> Artifact:
    """One stretch of traffic through gates and queue; facts: measures and readings."""
    roles = context.identities(FrontDoorAttack, ServeGuard)
    inputs = [context.round, roles, passes]
    return context.make("traffic", inputs, lambda: _observe(context, passes))


def _observe(context: Context, passes: float) -> tuple[Arrays, Mapping[str, Any]]:
    arrivals = honest_traffic(context, context.round)
    door = FrontDoor(
        context.setting("honest_rate"), context.setting("stolen_keys"), context.setting("pass_ms")
    )
    attacks = context.playing(FrontDoorAttack)
    for held, attack in attacks:
        rng = numpy_rng(context.world.seed, "flood", held.name, context.round)
        sent = attack.traffic(door, SECONDS, rng)
        arrivals = arrivals.merged(sent)
    ordinary = honest_traffic(context, "calibration")
    facts: dict[str, Any] = {"requests": len(arrivals), "readings": {}, "prices": {}}
    admitted = np.ones(len(arrivals), np.bool_)
    for held, guard in context.playing(ServeGuard):
        # A guard counts only what the guards before it let through.
        at = np.flatnonzero(admitted)
        mask, alarm, text = guard.admit(arrivals.only(admitted), ordinary)
        if text:
            turned = float((~mask).sum() / max(1, len(arrivals)))
            facts["readings"][held.name] = [turned, alarm, text]
            honest = ~arrivals.requests.hostile[at]
            facts["prices"][held.name] = [int((honest & ~mask).sum()), int(honest.sum())]
        admitted[at] = mask
    facts["measures"] = _measures(arrivals, admitted, passes, [h.name for h, _ in attacks])
    for name, (turned_away, honest_in) in facts["prices"].items():
        refused = proportion(turned_away, honest_in)
        facts["measures"][f"{name}.honest_refused"] = row(refused, "share")
    return {}, facts


def _measures(
    arrivals: Arrivals, admitted: Mask, passes: float, attacks: list[str]
) -> dict[str, list[Any]]:
    latency = np.full(len(arrivals), np.nan)
    inside = arrivals.only(admitted).requests
    latency[admitted] = traffic.serve(inside, capacity=1.0 / passes, queue_limit=QUEUE)
    served = ~np.isnan(latency)
    hostile = arrivals.requests.hostile
    honest_waits = latency[served & ~hostile]
    wait = float(np.percentile(honest_waits, 95)) if len(honest_waits) else 0.0
    rows = {
        "honest_served": (proportion(int(served[~hostile].sum()), int((~hostile).sum())), "share"),
        "latency": (from_scalar(wait), "ms"),
    }
    if "unauthorized_api" in attacks:
        # Floods and unpaid calls are told apart by the key they use: a flood needs none.
        unpaid = hostile & (arrivals.requests.client < 1_000_000)
        rows["unauthorized_api.calls_served"] = (
            proportion(int(served[unpaid].sum()), int(unpaid.sum())),
            "share",
        )
    if "request_flood" in attacks:
        rows["request_flood.honest_served"] = rows["honest_served"]
    return {name: row(estimate, unit) for name, (estimate, unit) in rows.items()}


def row(estimate: Estimate, unit: str) -> list[Any]:
    """An estimate as it is kept among an artifact's facts."""
    return [estimate.value, estimate.low, estimate.high, estimate.n, unit]
