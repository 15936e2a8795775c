"""What people and model see of a scaled capture, by Pillow's own resampling."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from wargame.attacks.preprocess.scaling_attack import ScalingAttack
from wargame.stages import Strength

from . import captures


def _resized(large: np.ndarray, method: Image.Resampling) -> np.ndarray:
    return np.asarray(Image.fromarray(large).resize((8, 8), method))


@pytest.mark.parametrize("share", [0.4, 1.0])
def test_the_whole_picture_keeps_its_class_and_the_scaled_one_is_a_tile_of_another(
    share: float,
) -> None:
    honest = captures.scenes(50, 1)
    uploader = captures.uploader(honest, factor=3)
    ScalingAttack.at(Strength.MEDIUM, {"share": share}).upload(uploader, captures.rng())
    sent = uploader.result()
    assert len(sent.large) == round(share * 50) == sent.planted.sum()
    assert np.array_equal(sent.labels, honest.labels)
    pairs = zip(honest.images, honest.labels, strict=True)
    tiles = {image.tobytes(): int(label) for image, label in pairs}
    for at, large in sent.large.items():
        assert large.shape == (24, 24, 3)
        seen = _resized(large, Image.Resampling.NEAREST)
        assert tiles[seen.tobytes()] == sent.truth[at] == captures.TWINS[honest.labels[at]]
        # Eight in nine pixels are the cover's.
        own = captures.level(honest.images[[at]])[0]
        hidden = captures.level(seen[None])[0]
        smooth = captures.level(_resized(large, Image.Resampling.BOX)[None])[0]
        assert abs(smooth - own) < 0.2 * abs(hidden - own)
        assert np.median(large.astype(float) - own) == pytest.approx(0, abs=4)


def test_a_drone_without_a_tile_of_the_other_class_hides_nothing() -> None:
    honest = captures.scenes(20, 2)
    uploader = captures.uploader(honest.take(honest.labels == 0))
    ScalingAttack.at(Strength.MEDIUM, {"share": 1.0}).upload(uploader, captures.rng())
    assert not uploader.result().large
    assert not uploader.result().planted.any()
