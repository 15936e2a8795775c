"""A real mapengine, every card of it, at sizes that resolve a round in a fraction of a second."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds import TINY
from wargame.game import scenario
from wargame.game.terms import Scenario
from wargame.store import Store


@pytest.fixture(scope="session")
def tiny() -> Scenario:
    """Mapengine with its whole deck, four rounds, tiny sizes at drill."""
    content = scenario.load("mapengine").content()
    return scenario.from_content({**content, "rounds": 4, "fidelity": {"drill": TINY}})


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One store for all tests of the session."""
    return Store(Path(tmp_path_factory.mktemp("arena-store")))
