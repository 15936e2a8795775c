"""A small real scenario, and tables of made-up numbers for the pure parts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from wargame.lab.matrix import Arm, Facts

ROOT = Path(__file__).resolve().parents[2]
SMALL = """\
name: small
title: Small <b>&
briefing: A match that is over soon.
source: the tests
data: leaves
rounds: 3
budget: {start: 6, refill: 4, cap: 9}
access: [contributor, network, storage]
mission:
  weights: {integrity: 0.5, confidentiality: 0.25, availability: 0.25}
  par: 0.25
pipeline:
  model: strided_cnn
  drones: 10
  captured_drones: 4
  capture_factor: 3
  shards: 3
  honest_rate: 20.0
  pass_ms: 10.0
  stolen_keys: 3
fidelity:
  drill: {initial: 60, batch: 20, window: 100, evaluation: 60, gold: 20, attacked: 20, steps: 4,
    width: 4, batch_size: 16, lr: 0.01, weight_decay: 0.0005}
deck:
  attacker: [label_flip, sniff, pgd, checkpoint_theft, square]
  defender: [encrypted_channel, encrypted_store, adversarial_training]
"""
CARDS = ("--attacks", "sniff,pgd", "--defences", "encrypted_channel,encrypted_store")


@pytest.fixture(scope="session")
def leaves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three classes that differ in colour, in our own form."""
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 3, 500)
    images = rng.integers(0, 90, (500, 16, 16, 3))
    for number in range(3):
        images[labels == number, :, :, number] += 80
    path = tmp_path_factory.mktemp("leaves") / "leaves.npz"
    np.savez(
        path,
        x_train=images[:300].astype(np.uint8),
        y_train=labels[:300],
        x_test=images[300:].astype(np.uint8),
        y_test=labels[300:],
        class_names=np.array(["oak", "beech", "lime"]),
    )
    return path


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "small.yaml"
    path.write_text(SMALL)
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
        clean = {k: v for k, v in os.environ.items() if not k.startswith("WARGAME_")}
        more = {"OMP_NUM_THREADS": "1", "COLUMNS": "80", "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(
            [sys.executable, "-m", "wargame", *map(str, args)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env={**clean, **more, "WARGAME_HOME": str(at or home)},
        )

    return run


@pytest.fixture(scope="session")
def whole(words: list[str], home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of that matrix, measured undisturbed by one process."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    clean = {k: v for k, v in os.environ.items() if not k.startswith("WARGAME_")}
    done = subprocess.run(
        [sys.executable, "-m", "wargame", "matrix", *words, "--out", str(folder)],
        capture_output=True,
        text=True,
        env={**clean, "OMP_NUM_THREADS": "1", "WARGAME_HOME": str(home), "PYTHONPATH": str(ROOT)},
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
