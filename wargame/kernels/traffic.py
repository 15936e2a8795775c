"""The service's front door as a queue in simulated time: one server, first come first served."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Arrivals:
    """Requests in order of time.

    `time` (n,) s, `client` (n,) ids, `cost` (n,) ms of the server's work at capacity 1, `hostile`
    (n,) the truth that only the report uses.
    """

    time: Floats
    client: npt.NDArray[np.int64]
    cost: Floats
    hostile: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True)
class TrafficReport:
    """Counts of requests; latencies in ms over the honest ones served, nan if there are none."""

    served_honest: int
    refused_honest: int
    served_hostile: int
    refused_hostile: int
    latency_p50: float
    latency_p95: float
    utilisation: float


class Policy(Protocol):
    """Decides at the door; called once for each request, in order of time."""

    def admit(self, time: float, client: int) -> bool:
        """Whether the request of `client` at `time` s may enter."""
        ...


class AllOf:
    """Admits what every policy admits; later ones do not see what earlier ones refuse."""

    def __init__(self, *policies: Policy) -> None:
        self._policies = policies

    def admit(self, time: float, client: int) -> bool:
        """Whether all agree; the first that does not ends the questioning."""
        return all(policy.admit(time, client) for policy in self._policies)


class TokenBucket:
    """At most `burst` requests at once and `rate` a second in the long run, for each client."""

    def __init__(self, rate: float, burst: float) -> None:
        if rate < 0 or burst < 1:
            raise ValueError(f"rate must be >= 0 and burst >= 1: {rate}, {burst}")
        self._rate = rate
        self._burst = burst
        self._level: dict[int, tuple[float, float]] = {}

    def admit(self, time: float, client: int) -> bool:
        """Take one of the client's tokens if there is one."""
        tokens, last = self._level.get(client, (self._burst, time))
        tokens = min(self._burst, tokens + (time - last) * self._rate)
        # A hair under one token is one token that rounding has shaved.
        admitted = tokens >= 1.0 - 1e-9
        self._level[client] = (tokens - 1.0 if admitted else tokens, time)
        return admitted


def simulate(
    arrivals: Arrivals, capacity: float = 1.0, queue_limit: int = 64, admit: Policy | None = None
) -> TrafficReport:
    """Let the arrivals meet the service and count.

    A request of `cost` ms takes cost / `capacity` ms; one that finds `queue_limit` others waiting
    is refused, and so is one that `admit` turns away, at no cost to the server.
    """
    latency = serve(arrivals, capacity, queue_limit, admit)
    served = ~np.isnan(latency)
    honest = ~arrivals.hostile
    waits = latency[served & honest]
    p50, p95 = np.percentile(waits, [50, 95]) if len(waits) else (np.nan, np.nan)
    work = float(arrivals.cost[served].sum()) / capacity
    end = float(np.nanmax(arrivals.time * 1e3 + latency)) if served.any() else np.nan
    span = end - float(arrivals.time[0]) * 1e3 if served.any() else 0.0
    return TrafficReport(
        served_honest=int(np.count_nonzero(served & honest)),
        refused_honest=int(np.count_nonzero(~served & honest)),
        served_hostile=int(np.count_nonzero(served & ~honest)),
        refused_hostile=int(np.count_nonzero(~served & ~honest)),
        latency_p50=float(p50),
        latency_p95=float(p95),
        utilisation=work / span if span > 0 else 0.0,
    )


def serve(
    arrivals: Arrivals, capacity: float = 1.0, queue_limit: int = 64, admit: Policy | None = None
) -> Floats:
    """Each request's time from arrival to answer in ms (n,), nan where it was refused."""
    if capacity <= 0 or queue_limit < 0:
        raise ValueError(f"capacity > 0 and queue_limit >= 0: {capacity}, {queue_limit}")
    service = (arrivals.cost / (1e3 * capacity)).tolist()
    clients = arrivals.client.tolist()
    latency = [float("nan")] * len(arrivals)
    leaving: deque[float] = deque()
    free = float("-inf")
    for i, now in enumerate(arrivals.time.tolist()):
        while leaving and leaving[0] <= now:
            leaving.popleft()
        turned_away = admit is not None and not admit.admit(now, clients[i])
        if turned_away or len(leaving) > queue_limit:
            continue
        free = max(free, now) + service[i]
        leaving.append(free)
        latency[i] = (free - now) * 1e3
    return np.array(latency, dtype=np.float64)


def poisson_arrivals(
    rate: float,
    duration: float,
    rng: np.random.Generator,
    *,
    clients: int = 1,
    first_client: int = 0,
    cost: float = 1.0,
    start: float = 0.0,
    hostile: bool = False,
) -> Arrivals:
    """Poisson traffic of `rate` requests/s in all for `duration` s, spread evenly on clients."""
    count = int(rng.poisson(rate * duration))
    time = np.sort(rng.uniform(start, start + duration, count))
    client = rng.integers(first_client, first_client + clients, count)
    return Arrivals(time, client, np.full(count, cost), np.full(count, hostile))


def flood_arrivals(
    rate: float,
    duration: float,
    rng: np.random.Generator,
    *,
    bots: int = 1,
    first_client: int = 1_000_000,
    cost: float = 1.0,
    start: float = 0.0,
) -> Arrivals:
    """Hostile requests at a steady `rate`/s in all, with jitter, from `bots` in rotation."""
    count = int(rate * duration)
    time = start + (np.arange(count) + rng.uniform(0.0, 1.0, count)) / max(rate, 1e-12)
    client = first_client + np.arange(count, dtype=np.int64) % bots
    return Arrivals(time, client, np.full(count, cost), np.full(count, True))


def merge(*streams: Arrivals) -> Arrivals:
    """All streams as one, in order of time; ties keep the order of the streams."""
    order = np.argsort(np.concatenate([stream.time for stream in streams]), kind="stable")
    return Arrivals(
        *(
            np.concatenate([getattr(stream, column.name) for stream in streams])[order]
            for column in fields(Arrivals)
        )
    )
