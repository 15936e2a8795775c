"""Real matches of the tests' own: the ready scenario's cards over outcomes drawn by a hash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.game import fakes
from wargame.game.agent import Agent
from wargame.game.match import DataFacts, Match
from wargame.game.scenario import Scenario, load
from wargame.stages import Access
from wargame.store import Store

ACCESS = (Access.CONTRIBUTOR, Access.API_LABEL, Access.NETWORK)


def scenario(**changes: Any) -> Scenario:
    """The ready one with less access, so that some cards cannot be played."""
    return load("mapengine").model_copy(update={"rounds": 12, "access": ACCESS, **changes})


def match(
    folder: Path, attacker: Agent, defender: Agent, game: Scenario | None = None, seed: int = 7
) -> Match:
    return Match(
        game or scenario(),
        attacker,
        defender,
        seed=seed,
        fidelity="sketch",
        data=DataFacts("eurosat", "d" * 40, "the tests"),
        store=Store(folder / "store"),
        resolver=fakes.Resolver(),
    )
