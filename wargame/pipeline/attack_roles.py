"""The roles an attack can play in the walk: one base class for each kind of access object."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from wargame.card import Attack
from wargame.pipeline.access import (
    FrontDoor,
    LabelOracle,
    Link,
    Possessions,
    ScoreOracle,
    StorageNode,
    SupplyChain,
    Uploader,
    WhiteBox,
)

if TYPE_CHECKING:
    import torch
    from torch import nn

    from wargame.kernels.trigger import TriggerSpec
    from wargame.pipeline.arrivals import Arrivals


class UploadAttack(Attack):
    """Acts through an Uploader while records are collected."""

    @abstractmethod
    def upload(self, uploader: Uploader, rng: np.random.Generator) -> None:
        """Decides what the captured drones send this round."""

    def trigger(self, image_shape: tuple[int, int, int]) -> tuple[TriggerSpec, int] | None:
        """A backdoor's trigger and target class, for the referee's count of its success."""
        del image_shape
        return None


class LinkAttack(Attack):
    """Acts through a Link while records are in flight."""

    @abstractmethod
    def transmit(self, link: Link, rng: np.random.Generator) -> None:
        """Reads or changes packets."""


class ShardAttack(Attack):
    """Acts through a StorageNode while training reads the records at rest."""

    @abstractmethod
    def at_rest(self, node: StorageNode, rng: np.random.Generator) -> None:
        """Reads or changes records on the node."""


class CheckpointAttack(Attack):
    """Acts through a StorageNode once the released weights lie on it."""

    @abstractmethod
    def steal(self, node: StorageNode) -> bytes:
        """The bytes it carries away."""


class ReleaseAttack(Attack):
    """Acts through a SupplyChain when a model is released."""

    @abstractmethod
    def release(self, chain: SupplyChain, rng: np.random.Generator) -> None:
        """May offer a file of its own."""


class EvasionAttack(Attack):
    """Makes adversarial inputs; the referee sends them to the service and counts."""

    needs: ClassVar[str] = "white-box"
    """Which access object it is handed: "white-box", "api-score" or "api-label"."""

    @abstractmethod
    def evade(
        self,
        access: WhiteBox | ScoreOracle | LabelOracle,
        x: torch.Tensor,
        y: torch.Tensor,
        own: Possessions,
        generator: torch.Generator,
    ) -> torch.Tensor:
        """Adversarial versions of x (n, c, h, w) in [0, 1] with true labels y (n,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What a query attack brings home."""

    scores: NDArray[np.float64] | None = None
    """Membership: one score for each candidate, higher is likelier a member."""
    copy: nn.Module | None = None
    """Extraction: the stolen copy."""
    loot: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """Arrays kept for this card's next round."""


class QueryAttack(Attack):
    """Learns something by asking the service."""

    @abstractmethod
    def query(
        self,
        oracle: ScoreOracle,
        candidates: tuple[torch.Tensor, torch.Tensor],
        own: Possessions,
        generator: torch.Generator,
        build: Callable[[torch.Generator], nn.Module],
    ) -> Findings:
        """Asks the oracle.

        `candidates` (x, y) are tiles whose membership is in question; `build` makes an untrained
        model of the victim's family.
        """


class FrontDoorAttack(Attack):
    """Sends traffic to the service's front door."""

    lends_keys: ClassVar[bool] = False
    """Whether the attacker's other callers may use the API keys that it stole."""

    @abstractmethod
    def traffic(self, door: FrontDoor, seconds: float, rng: np.random.Generator) -> Arrivals:
        """The hostile request streams of this round."""
