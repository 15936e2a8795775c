"""A real mapengine of two rounds and few cards, and leagues that take seconds in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.worlds import TINY
from wargame.data.sources import load
from wargame.game import scenario
from wargame.game.terms import Scenario
from wargame.league.league import League
from wargame.league.league_folder import LeagueFolder
from wargame.league.terms import LeagueSettings
from wargame.stages import Side
from wargame.store import Store
from wargame.theory.entrants import entrants, header

Begin = Callable[..., LeagueFolder]
ATTACKERS, DEFENDERS = ("random",), ("random",)
_DECK = {
    "attacker": ["label_flip", "request_flood"],
    "defender": ["label_sanitation", "rate_limit"],
}
SEEDS = (7_000_000_000, 7_000_000_001, 7_000_000_002)


@pytest.fixture(scope="session")
def tiny() -> Scenario:
    content = scenario.load("mapengine").content()
    return scenario.from_content(
        {**content, "rounds": 2, "fidelity": {"drill": TINY}, "deck": _DECK}
    )


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(Path(tmp_path_factory.mktemp("league-store")))


@pytest.fixture(scope="session")
def settings(tiny: Scenario) -> LeagueSettings:
    tiles = load(tiny.data)
    found = entrants(Side.ATTACKER, ATTACKERS), entrants(Side.DEFENDER, DEFENDERS)
    return LeagueSettings(
        game=header(tiny, "drill", tiles, *found, SEEDS[0]),
        attackers=ATTACKERS,
        defenders=DEFENDERS,
        seeds=SEEDS,
        seed=5,
        steps=24,
        worlds=2,
        games=4,
        generations=2,
        children=2,
        check_every=1,
        check_worlds=1,
    )


@pytest.fixture(scope="session")
def begin(settings: LeagueSettings) -> Begin:
    def begin(root: Path, **changes: object) -> LeagueFolder:
        folder = LeagueFolder(root)
        folder.begin(settings.model_copy(update=changes))
        return folder

    return begin


@pytest.fixture(scope="session")
def whole(
    begin: Begin, tiny: Scenario, store: Store, tmp_path_factory: pytest.TempPathFactory
) -> LeagueFolder:
    """Two iterations, undisturbed; tests copy what they change."""
    folder = begin(tmp_path_factory.mktemp("league") / "whole")
    assert League(folder, tiny, command="wargame league-train", store=store).run(2)
    return folder
