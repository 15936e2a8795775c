"""Matches as the commands need them: set up from names, or again from a record's header."""

from __future__ import annotations

from pathlib import Path

from wargame.data.dataset import Dataset
from wargame.data.sources import find, load
from wargame.errors import WargameError
from wargame.game import agent, scenario, setup
from wargame.game.agent import Agent
from wargame.game.agent_file import named
from wargame.game.lines import Header
from wargame.game.match import DataFacts, Match, Resolver
from wargame.game.table import Seats
from wargame.pipeline.source import offer
from wargame.pool import Pool, Progress, silent
from wargame.stages import SIDES
from wargame.store import Store


def between(
    game: str,
    attacker: str,
    defender: str,
    *,
    seed: int,
    fidelity: str,
    data: Path | None,
    pool: Pool,
    progress: Progress,
) -> Match:
    """A new match of two agents.

    Raises:
        WargameError: a name is unknown, or the data cannot be used.
    """
    for name in (attacker, defender):
        if name == setup.HUMAN:
            raise WargameError("a human needs the screen: use `wargame play`")
    return setup.prepare(
        game,
        attacker,
        defender,
        seed=seed,
        fidelity=fidelity,
        data=data,
        pool=pool,
        progress=progress,
    )


def again(
    header: Header,
    *,
    data: Path | None = None,
    store: Store | None = None,
    pool: Pool | None = None,
    progress: Progress = silent,
    agents: tuple[Agent | None, Agent | None] | None = None,
    own: tuple[str | None, str | None] = (None, None),
    resolver: Resolver | None = None,
) -> Seats:
    """The match of a record, no round played.

    Args:
        header: of the record.
        data: where the data lies; else where it lay, or where its name leads.
        store: the user's own where it is not given.
        pool: this process where it is not given.
        progress: told what is being made.
        agents: who plays; else the recorded ones.
        own: the user's own agents, which a record only names.
        resolver: makes the rounds; the pipeline in this process where it is not given.

    Raises:
        WargameError: an agent, the scenario or the data is not here any more.
    """
    rules = scenario.from_content(header.content)
    offer(_tiles(header, data))
    players = agents if agents is not None else _players(header, own)
    return Seats(
        rules,
        *players,
        seed=header.seed,
        fidelity=header.fidelity,
        data=DataFacts(header.data.name, header.data.digest, header.data.origin),
        store=store if store is not None else setup.default_store(),
        pool=pool,
        resolver=resolver,
        progress=progress,
    )


def _players(
    header: Header, own: tuple[str | None, str | None]
) -> tuple[Agent | None, Agent | None]:
    made: list[Agent | None] = []
    for side, word in zip(SIDES, own, strict=True):
        name = header.agents.get(side)
        if word is not None:
            made.append(named(word)())
        else:
            made.append(agent.make(name) if name not in (None, setup.HUMAN) else None)
    return made[0], made[1]


def _tiles(header: Header, data: Path | None) -> Dataset:
    wanted = header.data.digest
    tiles = find(wanted) if data is None else None
    if tiles is None:
        name = str(header.content.get("data", header.data.name))
        tiles = load(name, location=data)
    if tiles.digest != wanted:
        raise WargameError(
            f"the match was played on other data ({header.data.origin}; digest {wanted[:12]}), "
            f"and what is here has the digest {tiles.digest[:12]}; name its folder with --data"
        )
    return tiles
