from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALL = """\
name: small
title: Small
briefing: A match that is over soon.
source: the tests
data: leaves
rounds: 3
budget: {start: 6, refill: 4, cap: 9}
access: [contributor, network, storage, api-label, api-score]
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
  attacker: [label_flip, pgd, checkpoint_theft]
  defender: [adversarial_training]
"""
ENDURE = {"OMP_NUM_THREADS": "1", "COLUMNS": "100"}
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def leaves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learnable data set of three classes in our own form."""
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
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for the tests that need no fresh store."""
    return tmp_path_factory.mktemp("home")


def environment(home: Path, **more: str) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("WARGAME_")}
    return {**clean, **ENDURE, "WARGAME_HOME": str(home), "PYTHONPATH": str(ROOT), **more}


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
