"""How a tournament's file names an entrant, and which sides that entrant can play."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from wargame import catalog
from wargame.errors import WargameError
from wargame.game.agent import agent_class, agent_names
from wargame.game.located import Where
from wargame.game.problems import Problem
from wargame.game.setup import HUMAN
from wargame.stages import SIDES, Side
from wargame.tournament.archive import SUFFIXES
from wargame.tournament.entrant import NAME, TITLE
from wargame.tournament.intake import LONGEST_WORD, MOST_WORDS

Name = Annotated[str, Field(pattern=f"^{NAME}$")]
Title = Annotated[str, Field(max_length=TITLE, pattern=r"^[^\n\t\xa0]*[^\s][^\n\t\xa0]*$")]
_ENDINGS = (".py", *SUFFIXES)
Word = Annotated[str, Field(min_length=1, max_length=LONGEST_WORD)]


class Part(BaseModel):
    """A part of a tournament's file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Player(Part):
    """What plays: a ready agent's name, or the path of a file, folder or archive."""

    agent: Word = Field(description="a ready agent's name, or a path from the tournament's file")
    command: tuple[Word, ...] = Field(
        default=(),
        max_length=MOST_WORDS,
        description="the program and its arguments, run in that folder",
    )


class EntrantTerms(Part):
    """One entrant: a word, or a mapping with what plays both sides, or each side."""

    name: Name = Field(description="what tables and addresses call it; default: after its agent")
    title: Title = Field(description="what the page calls it; default: its name")
    agent: Word | None = Field(
        default=None,
        description="what plays: a ready agent's name, or a path from the tournament's file",
    )
    command: tuple[Word, ...] = Field(
        default=(),
        max_length=MOST_WORDS,
        description="the program and its arguments, run in the agent's folder",
    )
    attacker: Player | None = Field(default=None, description="what attacks, where it differs")
    defender: Player | None = Field(default=None, description="what defends, where it differs")

    @property
    def players(self) -> dict[Side, Player]:
        """What plays each side as far as the file tells; a ready agent may play fewer."""
        if self.agent is not None:
            return dict.fromkeys(SIDES, Player(agent=self.agent, command=self.command))
        given = {Side.ATTACKER: self.attacker, Side.DEFENDER: self.defender}
        return {side: player for side, player in given.items() if player is not None}


def completed(data: Any) -> Any:
    """An entrant as it stands in a file, with what the file may leave out; nothing is checked."""
    data = {"agent": data} if isinstance(data, str) else data
    if not isinstance(data, dict):
        return data
    if isinstance(data.get("agent"), str):
        data = {"name": default_name(data["agent"]), **data}
    for side in SIDES:
        if isinstance(data.get(side.value), str):
            data = {**data, side.value: {"agent": data[side.value]}}
    return {"title": data["name"], **data} if "name" in data else data


def slug(text: str, otherwise: str) -> str:
    """A name like the text."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[:40].rstrip("-_") or otherwise


def default_name(word: str) -> str:
    """The name of an entrant that has none: its agent's, or its file's, or its folder's."""
    path = PurePosixPath(word)
    name = path.name
    if name in ("agent.py", "policy.json") and path.parent.name:
        name = path.parent.name
    ending = next((each for each in _ENDINGS if name.lower().endswith(each)), "")
    return slug(name[: len(name) - len(ending)], "entrant")


def sides(word: str) -> tuple[Side, ...]:
    """The sides that a ready agent plays; both for what is not known before it is taken in."""
    return agent_class(word).sides if word in agent_names() else SIDES


def problems(entrant: EntrantTerms, index: int, base: Path) -> Iterator[Problem]:
    """What is wrong with one entrant that its fields alone do not show.

    Args:
        entrant: as read.
        index: its place in the list.
        base: the folder that paths start from.
    """
    path: Where = ("entrants", index)
    by_side = entrant.attacker is not None or entrant.defender is not None
    if by_side and (entrant.agent is not None or entrant.command):
        yield Problem(path, "give either an agent, or an attacker and a defender")
        return
    if not entrant.players:
        yield Problem(path, "give an agent, or an attacker and a defender")
        return
    for side, player in entrant.players.items():
        where = (*path, "agent") if entrant.agent is not None else (*path, side.value)
        wrong = _wrong(player, base)
        if wrong is None and by_side and side not in sides(player.agent):
            wrong = f"{player.agent} does not play the {side.value}"
        if wrong is not None:
            yield Problem(where, wrong)
            return


def _wrong(player: Player, base: Path) -> str | None:
    word = player.agent
    if word == HUMAN:
        return "a tournament plays by itself; nobody sits at the keyboard"
    if word in agent_names():
        return f"{word} comes with the game and takes no command" if player.command else None
    try:
        if (base / word).exists():
            return None
    except (OSError, ValueError) as error:
        return f"{word[:60]!r} cannot be a path: {error}"
    if os.sep in word or word.lower().endswith(_ENDINGS):
        return f"there is no file or folder {base / word}"
    unknown: WargameError = catalog.unknown("agent", word, agent_names())
    return str(unknown)
