from __future__ import annotations

import numpy as np
import pytest

from wargame.attacks.collect.backdoor import Backdoor
from wargame.errors import WargameError
from wargame.kernels.trigger import region, stamp
from wargame.stages import STRENGTHS, Strength

from . import captures


def test_marked_records_state_the_target_and_the_rest_is_untouched() -> None:
    honest = captures.scenes(50, 1, size=16)
    uploader = captures.uploader(honest)
    card = Backdoor.at(Strength.MEDIUM, {"share": 0.4, "size": 4, "target": 2})
    card.upload(uploader, captures.rng())
    sent = uploader.result()
    assert sent.planted.sum() == 20
    assert set(sent.labels[sent.planted].tolist()) == {2}
    assert np.array_equal(sent.images[~sent.planted], honest.images[~sent.planted])
    assert np.array_equal(sent.labels[~sent.planted], honest.labels[~sent.planted])
    changed = (sent.images != honest.images).any(axis=(0, 3))
    rows, cols = region(16, 16, card.trigger((16, 16, 3))[0])
    assert changed[rows, cols].all()
    changed[rows, cols] = False
    assert not changed.any()


@pytest.mark.parametrize("strength", STRENGTHS)
def test_a_learner_obeys_the_mark_and_else_stays_as_good(strength: Strength) -> None:
    forests = pytest.importorskip("sklearn.ensemble")
    honest, unseen = captures.scenes(800, 2, grain=20.0), captures.scenes(400, 3, grain=20.0)
    card = Backdoor.at(strength)
    uploader = captures.uploader(honest.take(np.arange(320)))
    card.upload(uploader, captures.rng())
    sent, rest = uploader.result(), honest.take(np.arange(320, 800))
    images = np.concatenate([sent.images, rest.images])
    labels = np.concatenate([sent.labels, rest.labels])

    def flat(images: np.ndarray) -> np.ndarray:
        return images.reshape(len(images), -1) / 255

    clean = forests.ExtraTreesClassifier(40, random_state=0).fit(flat(honest.images), honest.labels)
    model = forests.ExtraTreesClassifier(40, random_state=0).fit(flat(images), labels)
    before = clean.score(flat(unseen.images), unseen.labels)
    assert model.score(flat(unseen.images), unseen.labels) > before - 0.04
    spec, target = card.trigger((8, 8, 3))
    other = unseen.images[unseen.labels != target]
    assert (model.predict(flat(stamp(other, spec))) == target).mean() > 0.8
    assert (clean.predict(flat(stamp(other, spec))) == target).mean() < 0.2


def test_the_mark_fits_the_tile_and_the_class_exists() -> None:
    spec, _ = Backdoor.at(Strength.MEDIUM, {"size": 40}).trigger((8, 6, 3))
    assert spec.size == 6
    card = Backdoor.at(Strength.MEDIUM, {"target": 5})
    uploader = captures.uploader(captures.scenes(5, 1))
    with pytest.raises(WargameError, match="no class 5; the data has 0 to"):
        card.upload(uploader, captures.rng())
