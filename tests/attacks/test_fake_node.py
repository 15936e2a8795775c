from __future__ import annotations

import numpy as np
import pytest

from wargame.attacks.collect.fake_node import FakeNode
from wargame.pipeline.access import SHAM
from wargame.stages import Strength

from . import captures


@pytest.mark.parametrize("ratio", [0.5, 1.0, 3.0])
def test_sham_drones_add_records_and_captured_ones_stay_honest(ratio: float) -> None:
    honest = captures.scenes(40, 1)
    uploader = captures.uploader(honest)
    FakeNode.at(Strength.MEDIUM, {"ratio": ratio}).upload(uploader, captures.rng())
    sent = uploader.result()
    sham = sent.take(sent.senders >= SHAM)
    assert len(sham) == round(ratio * 40) == len(sent) - 40
    assert np.array_equal(sent.images[:40], honest.images)
    assert np.array_equal(sent.labels[:40], honest.labels)
    assert np.array_equal(sent.planted, sent.senders >= SHAM)
    assert set(sham.truth.tolist()) == {-1}


def test_each_sham_record_is_a_turned_tile_under_its_twins_name() -> None:
    honest = captures.scenes(30, 2)
    uploader = captures.uploader(honest)
    FakeNode.at(Strength.MEDIUM, {"ratio": 2.0}).upload(uploader, captures.rng())
    sent = uploader.result()
    pixels = {np.sort(image, axis=None).tobytes(): at for at, image in enumerate(honest.images)}
    for image, label in zip(sent.images[30:], sent.labels[30:], strict=True):
        origin = pixels[np.sort(image, axis=None).tobytes()]
        assert not np.array_equal(image, honest.images[origin])
        assert label == captures.TWINS[honest.labels[origin]]


def test_without_a_captured_drone_there_is_nothing_to_build_from() -> None:
    uploader = captures.uploader(captures.scenes(5, 3).take(np.zeros(5, np.bool_)))
    FakeNode.at(Strength.MEDIUM).upload(uploader, captures.rng())
    assert len(uploader.result()) == 0
