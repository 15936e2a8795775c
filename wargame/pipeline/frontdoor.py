"""The front door of the service: honest and hostile requests meet its gates and its queue.

Time here is simulated, in units of the model's own forward pass, so that a record holds no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.kernels import traffic
from wargame.kernels.intervals import from_scalar, proportion
from wargame.pipeline.access import FrontDoor
from wargame.pipeline.arrivals import Arrivals, merged
from wargame.pipeline.attack_roles import FrontDoorAttack
from wargame.pipeline.context import Context, Held
from wargame.pipeline.defence_roles import ServeGuard
from wargame.pipeline.facts import row
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
    attacks = context.playing(FrontDoorAttack)
    arrivals, stream = merged(
        [honest_traffic(context, context.round), *_hostile_traffic(context, attacks)]
    )
    admitted, facts = _gated(context, arrivals)
    latency = np.full(len(arrivals), np.nan)
    inside = arrivals.only(admitted).requests
    latency[admitted] = traffic.serve(inside, capacity=1.0 / passes, queue_limit=QUEUE)
    measures = _honest(latency[stream == 0])
    for number, (held, _) in enumerate(attacks, start=1):
        measures |= _effects(held, ~np.isnan(latency[stream == number]), measures)
    facts["measures"] = facts["measures"] | measures
    return {}, facts


def _hostile_traffic(
    context: Context, attacks: list[tuple[Held, FrontDoorAttack]]
) -> list[Arrivals]:
    door = FrontDoor(
        context.setting("honest_rate"), context.setting("stolen_keys"), context.setting("pass_ms")
    )
    seed, round_ = context.world.seed, context.round
    return [
        attack.traffic(door, SECONDS, numpy_rng(seed, "flood", held.name, round_))
        for held, attack in attacks
    ]


def _gated(context: Context, arrivals: Arrivals) -> tuple[Mask, dict[str, Any]]:
    """Which requests get past the guards; facts: readings, and the honest requests each refused."""
    ordinary = honest_traffic(context, "calibration")
    facts: dict[str, Any] = {"requests": len(arrivals), "readings": {}, "measures": {}}
    admitted = np.ones(len(arrivals), np.bool_)
    for held, guard in context.playing(ServeGuard):
        # A guard counts only what the guards before it let through.
        at = np.flatnonzero(admitted)
        mask, alarm, text = guard.admit(arrivals.only(admitted), ordinary)
        if text:
            turned = float((~mask).sum() / max(1, len(arrivals)))
            facts["readings"][held.name] = [turned, alarm, text]
            honest = ~arrivals.requests.hostile[at]
            refused = proportion(int((honest & ~mask).sum()), int(honest.sum()))
            facts["measures"][f"{held.name}.honest_refused"] = row(refused)
        admitted[at] = mask
    return admitted, facts


def _honest(latency: NDArray[np.float64]) -> dict[str, list[Any]]:
    """What honest clients got: latencies in ms, NaN where refused."""
    waits = latency[~np.isnan(latency)]
    wait = float(np.percentile(waits, 95)) if len(waits) else 0.0
    return {
        "honest_served": row(proportion(len(waits), len(latency))),
        "latency": row(from_scalar(wait), "ms"),
    }


def _effects(held: Held, served: Mask, honest: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """The measures that this attack is told by, of those that traffic gives."""
    offered = {
        "calls_served": row(proportion(int(served.sum()), len(served))),
        "honest_served": honest["honest_served"],
    }
    return {
        f"{held.name}.{what}": values
        for what, values in offered.items()
        if what in held.card.measured_by
    }
