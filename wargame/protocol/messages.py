"""The messages of the line protocol: what a match tells an agent, and what an agent answers.

One JSON object a line, UTF-8. Within a version the host may add fields to its own messages, so
these models leave unknown fields of the host's out; an agent's answer holds its fields alone.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from wargame.sandbox.limits import Limits
from wargame.stages import Access, Side, Strength

PROTOCOL = "wargame-agent"
VERSION = 1
SEEDS = 2**53
"""Seeds are below it, so that every language's numbers hold them exactly."""

Whole = Annotated[int, Field(ge=-SEEDS, le=SEEDS)]


class _Told(BaseModel):
    """A part of what the host says; it may grow within a version."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)


class _Answer(BaseModel):
    """What an agent says; a field that it does not have is a slip of the pen."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class DeckCard(_Told):
    """A card of the own deck. Card i at strength s (0, 1, 2) is action 1 + 3 i + s."""

    card: str = Field(description="its name")
    title: str = Field(description="what the screen calls it")
    costs: tuple[int, int, int] = Field(description="points at light, medium and heavy")
    lasts: tuple[int, int, int] = Field(description="rounds in force, the round of play included")
    upkeep: int = Field(description="points a round for every round in force after the first")
    access: tuple[tuple[Access, ...], ...] = Field(
        description="alternatives; holding all of any one is enough. A defender's card needs none"
    )


class DeckTold(_Told):
    """The own deck."""

    cards: tuple[DeckCard, ...] = Field(description="in the order that numbers the actions")
    channels: tuple[str, ...] = Field(description="every channel the own instruments can show")


class LimitsTold(Limits):
    """What the agent may use; all its processes together count."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Hello(_Told):
    """The first message: who the agent plays, and in which game."""

    kind: Literal["hello"]
    protocol: Literal["wargame-agent"] = Field(description="the protocol's name")
    version: int = Field(ge=1, description="of the protocol that the match speaks")
    side: Side = Field(description="the side that the agent plays")
    seed: int = Field(ge=0, lt=SEEDS, description="for the agent's own chance, and its alone")
    scenario: dict[str, Any] = Field(description="the scenario's content, as its file says it")
    deck: DeckTold = Field(description="the own deck")
    limits: LimitsTold = Field(description="what the agent may use")


class MoveTold(_Told):
    """One action, and whether it is allowed now."""

    action: int = Field(description="its number")
    card: str | None = Field(description="null for passing")
    strength: Strength | None = Field(description="null for passing")
    cost: int = Field(description="points")
    legal: bool = Field(description="whether it is allowed now")
    reason: str | None = Field(description="why it is not allowed; null where it is")


class OwnTold(_Told):
    """An own card in force."""

    card: str = Field(description="its name")
    strength: Strength = Field(description="that it was played at")
    rounds_left: int = Field(description="rounds it would still act in, the coming one included")


class ReadingTold(_Told):
    """What one instrument showed; false alarms included."""

    instrument: str = Field(description="the card or base instrument that shows it")
    channel: str = Field(description="what is read; stable from round to round")
    value: float = Field(description="what it shows")
    low: float = Field(description="lower end of the 95 % interval")
    high: float = Field(description="upper end of it")
    alarm: bool = Field(description="whether the instrument raised an alarm")
    text: str = Field(description="the same in a sentence")


class ViewTold(_Told):
    """All that an agent may know."""

    side: Side = Field(description="the own side")
    round: int = Field(description="the round to be played, from 1")
    rounds: int = Field(description="rounds of the match")
    budget: int = Field(description="points at hand")
    moves: tuple[MoveTold, ...] = Field(description="every action, by number; 0 is to pass")
    in_force: tuple[OwnTold, ...] = Field(description="own cards in force, oldest first")
    access: tuple[Access, ...] = Field(description="what the attacker holds; a defender's is empty")
    readings: tuple[tuple[ReadingTold, ...], ...] = Field(
        description="own readings: one list a round played, the opening (round 0) first"
    )
    history: tuple[int, ...] = Field(description="own actions so far, one a round")


class Turn(_Told):
    """The agent is to move."""

    kind: Literal["turn"]
    round: int = Field(ge=1, description="the round to be played; the answer repeats it")
    bank: float = Field(ge=0, description="seconds left in the time bank")
    view: ViewTold = Field(description="all that the agent may know")


class End(_Told):
    """The match is over; the agent answers nothing and leaves."""

    kind: Literal["end"]
    view: ViewTold = Field(description="after the last round")


class Ready(_Answer):
    """The answer to `hello`."""

    kind: Literal["ready"]
    version: Whole = Field(description="of the protocol that the agent speaks: 1")


class Move(_Answer):
    """The answer to `turn`."""

    kind: Literal["move"]
    round: Whole = Field(description="of the turn that it answers")
    action: Whole = Field(description="the number of a legal action; 0 passes")


HostMessage = Annotated[Hello | Turn | End, Field(discriminator="kind")]
AgentMessage = Annotated[Ready | Move, Field(discriminator="kind")]
HOST: TypeAdapter[Hello | Turn | End] = TypeAdapter(HostMessage)
AGENT: TypeAdapter[Ready | Move] = TypeAdapter(AgentMessage)


def schema() -> dict[str, Any]:
    """JSON Schema of one line of either direction; `protocol.schema.json` holds the same."""
    both: TypeAdapter[Hello | Turn | End | Ready | Move] = TypeAdapter(
        Annotated[Hello | Turn | End | Ready | Move, Field(discriminator="kind")]
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"One line of the {PROTOCOL} protocol, version {VERSION}",
        **both.json_schema(mode="validation"),
    }
