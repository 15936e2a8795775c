from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from art.defences.preprocessor import FeatureSqueezing, SpatialSmoothing
from PIL import Image
from scipy.ndimage import median_filter

from tests.kernels.natural import natural_images
from tests.kernels.victims import unseen, victim
from wargame.kernels.gradient import fgsm
from wargame.kernels.squeezing import CHUNK, jpeg, median_smooth, reduce_bit_depth, squeeze_distance
from wargame.kernels.training import predict_probs


@pytest.fixture(scope="module")
def scenes() -> torch.Tensor:
    pixels = natural_images(CHUNK + 5, 16, np.random.default_rng(0))
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255.0


@pytest.mark.parametrize("bits", [1, 3, 5, 8])
def test_bit_depth_equals_art(scenes: torch.Tensor, bits: int) -> None:
    theirs, _ = FeatureSqueezing(clip_values=(0.0, 1.0), bit_depth=bits)(scenes.numpy())
    ours = reduce_bit_depth(scenes, bits)
    torch.testing.assert_close(ours, torch.from_numpy(theirs).float(), atol=1e-6, rtol=0)
    assert len(ours.unique()) <= 2**bits
    assert torch.equal(reduce_bit_depth(ours, bits), ours)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_median_equals_scipy(scenes: torch.Tensor, size: int) -> None:
    theirs = median_filter(scenes.numpy(), size=(1, 1, size, size), mode="reflect")
    torch.testing.assert_close(
        median_smooth(scenes, size), torch.from_numpy(theirs), atol=0, rtol=0
    )


def test_median_equals_art(scenes: torch.Tensor) -> None:
    smoothing = SpatialSmoothing(window_size=3, channels_first=True, clip_values=(0.0, 1.0))
    theirs, _ = smoothing(scenes.numpy())
    torch.testing.assert_close(
        median_smooth(scenes, 3), torch.from_numpy(theirs), atol=1e-6, rtol=0
    )


@pytest.mark.parametrize("channels", [1, 3])
def test_jpeg_is_pillows(scenes: torch.Tensor, channels: int) -> None:
    images = scenes[:3, :channels]
    ours = jpeg(images, 30)
    for image, squeezed in zip(images, ours, strict=True):
        pixels = (image.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
        packed = io.BytesIO()
        Image.fromarray(pixels if channels == 3 else pixels[:, :, 0]).save(
            packed, "JPEG", quality=30
        )
        decoded = np.asarray(Image.open(packed)).reshape(16, 16, channels) / 255.0
        np.testing.assert_allclose(squeezed.permute(1, 2, 0).numpy(), decoded, atol=1e-6)


def test_jpeg_loses_more_at_lower_quality(scenes: torch.Tensor) -> None:
    losses = [float((jpeg(scenes, quality) - scenes).abs().mean()) for quality in (95, 50, 5)]
    assert losses[0] < losses[1] < losses[2]


def test_distance_tells_attacks_from_honest_queries() -> None:
    x, y = unseen(200)

    def distance(images: torch.Tensor) -> torch.Tensor:
        squeezed = [reduce_bit_depth(images, 1), reduce_bit_depth(images, 2)]
        probs = predict_probs(victim(), images)
        return squeeze_distance(probs, [predict_probs(victim(), s) for s in squeezed])

    honest, hostile = distance(x), distance(fgsm(victim(), x, y, 0.2))
    assert float(honest.median()) < float(hostile.median())
    assert 0.0 <= float(honest.min()) <= float(hostile.max()) <= 2.0 + 1e-6


def test_distance_by_hand() -> None:
    probs = torch.tensor([[1.0, 0.0], [0.5, 0.5]])
    squeezed = [torch.tensor([[0.0, 1.0], [0.5, 0.5]]), torch.tensor([[1.0, 0.0], [0.75, 0.25]])]
    assert squeeze_distance(probs, squeezed).tolist() == [2.0, 0.5]


def test_bad_knobs_are_refused(scenes: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="bits"):
        reduce_bit_depth(scenes, 0)
    with pytest.raises(ValueError, match="size"):
        median_smooth(scenes, 17)
    with pytest.raises(ValueError, match="quality"):
        jpeg(scenes, 0)
    with pytest.raises(ValueError, match="channels"):
        jpeg(scenes[:, :2], 50)
