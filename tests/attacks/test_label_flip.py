from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wargame.attacks.collect.label_flip import LabelFlip
from wargame.pipeline.records import Records
from wargame.stages import Strength

from . import captures


@settings(max_examples=30, deadline=None)
@given(
    n=st.integers(1, 60),
    share=st.floats(0.01, 1.0),
    order=st.sampled_from(["random", "systematic"]),
    seed=st.integers(0, 2**31),
)
def test_just_the_share_lies_and_only_the_labels_do(
    n: int, share: float, order: str, seed: int
) -> None:
    honest = captures.scenes(n, seed)
    uploader = captures.uploader(honest)
    LabelFlip.at(Strength.MEDIUM, {"share": share, "order": order}).upload(
        uploader, captures.rng(seed)
    )
    sent = uploader.result()
    lied = sent.labels != honest.labels
    assert lied.sum() == round(share * n)
    assert np.array_equal(sent.planted, lied)
    assert np.array_equal(sent.images, honest.images)
    assert np.array_equal(sent.truth, honest.labels)
    assert sent.labels.min() >= 0
    assert sent.labels.max() < len(captures.NAMES)


def test_systematic_lies_name_the_class_that_looks_alike() -> None:
    honest = captures.scenes(100, 1)
    uploader = captures.uploader(honest)
    LabelFlip.at(Strength.MEDIUM, {"share": 1.0}).upload(uploader, captures.rng())
    assert np.array_equal(uploader.result().labels, np.asarray(captures.TWINS)[honest.labels])


def test_random_lies_spread_over_every_other_class() -> None:
    honest = captures.scenes(400, 2)
    uploader = captures.uploader(honest)
    LabelFlip.at(Strength.MEDIUM, {"share": 1.0, "order": "random"}).upload(
        uploader, captures.rng()
    )
    for label in range(5):
        said = uploader.result().labels[honest.labels == label]
        assert set(said.tolist()) == set(range(5)) - {label}


def test_the_most_typical_tiles_go_first() -> None:
    honest = captures.scenes(100, 3)
    images = honest.images.copy()
    # The first ten of the classes 0 and 1 lie half way between them.
    blurred = np.flatnonzero(honest.labels < 2)[:10]
    nearer = np.where(honest.labels[blurred] == 0, 7, -7)[:, None, None, None]
    images[blurred] = images[blurred] + nearer
    vague = Records.honest(images, honest.labels, honest.senders)
    uploader = captures.uploader(vague)
    LabelFlip.at(Strength.MEDIUM, {"share": 0.5}).upload(uploader, captures.rng())
    assert not uploader.result().planted[blurred].any()
