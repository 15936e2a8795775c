"""Settings for every test: one torch thread, no Hypothesis deadline, no user folder touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")
settings.register_profile("wargame", deadline=None)
settings.load_profile("wargame")


@pytest.fixture(autouse=True, scope="session")
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The user's data home, store and cache stay untouched; the painted terrain is made once."""
    base = Path(tmp_path_factory.getbasetemp())
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    os.environ["WARGAME_HOME"] = str(shared / "home")
