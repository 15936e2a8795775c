"""A tournament that is over in seconds, of ready agents and of strangers that run isolated."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.worlds import SMALL, environment, leaves

__all__ = ["leaves"]

Run = Callable[..., subprocess.CompletedProcess[str]]
ADA = """\
from wargame.game.agent import Agent, strongest
from wargame.stages import Side


class Ada(Agent):
    name = "ada"
    title = "Ada"
    character = "Plays the dearest card it can"

    def act(self, view):
        print("round", view.round)
        cards = [move.card for move in view.moves[1::3]]
        return strongest(view, cards if view.side is Side.ATTACKER else cards[::-1])
"""
BO = """\
from wargame.game.agent import Agent, legal


class Bo(Agent):
    name = "bo"
    title = "Bo"
    character = "Plays anything"

    def act(self, view):
        return int(self.rng.choice(legal(view)))
"""
CY = """\
from wargame.game.agent import Agent


class Cy(Agent):
    name = "cy"
    title = "Cy"
    character = "Gives up in the second round"

    def act(self, view):
        if view.round == 2:
            raise RuntimeError("what now?")
        return 0
"""
FILE = """\
title: An evening
scenarios: [small.yaml]
entrants:
  - random
  - ada.py
  - bo.py
  - cy.py
  - {name: pair, attacker: poisoner, defender: vigilant}
fidelity: drill
seed: 5
limits: {move: 5, bank: 20}
"""


@pytest.fixture
def class_room(tmp_path: Path) -> Path:
    """A folder with a tournament's file `evening.yaml` and its strangers."""
    return furnish(tmp_path)


def furnish(folder: Path) -> Path:
    """Puts the tournament's file and its strangers into a folder."""
    (folder / "small.yaml").write_text(SMALL)
    for name, text in (("ada", ADA), ("bo", BO), ("cy", CY)):
        (folder / f"{name}.py").write_text(text)
    (folder / "evening.yaml").write_text(FILE)
    return folder


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home, and so one store, for all tests here."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, home: Path, leaves: Path) -> Path:
    """The folder that the tournament leaves where one process plays it without a break."""
    folder = furnish(tmp_path_factory.mktemp("finished"))
    done = runner(folder, home, leaves)("run", "evening.yaml", "--headless", "--workers", "1")
    assert done.returncode == 0, done.stderr
    return folder / "evening"


@pytest.fixture
def morning_after(class_room: Path, finished: Path) -> Path:
    """A class room whose tournament is over; what is done there is seen by nobody else."""
    shutil.copytree(finished, class_room / "evening")
    return class_room


@pytest.fixture
def wargame(home: Path, leaves: Path, class_room: Path) -> Run:
    """Runs `wargame tournament` in a process of its own."""
    return runner(class_room, home, leaves)


def runner(folder: Path, home: Path, leaves: Path) -> Run:
    """Runs `wargame tournament` in a folder."""

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*words),
            capture_output=True,
            text=True,
            cwd=folder,
            env=environment(home, WARGAME_DATA=str(leaves)),
            timeout=240,
        )

    return run


def command(*words: str | Path) -> list[str]:
    """The words of a command."""
    return [sys.executable, "-m", "wargame", "tournament", *map(str, words)]


def events(text: str) -> list[dict[str, Any]]:
    """What `run --json` printed."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def written(folder: Path) -> dict[str, bytes]:
    """The files that a tournament leaves, without its database."""
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.suffix in (".csv", ".json", ".html", ".jsonl")
    }
