"""Requests at the service's front door, with what a gate can check of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from wargame.kernels.traffic import Arrivals as Requests
from wargame.pipeline.records import Mask


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """m requests in order of time; `client` is the API key used."""

    requests: Requests
    signed: Mask
    """(m,) the request carries a fresh signature made with the key's own secret."""

    def __len__(self) -> int:
        return len(self.requests)

    def merged(self, other: Self) -> Self:
        """Both streams, in order of time."""
        mine, theirs = self.requests, other.requests
        order = np.argsort(np.concatenate([mine.time, theirs.time]), kind="stable")
        return type(self)(
            Requests(
                np.concatenate([mine.time, theirs.time])[order],
                np.concatenate([mine.client, theirs.client])[order],
                np.concatenate([mine.cost, theirs.cost])[order],
                np.concatenate([mine.hostile, theirs.hostile])[order],
            ),
            np.concatenate([self.signed, other.signed])[order],
        )

    def only(self, mask: Mask) -> Self:
        """The requests under the mask."""
        mine = self.requests
        return type(self)(
            Requests(mine.time[mask], mine.client[mask], mine.cost[mask], mine.hostile[mask]),
            self.signed[mask],
        )
