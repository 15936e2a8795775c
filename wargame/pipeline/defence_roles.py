"""The roles a defence can play in the walk: one base class for each place where it acts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from wargame.card import Defence
from wargame.kernels.intervals import Estimate
from wargame.pipeline.records import Labels, Mask, Records

if TYPE_CHECKING:
    import torch

    from wargame.pipeline.arrivals import Arrivals


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """What a defender's check may use: its own vetted data, its store and its last model."""

    archive: Records
    """Everything stored so far (truth and planted hidden)."""
    vetted: Records
    """Tiles the defender labelled itself (the gold set's pool)."""
    features: Callable[[NDArray[np.uint8]], NDArray[np.float32]]
    """Penultimate activations of the last released model for images."""
    probs: Callable[[NDArray[np.uint8]], NDArray[np.float32]]
    """Class probabilities of the last released model for images."""
    n_classes: int
    factor: int
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Cleaning:
    """A cleaner's verdict."""

    keep: Mask
    """(n,) over the batch."""
    labels: Labels | None = None
    """(n,) corrected labels of the batch."""
    images: NDArray[np.uint8] | None = None
    """(n, h, w, c) re-made images of the batch."""
    purge: Mask | None = None
    """(m,) archive records to delete."""
    alarm: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Credentials:
    """What the gate is shown of each upload besides the record itself."""

    registered: int
    """Drones 0..registered-1 are the fleet's own."""
    packets: list[bytes]
    """The records as they arrived, byte for byte."""
    signatures: list[bytes]
    """What each sender's device signed before the link, in the same order; empty for none."""


class Gate(Defence):
    """Decides whose uploads are let in."""

    def sign(self, secret: bytes, registered: int, packets: list[bytes]) -> list[bytes]:
        """What each sender's device adds to its packet before it goes on the link."""
        del secret, registered
        return [b""] * len(packets)

    @abstractmethod
    def admit(
        self, batch: Records, credentials: Credentials, secret: bytes, bench: Bench
    ) -> tuple[Mask, str]:
        """(n,) which uploads are let in, and a sentence.

        `secret` is what the fleet's keys were drawn from when its drones were registered.
        """


class ChannelDefence(Defence):
    """Seals what passes the link."""

    @abstractmethod
    def seal(self, key: bytes, packets: list[bytes]) -> list[bytes]:
        """The bytes that go on the link, one for each packet."""

    @abstractmethod
    def open(self, key: bytes, packets: list[bytes]) -> list[bytes | None]:
        """The packets that arrived whole, None where one was tampered with or stale."""


class Cleaner(Defence):
    """Checks the new batch, and may look at what is stored, before it is stored."""

    order: ClassVar[int] = 1
    """Cleaners with a lower number see the batch first: captures are judged before labels."""

    @abstractmethod
    def clean(self, batch: Records, bench: Bench) -> Cleaning:
        """Which records stay, and with which labels."""


class AtRestDefence(Defence):
    """Protects what lies on storage nodes."""

    def seal(self, key: bytes, blobs: list[bytes]) -> list[bytes]:
        """The bytes at rest (the blobs themselves where nothing is encrypted)."""
        del key
        return blobs

    @abstractmethod
    def check(
        self,
        key: bytes,
        stored: list[bytes],
        read: list[bytes | None],
        rng: np.random.Generator,
    ) -> list[bytes | None]:
        """The blobs as read back, opened; None where one is not what was stored.

        `stored` are the plain blobs at the time of storing, for checks made then (a ledger of
        digests); a check may keep digests of them, never the blobs.
        """


class BatchCheck(Defence):
    """Compares the model before and after the newest batch."""

    @abstractmethod
    def accept(self, before: float, after: float, n: int) -> bool:
        """Whether the batch stays; shares right on n vetted tiles."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How the model is trained; training defences edit it."""

    steps: int
    batch_size: int
    lr: float
    weight_decay: float
    epsilon: float = 0.0
    """Adversarial training radius, L-infinity in [0, 1]; 0 for none."""
    adversarial_share: float = 1.0
    noise_multiplier: float = 0.0
    """DP-SGD noise; 0 for ordinary training."""
    max_grad_norm: float = 1.0
    vetted_weight: float = 0.0
    """Weight of each vetted tile added to the training data; 0 to leave them out."""
    passes_per_step: float = 1.0
    """Training cost in forward-and-backward passes for one record."""


class TrainingDefence(Defence):
    """Edits the training plan."""

    @abstractmethod
    def plan(self, plan: Plan) -> Plan:
        """The edited plan."""


class HeldOutTest(Defence):
    """Tries each new model on vetted tiles that were kept out of its training."""

    @abstractmethod
    def alarming(self, right: Estimate, opening: float) -> bool:
        """Whether the share read right falls too far below the accuracy at the opening."""


class ReleaseCheck(Defence):
    """Inspects a model file before it is loaded."""

    @abstractmethod
    def inspect(self, blob: bytes, signed_digest: str) -> tuple[bool, str]:
        """Whether the file may be loaded, and why."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """Judges a caller by its queries, again after every `step` of them."""

    step: int
    suspects: Callable[[NDArray[np.float32]], bool]
    """Whether the caller of these queries (m, d), in order, is to be blocked."""


class ServeGuard(Defence):
    """Stands between a caller and the model."""

    @property
    def passes(self) -> float:
        """Forward passes a request costs with this guard, as a factor."""
        return 1.0

    def calibrate(
        self,
        predict: Callable[[torch.Tensor], torch.Tensor],
        x: torch.Tensor,
        generator: torch.Generator,
    ) -> float:
        """A threshold from vetted tiles x (n, c, h, w); kept with the service."""
        del predict, x, generator
        return 0.0

    def answer(
        self,
        predict: Callable[[torch.Tensor], torch.Tensor],
        x: torch.Tensor,
        threshold: float,
        generator: torch.Generator,
    ) -> torch.Tensor:
        """(n, k) answers for x; NaN rows refuse. `predict` is the model or the guard within."""
        del threshold, generator
        return predict(x)

    def quota(self) -> int | None:
        """Queries a key may ask in a round; None for no limit."""
        return None

    def monitor(self, ordinary: NDArray[np.float32]) -> Monitor | None:
        """A judge of single callers, calibrated on ordinary queries (h, d); None: watches none."""
        del ordinary
        return None

    def admit(self, arrivals: Arrivals, ordinary: Arrivals) -> tuple[Mask, bool, str]:
        """Which requests get past the front door, whether it raises an alarm, and a sentence.

        `ordinary` is an hour of honest traffic seen before: the calibration.
        """
        del ordinary
        return np.ones(len(arrivals), np.bool_), False, ""

    def alarming(self, flagged: int, asked: int) -> bool:
        """Whether so many refused answers among all requests are out of the ordinary."""
        del flagged, asked
        return False

    def verifies_keys(self) -> bool:
        """Whether requests under forged or replayed keys are turned away."""
        return False

    @classmethod
    def monitors(cls) -> bool:
        """Whether this guard judges single callers by their queries."""
        return cls.monitor is not ServeGuard.monitor

    @classmethod
    def watches_callers(cls) -> bool:
        """Whether this guard counts or judges the queries of single callers."""
        return cls.monitors() or cls.quota is not ServeGuard.quota

    @classmethod
    def filters(cls) -> bool:
        """Whether this guard changes or refuses answers."""
        return cls.answer is not ServeGuard.answer
