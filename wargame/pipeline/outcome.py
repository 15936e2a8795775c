"""What a resolved round is: measurements, readings of each side's instruments, and the carry.

Everything here is plain data that survives a trip through JSON unchanged; nothing here knows
tensors, so a round that is already in the store loads without torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from wargame.stages import Access, Side, Strength

BASE_CHANNELS: Mapping[Side, tuple[str, ...]] = {
    Side.ATTACKER: ("probe_accuracy",),
    Side.DEFENDER: ("records_received", "records_stored", "requests_seen"),
}
"""Readings that each side has without any card."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured number: value, 95 % confidence interval, sample size, and the store key."""

    value: float
    low: float
    high: float
    n: int
    key: str
    """Store key of the artifact the number was read from."""
    unit: str = "share"
    """ "share" (0..1), "count", "passes", "ms", "auc"."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one instrument shows its owner; false alarms included."""

    instrument: str
    """Name of the card or base instrument, e.g. "gold_set", "probe"."""
    channel: str
    """What is read, e.g. "gold_accuracy"; stable, so a policy can learn it."""
    value: float
    low: float
    high: float
    alarm: bool
    text: str
    """One plain sentence for the event log."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A card in force this round."""

    card: str
    strength: Strength
    since: int
    """The round it was played in."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A strip of tiles before and after, kept in the store under `key`.

    Arrays there: clean, shown (n,h,w,c uint8); true, clean_label, shown_label (n,) int64.
    """

    card: str
    key: str
    caption: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A whole round, resolved."""

    round: int
    measures: Mapping[str, Measure]
    """Name to number. Names of an attack's own are "<card>.<what>"."""
    readings: Mapping[Side, tuple[Reading, ...]]
    grants: tuple[Access, ...]
    """Access that the attacker really holds for the next round, won by what it stole."""
    pictures: tuple[Picture, ...]
    events: tuple[str, ...]
    """What happened, in plain words, for the open record (not for a view)."""
    carry: Mapping[str, Any]
    """Digests that the next round starts from."""
    key: str = ""
    """Store key of the round itself."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(
            round=data["round"],
            measures={name: Measure(**item) for name, item in data["measures"].items()},
            readings={
                Side(side): tuple(Reading(**item) for item in items)
                for side, items in data["readings"].items()
            },
            grants=tuple(Access(item) for item in data["grants"]),
            pictures=tuple(Picture(**item) for item in data["pictures"]),
            events=tuple(data["events"]),
            carry=data["carry"],
            key=data["key"],
        )


@dataclass(frozen=True, slots=True)
class World:
    """What stays the same through a match, and is hashed into every key."""

    scenario: str
    seed: int
    fidelity: str
    data: str
    """Digest of the data set."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The scenario's pipeline settings at this fidelity: sizes, model, rates, base access."""
    knobs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Card name to the knobs that the scenario sets itself."""
