"""The terms of a game: rounds, budgets, decks, sizes and aims, each field with its bounds."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_serializer, model_validator

from wargame import catalog
from wargame.pipeline.outcome import World
from wargame.stages import Access, Side
from wargame.store import digest

FidelityName = Literal["sketch", "drill", "standard", "full"]
Weight = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Budget(_Part):
    """Points that each side has for playing cards; both sides have the same."""

    start: int = Field(ge=0, le=1000, description="points before the first round")
    refill: int = Field(ge=0, le=1000, description="points won after every round")
    cap: int = Field(ge=1, le=1000, description="most points that a side can hold")


class Weights(_Part):
    """How much the attacker's mission is worth for each goal; they sum to 1."""

    integrity: Weight = Field(description="wrong answers")
    confidentiality: Weight = Field(description="records, membership or the model in wrong hands")
    availability: Weight = Field(description="honest users unserved, slowed or paying for others")


class Mission(_Part):
    """What the attacker wants, and the mean mission value that parts victory from defeat."""

    weights: Weights = Field(description="share of each goal in the mission value of a round")
    par: Weight = Field(description="the attacker wins where its mean mission value is above par")


class Pipeline(_Part):
    """Settings of the pipeline that every fidelity shares."""

    model: Slug = Field(description="victim model, a file of models/")
    drones: int = Field(ge=1, le=10_000, description="contributors that upload records")
    captured_drones: int = Field(ge=0, le=10_000, description="contributors the attacker holds")
    capture_factor: int = Field(
        ge=1, le=9, description="captures are this many times as wide as the model's tiles"
    )
    shards: int = Field(ge=1, le=1000, description="storage nodes that share the records")
    honest_rate: float = Field(gt=0, le=1000, description="honest requests a second, all drones")
    pass_ms: float = Field(gt=0, le=1000, description="simulated ms of one forward pass")
    stolen_keys: int = Field(ge=0, le=1000, description="API keys an intruder has seen")


class Fidelity(_Part):
    """Sizes at one fidelity: how long a round takes and how sharp its measurements are."""

    initial: Count = Field(description="records before the first round")
    batch: Count = Field(description="records that arrive each round")
    window: Count = Field(description="newest records that the model learns from")
    evaluation: Count = Field(description="held-out records that accuracy is measured on")
    gold: Count = Field(description="records of the defender's vetted set")
    attacked: Count = Field(description="records an evasion attack is run on")
    steps: Count = Field(description="training steps of a model")
    batch_size: Count = Field(description="records in a training step")
    lr: float = Field(gt=0, le=10, description="highest learning rate")
    weight_decay: float = Field(ge=0, le=1, description="weight decay")
    width: int = Field(ge=1, le=4096, description="channels of the model's first layer")


class Entry(_Part):
    """One card of a deck: its name, or `name: {knob: value}` to set knobs of it."""

    name: Slug
    knobs: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"name": data}
        if isinstance(data, dict) and len(data) == 1:
            [(name, knobs)] = data.items()
            return {"name": name, "knobs": {} if knobs is None else knobs}
        raise ValueError("a card is its name, or its name with a mapping of knobs")

    @model_serializer
    def _as_written(self) -> Any:
        return {self.name: self.knobs} if self.knobs else self.name


class Decks(_Part):
    """The cards of each side; their order fixes the numbers of the actions."""

    attacker: tuple[Entry, ...] = Field(min_length=1, max_length=200)
    defender: tuple[Entry, ...] = Field(min_length=1, max_length=200)

    def of(self, side: Side) -> tuple[Entry, ...]:
        """The entries of a side."""
        return self.attacker if side is Side.ATTACKER else self.defender


class Scenario(_Part):
    """One game, complete: what `scenarios/NAME.yaml` holds."""

    name: Slug = Field(description="file name without .yaml")
    title: str = Field(min_length=1, max_length=60, description="what the screen calls it")
    briefing: str = Field(min_length=1, max_length=4000, description="what the players read first")
    source: str = Field(min_length=1, max_length=200, description="where it comes from")
    data: Slug = Field(description="the data set")
    rounds: int = Field(ge=1, le=100, description="rounds of a match")
    budget: Budget
    access: tuple[Access, ...] = Field(description="access the attacker holds from the start")
    mission: Mission
    pipeline: Pipeline
    fidelity: dict[FidelityName, Fidelity] = Field(min_length=1)
    deck: Decks

    def content(self) -> dict[str, Any]:
        """The scenario as plain JSON data; `scenario.from_content` is the inverse."""
        return self.model_dump(mode="json")

    @cached_property
    def digest(self) -> str:
        """Digest of the content: neither path nor comments nor layout count."""
        return digest(self.content())

    @property
    def cheapest(self) -> FidelityName:
        """The coarsest fidelity it has: what learners use unless they are told otherwise."""
        return next(name for name in get_args(FidelityName) if name in self.fidelity)

    def sizes(self, fidelity: str) -> Fidelity:
        """The sizes at a fidelity.

        Raises:
            WargameError: the scenario has no such fidelity.
        """
        for name, sizes in self.fidelity.items():
            if name == fidelity:
                return sizes
        raise catalog.unknown("fidelity", fidelity, tuple(self.fidelity))

    def world(self, seed: int, fidelity: str, data_digest: str) -> World:
        """What stays the same through a match of this scenario.

        `settings` holds the pipeline's fields, the sizes, `rounds` and `access`, on one level.
        """
        settings = {
            **self.pipeline.model_dump(),
            **self.sizes(fidelity).model_dump(),
            "rounds": self.rounds,
            "access": sorted(access.value for access in self.access),
        }
        entries = (*self.deck.attacker, *self.deck.defender)
        knobs = {entry.name: entry.knobs for entry in entries if entry.knobs}
        return World(self.name, seed, fidelity, data_digest, settings, knobs)
