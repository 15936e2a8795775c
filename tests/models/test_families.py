"""Every model in models/ can be a scenario's victim: one new file is enough."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from wargame.catalog import model_files, model_module

EVERY = pytest.mark.parametrize("name", sorted(model_files()))


@EVERY
@pytest.mark.parametrize("norm", ["batch", "none"])
@pytest.mark.parametrize("shape", [(32, 32, 3), (28, 28, 1)])
def test_a_family_builds_what_the_pipeline_asks_for(
    name: str, norm: str, shape: tuple[int, int, int]
) -> None:
    """Any width and norm; logits and penultimate activations of the right size."""
    module = model_module(name)
    made = [
        module.build(
            shape, 7, torch.Generator().manual_seed(3), width=8, norm=norm, mean=[0.4], std=[0.2]
        ).eval()
        for _ in range(2)
    ]
    x = torch.rand((5, shape[2], *shape[:2]), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        assert made[0](x).shape == (5, 7)
        assert torch.equal(made[0](x), made[1](x))
        assert module.features(made[0], x).shape[0] == 5
    normed = any(isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d) for part in made[0].modules())
    assert normed == (norm == "batch")
