"""What a card is: facts about it as class attributes, its knobs as frozen, validated fields.

The fields of a card are at once the form in the terminal, the keys allowed in a scenario file and
what the store hashes. A card's module imports nothing heavy; the work happens inside its methods.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, Self

from pydantic import BaseModel, ConfigDict

from wargame.stages import STRENGTHS, Access, Side, Stage, Strength


class Kind(StrEnum):
    """Families of defences, S0 Fig. 5; the first three are reactive, the others proactive."""

    DETECTION = "reactive: attack detection"
    RETRAINING = "reactive: frequent retraining"
    VERIFICATION = "reactive: decision verification"
    ROBUST_LEARNING = "proactive: robust learning"
    HIDING = "proactive: hiding (encryption, randomization)"
    ASSESSMENT = "proactive: game-theoretic assessment"


class Dimensions(NamedTuple):
    """The five dimensions of S0 Table 2, in the table's words; "-" where one does not apply."""

    knowledge: str
    frequency: str
    specificity: str
    scope: str
    level: str


class Card(BaseModel):
    """One move of the game at one strength; its fields are the knobs.

    Subclasses state their facts as class variables and their knobs as fields with defaults.
    `strengths` gives, for each strength, the knobs that differ from the defaults.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]
    """File name and YAML name."""
    title: ClassVar[str]
    side: ClassVar[Side]
    stage: ClassVar[Stage]
    """The stage the sources place it at, and where the board shows it."""
    costs: ClassVar[tuple[int, int, int]]
    """Price at light, medium and heavy, in budget points."""
    upkeep: ClassVar[int] = 0
    """Points a round for every round in force after the first."""
    lasts: ClassVar[tuple[int, int, int]] = (1, 1, 1)
    """Rounds in force at light, medium and heavy, the round of play included."""
    source: ClassVar[str]
    """Place in the sources, e.g. "S0 3.2"."""
    atlas: ClassVar[str | None] = None
    """MITRE ATLAS technique or mitigation id."""
    summary: ClassVar[str]
    """One line, at most 70 characters, for the hand."""
    text: ClassVar[str]
    """A short lesson: what it does, why it works, what gives it away, what it costs."""
    measured_by: ClassVar[tuple[str, ...]] = ()
    """Names of the measurements it is told by, among those that its role offers."""
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]]
    simulated: ClassVar[str | None] = None
    """What stands in for missing hardware, e.g. "simulated hardware: SGX"."""

    @classmethod
    def at(cls, strength: Strength, knobs: Mapping[str, Any] | None = None) -> Self:
        """The card at a strength, with a scenario's own knobs laid over it.

        Raises:
            pydantic.ValidationError: a knob is unknown or out of range.
        """
        return cls(**{**cls.strengths[strength], **(knobs or {})})

    @classmethod
    def cost(cls, strength: Strength) -> int:
        """Price in budget points."""
        return cls.costs[STRENGTHS.index(strength)]

    @classmethod
    def duration(cls, strength: Strength) -> int:
        """Rounds in force, the round of play included."""
        return cls.lasts[STRENGTHS.index(strength)]

    def knobs(self) -> dict[str, Any]:
        """The knob values as plain JSON data."""
        return self.model_dump(mode="json")


class Attack(Card):
    """A card of the attacker."""

    side: ClassVar[Side] = Side.ATTACKER
    access: ClassVar[tuple[frozenset[Access], ...]]
    """Alternatives; holding all of any one set is enough."""
    dimensions: ClassVar[Dimensions | None] = None
    """S0 Table 2."""
    countered_by: ClassVar[tuple[str, ...]] = ()
    """Defences that the sources claim help; whether they do is measured."""

    @classmethod
    def allowed_with(cls, held: frozenset[Access]) -> bool:
        """Whether the access held is enough."""
        return any(need <= held for need in cls.access)


class Defence(Card):
    """A card of the defender."""

    side: ClassVar[Side] = Side.DEFENDER
    kind: ClassVar[Kind]
    counters: ClassVar[tuple[str, ...]] = ()
    """Attacks that the sources claim it counters; whether it does is measured."""
    instruments: ClassVar[tuple[str, ...]] = ()
    """Names of the readings it gives its owner while in force."""
