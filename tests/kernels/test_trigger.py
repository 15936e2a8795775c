from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wargame.kernels.trigger import Position, TriggerSpec, region, stamp


def _images(seed: int = 0, n: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 12, 14, 3)).astype(np.uint8)


def test_checker_sets_the_bright_pixels_of_badnets_as_art_does() -> None:
    perturbations = pytest.importorskip("art.attacks.poisoning.perturbations")
    grey = np.zeros((4, 12, 14), dtype=np.float32)
    art = np.stack([perturbations.add_pattern_bd(image, pixel_value=1) for image in grey])
    spec = TriggerSpec("checker", size=3, margin=1)
    ours = stamp((grey[..., None] * 255).astype(np.uint8), spec)[..., 0] / 255
    # ART leaves out the fifth bright cell of the 3x3 board, the far corner.
    assert set(zip(*np.nonzero(ours - art), strict=True)) == {(i, 8, 10) for i in range(4)}
    assert art.sum() == 4 * 4


def test_one_pixel_patch_equals_art_single_backdoor() -> None:
    perturbations = pytest.importorskip("art.attacks.poisoning.perturbations")
    images = _images()[..., :1]
    expected = np.stack([perturbations.add_single_bd(x, pixel_value=255) for x in images[..., 0]])
    spec = TriggerSpec("patch", size=1, margin=1)
    assert np.array_equal(stamp(images, spec)[..., 0], expected)


@given(
    st.sampled_from(["top-left", "top-right", "bottom-left", "bottom-right"]),
    st.integers(1, 5),
    st.floats(0, 1),
)
def test_patch_is_exact_pixel_arithmetic_and_touches_its_corner_only(
    position: Position, size: int, intensity: float
) -> None:
    images = _images(1)
    before = images.copy()
    stamped = stamp(images, TriggerSpec("patch", size, position, intensity))
    inside = np.zeros(images.shape, dtype=bool)
    rows = slice(0, size) if "top" in position else slice(12 - size, 12)
    cols = slice(0, size) if "left" in position else slice(14 - size, 14)
    inside[:, rows, cols] = True
    assert np.array_equal(images, before)
    assert np.array_equal(stamped[~inside], images[~inside])
    exact = images[inside] + intensity * (255.0 - images[inside])
    assert np.abs(stamped[inside] - exact).max() <= 0.5 + 1e-4


def test_blend_moves_every_image_by_its_share_of_one_key_pattern() -> None:
    spec = TriggerSpec("blend", size=3, intensity=1.0)
    key = stamp(_images(2), spec)
    assert (key == key[0]).all()
    assert (key[0, 0:3, 0:3] == key[0, 0, 0]).all()
    images = _images(3)
    mixed = stamp(images, TriggerSpec("blend", size=3, intensity=0.2)).astype(float)
    assert np.abs(mixed - (0.8 * images + 0.2 * key[0])).max() <= 0.5 + 1e-4
    other = stamp(images, TriggerSpec("blend", size=3, intensity=1.0, key=1))
    assert not np.array_equal(other[0], key[0])


def test_no_intensity_changes_nothing_and_bad_specs_are_refused() -> None:
    images = _images()
    assert np.array_equal(stamp(images, TriggerSpec("blend", intensity=0.0)), images)
    with pytest.raises(ValueError, match="does not fit"):
        region(4, 4, TriggerSpec("patch", size=5))
    with pytest.raises(ValueError, match="intensity"):
        TriggerSpec(intensity=1.5)
    with pytest.raises(ValueError, match="size"):
        TriggerSpec(size=0)
