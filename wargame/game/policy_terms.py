"""What policy.json says: whose moves the numbers are, what network plays, how it was made.

An action number means a card at a strength, and an input number means a line of the view; both
follow from the deck. So the deck's cards in their order and the names of the inputs are kept, and
another deck is refused. Prices, rounds, knobs and aims do not change what a number means: there a
policy plays, well or badly.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from wargame.errors import WargameError
from wargame.game.deck import Deck
from wargame.game.network import Activation, shapes
from wargame.game.terms import FidelityName, Scenario, Slug
from wargame.game.view import deck_layout
from wargame.stages import STRENGTHS, Side
from wargame.store import digest

FORMAT = "wargame-policy"
VERSION = 1


def _printable(text: str) -> str:
    # Such characters could steer the terminal that shows them.
    if not text.isprintable():
        raise ValueError("an unprintable character is not allowed")
    return text


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,60}$")]
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Title = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_printable)]
Sentence = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]
Command = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_printable)]
Word = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_printable)]
Width = Annotated[int, Field(ge=1, le=4096)]
Seed = Annotated[int, Field(ge=0, lt=2**64)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Made(_Part):
    """How a policy was made."""

    command: Command = Field(description="what makes it again")
    steps: int = Field(
        ge=0, lt=2**53, description="rounds it was trained on, those of its warm start included"
    )
    seed: Seed
    fidelity: FidelityName
    opponents: tuple[Word, ...] = Field(max_length=1000)
    worlds: tuple[Seed, Seed] | None = Field(
        default=None, description="first and last seed that its training worlds were drawn from"
    )


class Settings(_Part):
    """A policy without its weights; `describe` fills in what follows from the deck."""

    format: Literal["wargame-policy"] = "wargame-policy"
    version: Literal[1] = 1
    name: Name
    title: Title
    character: Sentence = Field(description="one line on how it plays")
    side: Side
    scenario: Slug = Field(description="where it was trained")
    deck: tuple[Slug, ...] = Field(min_length=1, max_length=200, description="cards in order")
    deck_digest: Hex
    layout: tuple[Word, ...] = Field(min_length=1, max_length=10_000, description="inputs in order")
    layout_digest: Hex
    hidden: tuple[Width, ...] = Field(max_length=8, description="widths of the hidden layers")
    activation: Activation
    play: Literal["greedy", "sample"] = Field(description="likeliest move, or drawn by likelihood")
    made: Made

    @property
    def inputs(self) -> int:
        """Length of an observation."""
        return len(self.layout)

    @property
    def actions(self) -> int:
        """Number of actions."""
        return actions(self.deck)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name to shape of the weights."""
        return shapes(self.inputs, self.hidden, self.actions)

    @property
    def parameters(self) -> int:
        """Number of weights."""
        ends = (self.inputs, *self.hidden, self.actions)
        return sum((a + 1) * b for a, b in pairwise(ends))

    @model_validator(mode="after")
    def _whole(self) -> Settings:
        if self.deck_digest != deck_digest(self.side, self.deck):
            raise ValueError("deck_digest is not that of the deck; was it edited by hand?")
        if self.layout_digest != digest(list(self.layout)):
            raise ValueError("layout_digest is not that of the layout; was it edited by hand?")
        return self


class Stored(Settings):
    """policy.json as it lies on the disk."""

    weights: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="SHA-256 of weights.safetensors"
    )

    @property
    def mark(self) -> str:
        """Eight hex digits of all that decides how it plays: another policy has another."""
        kept = self.model_dump(
            mode="json",
            include={"side", "deck", "layout", "hidden", "activation", "play", "weights"},
        )
        return digest(kept)[:8]


def actions(cards: tuple[str, ...]) -> int:
    """Number of actions of a deck of these cards, passing included."""
    return 1 + len(STRENGTHS) * len(cards)


def deck_digest(side: Side, cards: tuple[str, ...]) -> str:
    """Digest of what each action number means."""
    strengths = [strength.value for strength in STRENGTHS]
    return digest({"side": side.value, "cards": list(cards), "strengths": strengths})


def describe(
    scenario: Scenario,
    side: Side,
    *,
    name: str,
    title: str,
    character: str,
    hidden: tuple[int, ...],
    activation: Activation,
    play: Literal["greedy", "sample"],
    made: Made,
) -> Settings:
    """The settings of a policy for a side of a scenario.

    Raises:
        WargameError: a field is out of its bounds.
    """
    deck = Deck.of(scenario, side)
    layout = deck_layout(deck)
    try:
        return Settings(
            name=name,
            title=title,
            character=character,
            side=side,
            scenario=scenario.name,
            deck=deck.names,
            deck_digest=deck_digest(side, deck.names),
            layout=layout,
            layout_digest=digest(list(layout)),
            hidden=hidden,
            activation=activation,
            play=play,
            made=made,
        )
    except ValueError as error:
        raise WargameError(f"the policy {name!r} cannot be described: {error}") from error


def check_deck(settings: Settings, scenario: Scenario) -> None:
    """Checks that the numbers of a policy mean in a scenario what they meant in training.

    Raises:
        WargameError: they do not; says what differs.
    """
    deck = Deck.of(scenario, settings.side)
    layout = deck_layout(deck)
    if settings.deck != deck.names:
        what = f"the {settings.side.value}'s deck of {scenario.name} is another: "
        what += differing("card", settings.deck, deck.names)
    elif settings.layout != layout:
        what = f"the {settings.side.value} of {scenario.name} is shown other things: "
        what += differing("input", settings.layout, layout)
    else:
        return
    raise WargameError(
        f"the policy {settings.name} was trained on {settings.scenario}, and {what}; "
        "its numbers would mean other moves"
    )


def differing(what: str, known: tuple[str, ...], here: tuple[str, ...]) -> str:
    """How two lists of names differ, in words."""
    gone = [name for name in known if name not in here]
    new = [name for name in here if name not in known]
    said = [f"{_few(gone)} missing"] * bool(gone) + [f"{_few(new)} added"] * bool(new)
    if not said:
        place = next(
            (i for i, pair in enumerate(zip(known, here, strict=False)) if pair[0] != pair[1]), 0
        )
        said = [f"another order, {what} {place + 1} is {here[place]} and was {known[place]}"]
    return " and ".join(said)


def _few(names: list[str]) -> str:
    more = len(names) - 5
    return ", ".join(names[:5]) + (f" and {more} more" if more > 0 else "")
