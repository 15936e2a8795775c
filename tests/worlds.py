"""Small worlds that several folders of tests play in: sizes, a scenario file, a data set."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
TINY = {
    "initial": 80,
    "batch": 25,
    "window": 150,
    "evaluation": 40,
    "gold": 20,
    "attacked": 12,
    "steps": 6,
    "width": 4,
    "batch_size": 16,
    "lr": 0.01,
    "weight_decay": 0.0005,
}
"""Sizes of mapengine that resolve a round in a fraction of a second."""
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


@pytest.fixture(scope="session")
def leaves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learnable data set of three classes, which differ in colour, in our own form."""
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


def environment(home: Path, **more: str) -> dict[str, str]:
    """Of a process of the command: its own home, one thread, none of the user's settings."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("WARGAME_")}
    usual = {"OMP_NUM_THREADS": "1", "COLUMNS": "100", "PYTHONPATH": str(ROOT)}
    return {**clean, **usual, "WARGAME_HOME": str(home), **more}
