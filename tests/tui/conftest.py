from __future__ import annotations

import pytest

from tests.game import fakes
from wargame import catalog
from wargame.data.dataset import Dataset
from wargame.data.synthetic import make
from wargame.game.check import validated
from wargame.game.located import parse
from wargame.game.terms import Scenario


@pytest.fixture(autouse=True)
def _fake_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "card", fakes.card)
    monkeypatch.setattr(catalog, "card_names", lambda side=None: tuple(fakes.CARDS))
    monkeypatch.setattr(catalog, "model_files", fakes.models)


@pytest.fixture
def tiny() -> Scenario:
    located = parse(fakes.TINY, "tiny.yaml")
    return validated(located.data, "tiny.yaml", located)


@pytest.fixture(scope="session")
def terrain() -> Dataset:
    return make(n_train=60, n_test=30)
