from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sklearn.metrics import roc_auc_score

from tests.kernels.natural import natural_images
from wargame.kernels.scaling import (
    Method,
    calibrate_threshold,
    capture,
    downscale,
    embed,
    median_reconstruct,
    scaling_disagreement,
)


def _pillow(images: np.ndarray, size: tuple[int, int], method: Image.Resampling) -> np.ndarray:
    return np.stack(
        [np.asarray(Image.fromarray(x).resize((size[1], size[0]), method)) for x in images]
    )


@pytest.mark.parametrize(
    ("source", "size"), [(96, (32, 32)), (96, (24, 16)), (96, (64, 48)), (45, (20, 14))]
)
def test_nearest_reads_the_pixels_that_pillow_reads(source: int, size: tuple[int, int]) -> None:
    images = natural_images(4, source, np.random.default_rng(0))
    expected = _pillow(images, size, Image.Resampling.NEAREST)
    assert np.array_equal(downscale(images, size, "nearest"), expected)


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_area_and_median_agree_with_pillow_and_numpy(factor: int) -> None:
    images = natural_images(4, 12 * factor, np.random.default_rng(1))
    box = _pillow(images, (12, 12), Image.Resampling.BOX).astype(int)
    assert np.abs(downscale(images, (12, 12), "area") - box).max() <= 1
    blocks = images.reshape(4, 12, factor, 12, factor, 3).transpose(0, 1, 3, 5, 2, 4)
    median = np.rint(np.median(blocks.reshape(4, 12, 12, 3, -1), axis=-1))
    assert np.array_equal(downscale(images, (12, 12), "median"), median)


@pytest.mark.parametrize("size", [(10, 10), (17, 9), (30, 30)])
def test_bilinear_agrees_with_torch_without_antialiasing(size: tuple[int, int]) -> None:
    torch = pytest.importorskip("torch")
    images = natural_images(3, 30, np.random.default_rng(2))
    tensor = torch.from_numpy(images).permute(0, 3, 1, 2).float()
    scaled = torch.nn.functional.interpolate(tensor, size, mode="bilinear", align_corners=False)
    expected = scaled.permute(0, 2, 3, 1).numpy()
    assert np.abs(downscale(images, size, "bilinear") - expected).max() <= 0.51
    if size == (10, 10):
        assert np.array_equal(downscale(images, size, "bilinear"), downscale(images, size))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5), st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32))
def test_a_capture_reads_back_exactly(factor: int, height: int, width: int, seed: int) -> None:
    images = np.random.default_rng(seed).integers(0, 256, (2, height, width, 3)).astype(np.uint8)
    large = capture(images, factor)
    assert large.shape == (2, height * factor, width * factor, 3)
    assert np.array_equal(downscale(large, (height, width), "nearest"), images)


def test_a_capture_is_smooth_between_the_pixels() -> None:
    ramp = np.arange(16, dtype=np.uint8)[None, None, :, None] * 9
    ramp = np.broadcast_to(ramp, (1, 8, 16, 1)).copy()
    inner = capture(ramp, 3)[0, 12, 6:-6, 0].astype(int)
    assert set(np.diff(inner)) == {3}


def _attack(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    cover = capture(natural_images(n, 32, rng), 3)
    hidden = natural_images(n, 32, rng)
    return cover, hidden, embed(cover, hidden, 3)


def test_the_attack_is_read_as_hidden_by_weak_scalers_and_as_cover_by_robust_ones() -> None:
    cover, hidden, attack = _attack(20, 3)
    assert np.mean(attack != cover) <= 1 / 9
    for weak in ("nearest", "bilinear"):
        assert np.array_equal(downscale(attack, (32, 32), weak), hidden)
    read = downscale(cover, (32, 32)).astype(float)
    distance = np.abs(hidden - read).mean()
    robust = np.abs(downscale(attack, (32, 32), "median") - read).mean()
    averaged = np.abs(downscale(attack, (32, 32), "area") - read).mean()
    assert robust < 0.15 * distance
    assert averaged < 0.25 * distance


def test_reconstruction_undoes_the_attack_before_any_scaler() -> None:
    cover, hidden, attack = _attack(20, 4)
    read = downscale(median_reconstruct(attack, 3), (32, 32)).astype(float)
    truth = downscale(cover, (32, 32))
    assert np.abs(read - truth).mean() < 0.15 * np.abs(hidden.astype(float) - truth).mean()
    # It looks at none of the pixels that the attacker could choose.
    assert np.array_equal(median_reconstruct(attack, 3), median_reconstruct(cover, 3))


@pytest.mark.parametrize("interpolated", [True, False])
def test_the_detector_separates_attacks_and_keeps_its_false_alarm_rate(interpolated: bool) -> None:
    rng = np.random.default_rng(5)
    if interpolated:
        clean = capture(natural_images(300, 32, rng), 3)
    else:
        clean = natural_images(300, 96, rng, grain=4.0)
    attack = embed(clean[200:], natural_images(100, 32, rng), 3)
    scores = scaling_disagreement(np.concatenate([clean[100:200], attack]), 3)
    assert roc_auc_score(np.repeat([0, 1], 100), scores) >= 0.99
    threshold = calibrate_threshold(clean[:100], 3, 0.05)
    assert np.mean(scaling_disagreement(clean[:100], 3) > threshold) <= 0.05
    assert np.mean(scores[:100] > threshold) <= 0.15
    assert np.mean(scores[100:] > threshold) >= 0.95


def test_sizes_that_do_not_divide_are_refused_where_blocks_are_needed() -> None:
    images = np.zeros((1, 10, 10, 3), dtype=np.uint8)
    assert set(get_args(Method)) == {"nearest", "bilinear", "area", "median"}
    with pytest.raises(ValueError, match="whole multiple"):
        downscale(images, (3, 3), "median")
    with pytest.raises(ValueError, match="does not fill"):
        embed(images, np.zeros((1, 4, 4, 3), dtype=np.uint8), 3)
    with pytest.raises(ValueError, match="false_alarm"):
        calibrate_threshold(images, 2, 1.0)
    with pytest.raises(ValueError, match="factor"):
        median_reconstruct(images, 1)
