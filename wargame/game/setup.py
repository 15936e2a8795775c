"""From names to a match: finds scenario, data, agents and store, as every face does it."""

from __future__ import annotations

import os
from pathlib import Path

from wargame.data.sources import load, summary
from wargame.game import scenario
from wargame.game.agent_file import named
from wargame.game.match import DataFacts, Match
from wargame.game.terms import Scenario
from wargame.home import cache_home
from wargame.pipeline.source import check_size, offer
from wargame.pool import Pool, Progress, silent
from wargame.store import Store, open_store

HUMAN = "human"


def store_place() -> str:
    """Where the user's own store is: `WARGAME_STORE`, a folder or a URL, else in the cache."""
    return os.environ.get("WARGAME_STORE") or str(cache_home() / "store")


def default_store() -> Store:
    """The user's own store."""
    return open_store(store_place())


def prepare(
    game: str | Path | Scenario,
    attacker: str | None,
    defender: str | None,
    *,
    seed: int,
    fidelity: str,
    data: Path | None = None,
    store: Store | None = None,
    pool: Pool | None = None,
    progress: Progress = silent,
) -> Match:
    """A match ready to be played.

    Args:
        game: a scenario's name, file, or the scenario itself.
        attacker: an agent's name, or the user's own file, ending in .py; None (or "human") where
            `Match.step` will be told its actions.
        defender: likewise.
        seed: everything random follows from it.
        fidelity: one of the scenario's.
        data: where the data lies; else it is looked for.
        store: where artifacts are kept; the user's own where it is not given.
        pool: where they are made; this process where it is not given.
        progress: told what is being made; raises Cancelled to stop.

    Raises:
        WargameError: a name is unknown, a file is wrong, or the data cannot be used.
    """
    rules = game if isinstance(game, Scenario) else scenario.load(game)
    players = [
        None if name in (None, HUMAN) else named(str(name))() for name in (attacker, defender)
    ]
    tiles = load(rules.data, location=data)
    offer(tiles)
    match = Match(
        rules,
        *players,
        seed=seed,
        fidelity=fidelity,
        data=DataFacts(tiles.name, tiles.digest, summary(tiles)),
        store=store if store is not None else default_store(),
        pool=pool,
        progress=progress,
    )
    check_size(match.world)
    return match
