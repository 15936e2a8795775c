"""Settings for every test: one torch thread, no Hypothesis deadline, no user folder touched."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell lets its background jobs ignore Ctrl-C, and the commands under test would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
settings.register_profile("wargame", deadline=None)
settings.load_profile("wargame")


@pytest.fixture(autouse=True, scope="session")
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The user's data home, store and cache stay untouched; the painted terrain is made once."""
    base = Path(tmp_path_factory.getbasetemp())
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    os.environ["WARGAME_HOME"] = str(shared / "home")
