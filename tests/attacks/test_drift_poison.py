from __future__ import annotations

import numpy as np
import pytest

from wargame.attacks.collect.drift_poison import DriftPoison
from wargame.stages import Strength

from . import captures


@pytest.mark.parametrize(("age", "fraction"), [(0, 0.3), (1, 0.6), (2, 0.9), (3, 1.0), (7, 1.0)])
def test_every_round_the_tiles_stand_a_step_nearer_to_the_other_class(
    age: int, fraction: float
) -> None:
    honest = captures.scenes(60, 1)
    uploader = captures.uploader(honest, age=age)
    DriftPoison.at(Strength.MEDIUM, {"step": 0.3}).upload(uploader, captures.rng())
    sent = uploader.result()
    levels = np.asarray(captures.LEVELS, np.float64)
    twins = np.asarray(captures.TWINS)
    expected = (1 - fraction) * levels + fraction * levels[twins]
    assert np.allclose(captures.level(sent.images), expected[honest.labels], atol=3.0)
    assert np.array_equal(sent.labels, honest.labels)
    assert sent.planted.all()
    shown = twins[honest.labels] if fraction > 0.5 else honest.labels
    assert np.array_equal(sent.truth, shown)


def test_the_ceiling_keeps_the_drift_half_way() -> None:
    sent = []
    for age in (0, 1, 5):
        uploader = captures.uploader(captures.scenes(30, 2), age=age)
        DriftPoison.at(Strength.MEDIUM, {"step": 0.4, "ceiling": 0.4}).upload(
            uploader, captures.rng()
        )
        sent.append(uploader.result().images)
    assert np.array_equal(sent[0], sent[1])
    assert np.array_equal(sent[0], sent[2])


def test_a_lone_class_has_nowhere_to_drift() -> None:
    honest = captures.scenes(40, 3)
    alone = honest.take(honest.labels == 1)
    uploader = captures.uploader(alone)
    DriftPoison.at(Strength.MEDIUM).upload(uploader, captures.rng())
    assert not uploader.result().planted.any()
