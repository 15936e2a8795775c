from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from wargame.data import synthetic
from wargame.data.npz import load_npz
from wargame.data.synthetic import CLASS_NAMES, make, tiles
from wargame.data.terrain.classes import PAINTERS
from wargame.data.terrain.noise import EXPONENT, SHEET, Atlas
from wargame.data.terrain.scene import SIDE, Scene
from wargame.home import cache_home

GOLDEN = "53c38bf5a6fee9e8b3ddcda58bc682572040871b2bb1e074a2915797c5750ae4"
"""Changes exactly when the painter does; then raise synthetic.VERSION."""


def test_the_pictures_of_this_version_never_change() -> None:
    assert make(n_train=40, n_test=20).digest == GOLDEN


def test_smaller_sets_are_prefixes() -> None:
    small, _ = tiles(35, seed=3, stream=0)
    large, labels = tiles(600, seed=3, stream=0)
    np.testing.assert_array_equal(large[:35], small)
    assert np.bincount(labels).tolist() == [60] * 10


def test_seeds_and_streams_share_no_picture() -> None:
    sets = [tiles(50, seed=s, stream=t)[0] for s, t in ((1, 0), (1, 1), (2, 0))]
    assert len({image.tobytes() for some in sets for image in some}) == 150


def test_the_usual_set_has_the_form_of_eurosat(painted: Path) -> None:
    data = load_npz(painted, "terrain")
    assert data.image_shape == (32, 32, 3)
    assert np.bincount(data.y_train).tolist() == [600] * 10
    assert np.bincount(data.y_test).tolist() == [200] * 10
    assert data.class_names == (
        "AnnualCrop", "Forest", "HerbaceousVegetation", "Highway", "Industrial",
        "Pasture", "PermanentCrop", "Residential", "River", "SeaLake",
    )  # fmt: skip


def test_the_cache_is_used_and_mended() -> None:
    counts = {"n_train": 40, "n_test": 20}
    made = synthetic.load(seed=1, **counts)
    (file,) = (p for p in cache_home().glob("terrain/*.npz"))
    stamp = file.stat().st_mtime_ns
    assert synthetic.load(seed=1, **counts).digest == made.digest
    assert file.stat().st_mtime_ns == stamp
    file.write_bytes(file.read_bytes()[:5000])
    again = synthetic.load(seed=1, **counts)
    assert (again.digest, again.origin) == (made.digest, "synthetic")
    assert load_npz(file, "terrain").digest == made.digest


def test_the_colours_are_those_of_land_from_orbit(painted: Path) -> None:
    """Mean colours of the real EuroSAT classes, within 20 of 255 levels."""
    real = {
        "AnnualCrop": (128, 119, 116), "Forest": (39, 64, 76),
        "HerbaceousVegetation": (98, 99, 105), "Highway": (87, 96, 103),
        "Industrial": (124, 126, 135), "Pasture": (62, 89, 94),
        "PermanentCrop": (121, 115, 113), "Residential": (102, 105, 114),
        "River": (69, 88, 98), "SeaLake": (46, 71, 88),
    }  # fmt: skip
    data = load_npz(painted, "terrain")
    for label, name in enumerate(CLASS_NAMES):
        mean = data.x_train[data.y_train == label].mean((0, 1, 2))
        assert np.abs(mean - real[name]).max() < 20, name


def test_noise_follows_its_power_law() -> None:
    atlas = Atlas(np.random.default_rng(0), SIDE)
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])
    band = (frequency > 0.1) & (frequency < 0.4)
    window = np.hanning(SIDE)[:, None] * np.hanning(SIDE)
    for roughness, power in EXPONENT.items():
        cut = atlas.cut(np.random.default_rng(1), 200, roughness)
        assert cut.shape == (200, SIDE, SIDE)
        spectrum = (np.abs(np.fft.rfft2(cut * window)) ** 2).mean(0)
        slope = np.polyfit(np.log(frequency[band]), np.log(spectrum[band]), 1)[0]
        assert abs(slope + power) < 0.35, roughness
    assert SHEET > 4 * SIDE


def test_everything_is_painted_in_single_precision() -> None:
    atlas = Atlas(np.random.default_rng(0), SIDE)
    for name, painter in PAINTERS.items():
        picture = painter(Scene(np.random.default_rng(2), atlas, 6))
        assert picture.dtype == np.dtype(np.float32), name
        assert picture.shape == (6, 3, SIDE, SIDE), name


def test_a_small_net_learns_it_but_not_at_once(painted: Path) -> None:
    """Real EuroSAT gives this net 68 % on 1,500 tiles; memorising nothing would give 10 %."""
    data = load_npz(painted, "terrain")
    accuracy = _conv_net_accuracy(
        data.x_train[:1500], data.y_train[:1500], data.x_test, data.y_test
    )
    assert 0.58 < accuracy < 0.74


def _conv_net_accuracy(
    x: np.ndarray, y: np.ndarray, x_test: np.ndarray, y_test: np.ndarray
) -> float:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = nn.Sequential(
            nn.Conv2d(3, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU(),
            nn.Conv2d(64, 128, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(2048, 10),
        )  # fmt: skip
        _fit(net, _tensor(x), torch.from_numpy(y))
    with torch.no_grad():
        guess = net(_tensor(x_test)).argmax(1).numpy()
    torch.set_num_threads(threads)
    return float((guess == y_test).mean())


def _fit(net: nn.Module, x: torch.Tensor, y: torch.Tensor) -> None:
    shuffle = torch.Generator().manual_seed(0)
    steps = 8 * (-(-len(x) // 64))
    optimiser = torch.optim.Adam(net.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    for _ in range(8):
        for batch in torch.randperm(len(x), generator=shuffle).split(64):
            optimiser.zero_grad()
            nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()
            optimiser.step()
            schedule.step()


def _tensor(x: np.ndarray) -> torch.Tensor:
    return (torch.from_numpy(x).permute(0, 3, 1, 2).float() / 255 - 0.38) / 0.16
