"""A small real scenario, and tables of made-up numbers for the pure parts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from tests.worlds import SMALL, environment, leaves
from wargame.lab.matrix import Arm, Facts

# A card that travels, one that asks, and a title that must not become markup.
CHANGES = {
    "title: Small": "title: Small <b>&",
    ", api-label, api-score]": "]",
    "[label_flip, pgd, checkpoint_theft]": "[label_flip, sniff, pgd, checkpoint_theft, square]",
    "[adversarial_training]": "[encrypted_channel, encrypted_store, adversarial_training]",
}
__all__ = ["leaves"]
CARDS = ("--attacks", "sniff,pgd", "--defences", "encrypted_channel,encrypted_store")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "small.yaml"
    text = SMALL
    for old, new in CHANGES.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    path.write_text(text)
    return path


@pytest.fixture(scope="session")
def words(small: Path, leaves: Path) -> list[str]:
    """A matrix of two attacks and two defences on two seeds."""
    return [
        str(small), *CARDS, "--data", str(leaves), "--rounds", "2", "--seeds", "0:2",
    ]  # fmt: skip


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home, and so one store, for the tests that need no fresh one."""
    return tmp_path_factory.mktemp("home")


Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(home: Path, tmp_path: Path) -> Run:
    """Starts the command in a process of its own."""

    def run(*args: str | Path, at: Path | None = None) -> subprocess.Popen[str]:
        alone = () if "--workers" in args else ("--workers", "1")
        return subprocess.Popen(
            [sys.executable, "-m", "wargame", *map(str, args), *alone],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=environment(at or home, COLUMNS="80"),
        )

    return run


@pytest.fixture(scope="session")
def whole(words: list[str], home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of that matrix, measured undisturbed by one process."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    done = subprocess.run(
        [sys.executable, "-m", "wargame", "matrix", *words, "--workers", "1", "--out", str(folder)],
        capture_output=True,
        text=True,
        env=environment(home),
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return folder


def table(
    arms: Mapping[tuple[str | None, str | None], Sequence[float]], measure: str = "x.executed"
) -> dict[tuple[int, Arm], Facts]:
    """Attack and defence to the harm on each seed; the mission is half of it."""
    return {
        (seed, Arm(*arm)): Facts(value / 2, {}, {measure: value}, {"clean_accuracy": 0.5}, "k")
        for arm, values in arms.items()
        for seed, value in enumerate(values)
    }
