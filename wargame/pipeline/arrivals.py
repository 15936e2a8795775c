"""Requests at the service's front door, with what a gate can check of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from wargame.kernels.traffic import Arrivals as Requests
from wargame.kernels.traffic import merge
from wargame.pipeline.records import Mask


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """m requests in order of time; `client` is the API key used."""

    requests: Requests
    signed: Mask
    """(m,) the request carries a fresh signature made with the key's own secret."""

    def __len__(self) -> int:
        return len(self.requests)

    def only(self, mask: Mask) -> Self:
        """The requests under the mask."""
        mine = self.requests
        return type(self)(
            Requests(mine.time[mask], mine.client[mask], mine.cost[mask], mine.hostile[mask]),
            self.signed[mask],
        )


def merged(streams: Sequence[Arrivals]) -> tuple[Arrivals, NDArray[np.int64]]:
    """All streams in order of time, and the number of the stream that each request came from."""
    order = np.argsort(np.concatenate([part.requests.time for part in streams]), kind="stable")
    stream = np.repeat(np.arange(len(streams)), [len(part) for part in streams])
    signed = np.concatenate([part.signed for part in streams])
    requests = merge(*(part.requests for part in streams))
    return Arrivals(requests, signed[order]), stream[order]
