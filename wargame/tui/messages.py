"""What workers and widgets tell the screens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from wargame.data.dataset import Dataset
    from wargame.game.match import RoundLine
    from wargame.game.table import Table
    from wargame.game.terms import Scenario
    from wargame.theory.review import Review


@dataclass
class RulesRead(Message):
    """The scenario is read."""

    rules: Scenario
    opponents: dict[str, list[tuple[str, str]]]
    """Side to (name, what it is) of the agents that can play it."""


@dataclass
class DataRead(Message):
    """The data set is loaded."""

    tiles: Dataset
    words: str


@dataclass
class Fetched(Message):
    """The real data is here, or was given up."""

    error: str | None


@dataclass
class Downloaded(Message):
    """Bytes so far, and in all."""

    done: int
    total: int


@dataclass
class Making(Message):
    """What is being made."""

    what: str
    done: int
    total: int


@dataclass
class Seated(Message):
    """A table is ready."""

    table: Table


@dataclass
class Opened(Message):
    """The honest start is made."""


@dataclass
class RoundOver(Message):
    """A round is finished."""

    line: RoundLine


@dataclass
class Reviewed(Message):
    """More of a review is done."""

    review: Review


@dataclass
class CalledOff(Message):
    """The round was called off; the match stands as before."""


@dataclass
class Failed(Message):
    """Something that the user can understand went wrong."""

    text: str
