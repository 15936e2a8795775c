"""One measurement to make: as data for another process, and as objects in the process it is in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from wargame.pipeline.context import Context, Held
from wargame.pipeline.outcome import InForce, World
from wargame.pipeline.serve import Service


class Task(StrEnum):
    """What can be measured."""

    EVALUATION = "evaluation"
    TRAFFIC = "traffic"
    PROBE = "probe"
    CLIENTS = "clients"
    HELD_OUT = "held-out"
    TRIGGER = "trigger"
    EVASION = "evasion"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class Job:
    """One measurement, as plain data that can go to another process."""

    world: World
    round: int
    plays: tuple[InForce, ...]
    store: str
    """Address of the store."""
    weights: str
    """Store key of the released weights."""
    task: Task = Task.EVALUATION
    card: InForce | None = None
    """The attack measured, where the task is one of an attack's own."""
    loot: Mapping[str, str] = field(default_factory=dict)
    """Store keys of what the attacker took."""
    members: str = ""
    """Store key of honest records the model was trained on: the referee's, for a query attack."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a measurement has before it."""

    service: Service
    attack: Held | None
    loot: Mapping[str, str]
    members: str

    @property
    def context(self) -> Context:
        """The round."""
        return self.service.context

    @property
    def held(self) -> Held:
        """The attack measured.

        Raises:
            ValueError: the job named none.
        """
        if self.attack is None:
            raise ValueError("this measurement needs a card")
        return self.attack
