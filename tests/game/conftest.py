from __future__ import annotations

import pytest

from tests.game import fakes
from wargame import catalog
from wargame.game.scenario import Scenario


@pytest.fixture(autouse=True)
def _fake_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "card", fakes.card)
    monkeypatch.setattr(catalog, "card_names", lambda side=None: tuple(fakes.CARDS))
    monkeypatch.setattr(catalog, "model_files", fakes.models)


@pytest.fixture
def tiny() -> Scenario:
    return fakes.tiny()
