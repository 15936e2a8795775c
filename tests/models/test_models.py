from __future__ import annotations

from types import ModuleType

import pytest
import torch
from torch import nn

from models import lenet, mlp, strided_cnn
from tests.kernels.victims import accuracy, digits, seeded, unseen
from wargame.kernels.initialise import Standardise
from wargame.kernels.training import TrainSettings, fit

MODELS = [strided_cnn, mlp, lenet]
SHAPES = [(8, 8, 1), (32, 32, 3), (28, 28, 1), (15, 9, 2)]


@pytest.mark.parametrize("module", MODELS)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_image_gives_logits_and_features(
    module: ModuleType, shape: tuple[int, int, int]
) -> None:
    height, width, channels = shape
    model = module.build(shape, 7, seeded(0)).eval()
    x = torch.rand(3, channels, height, width, generator=seeded(1))
    hidden = module.features(model, x)
    assert hidden.ndim == 2
    torch.testing.assert_close(model[-1](hidden), model(x))
    assert model(x).shape == (3, 7)


@pytest.mark.parametrize("module", MODELS)
def test_only_the_generator_decides(module: ModuleType) -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    first = module.build((8, 8, 1), 10, seeded(3)).state_dict()
    assert torch.equal(before, torch.get_rng_state()), "the global generator was drawn from"
    torch.manual_seed(1)
    again = module.build((8, 8, 1), 10, seeded(3)).state_dict()
    other = module.build((8, 8, 1), 10, seeded(4)).state_dict()
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)


@pytest.mark.parametrize("module", MODELS)
def test_it_starts_near_uniform_and_learns(module: ModuleType) -> None:
    x, y = digits()
    model = module.build((8, 8, 1), 10, seeded(0)).eval()
    start = nn.functional.cross_entropy(model(x), y).detach()
    assert float(start) == pytest.approx(torch.log(torch.tensor(10.0)).item(), abs=0.4)
    fit(model, x[:1000], y[:1000], TrainSettings(120, 64, 5e-3), generator=seeded(1))
    assert accuracy(model, *unseen(700)) > 0.88


@pytest.mark.parametrize("module", MODELS)
def test_foreign_models_are_refused(module: ModuleType) -> None:
    with pytest.raises(TypeError, match="Linear"):
        module.features(nn.Linear(2, 2), torch.ones(1, 2))


def test_hidden_activations_keep_their_scale_at_the_start() -> None:
    model = mlp.build((16, 16, 1), 10, seeded(0), hidden=(256,) * 4, mean=(0.5,), std=(0.29,))
    hidden = mlp.features(model, torch.rand(200, 1, 16, 16, generator=seeded(1)))
    assert 0.5 < float(hidden.detach().square().mean()) < 2.0


def test_standardise_by_channel() -> None:
    x = torch.rand(500, 3, 4, 4, generator=seeded(0)) * torch.tensor([1.0, 0.5, 0.1])[:, None, None]
    mean, std = x.mean(dim=(0, 2, 3)).tolist(), x.std(dim=(0, 2, 3)).tolist()
    out = Standardise(3, mean, std)(x)
    torch.testing.assert_close(out.mean(dim=(0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(out.std(dim=(0, 2, 3)), torch.ones(3))
    with pytest.raises(ValueError, match="std"):
        Standardise(3, (0.5, 0.5), (0.2, 0.2))


@pytest.mark.parametrize("norm", ["layer", "none"])
def test_records_are_treated_apart_without_batch_normalisation(norm: strided_cnn.Norm) -> None:
    x, _ = unseen(6)
    model = strided_cnn.build((8, 8, 1), 10, seeded(0), norm=norm).train()
    torch.testing.assert_close(model(x)[:1], model(x[:1]))
