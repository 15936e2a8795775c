from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.worlds import SMALL, environment, leaves

__all__ = ["environment", "leaves"]

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "small.yaml"
    path.write_text(SMALL)
    return path


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for the tests that need no fresh store."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def wargame(shared_home: Path, tmp_path: Path) -> Run:
    """Runs the command in a process of its own, in an empty folder."""

    def run(
        *words: str | Path, home: Path | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "wargame", *map(str, words)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment(home or shared_home, **more),
            timeout=240,
        )

    return run


@pytest.fixture(scope="session")
def played(small: Path, leaves: Path, shared_home: Path) -> Path:
    """A finished record, made by a process of its own; tests copy it."""
    path = shared_home / "played.jsonl"
    done = subprocess.run(
        [sys.executable, "-m", "wargame", *watching(small, leaves), "--record", str(path)],
        capture_output=True,
        text=True,
        env=environment(shared_home),
    )
    assert done.returncode == 0, done.stderr
    return path


def watching(small: Path, leaves: Path, *, seed: int = 3) -> list[str]:
    players = ["--attacker", "random", "--defender", "random"]
    where = ["--data", str(leaves), "--fidelity", "drill", "--seed", str(seed)]
    return ["watch", str(small), *players, *where, "--headless"]
