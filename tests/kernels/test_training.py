from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from models import mlp, strided_cnn
from tests.kernels.victims import TRAINED, accuracy, digits, seeded, unseen, victim
from wargame.kernels.gradient import pgd
from wargame.kernels.training import (
    TrainSettings,
    fgsm_rs_perturb,
    fit,
    learning_rate,
    predict_probs,
)

QUICK = TrainSettings(60, 32, 5e-3)


def members() -> tuple[Tensor, Tensor]:
    x, y = digits()
    return x[:TRAINED], y[:TRAINED]


def trained(settings: TrainSettings = QUICK, seed: int = 2, **knobs: object) -> nn.Module:
    model = strided_cnn.build((8, 8, 1), 10, seeded(1), width=8)
    fit(model, *members(), settings, generator=seeded(seed), **knobs)  # type: ignore[arg-type]
    return model


def weights(model: nn.Module) -> list[Tensor]:
    return [t.clone() for t in model.state_dict().values()]


def same(one: nn.Module, other: nn.Module) -> bool:
    return all(torch.equal(a, b) for a, b in zip(weights(one), weights(other), strict=True))


def test_learns_to_generalise() -> None:
    assert accuracy(victim(), *unseen(700)) > 0.93


@pytest.mark.parametrize(
    "settings",
    [
        TrainSettings(120, 32, 0.05, optimizer="sgd"),
        TrainSettings(120, 32, 5e-3, weight_decay=0.1, label_smoothing=0.1),
    ],
)
def test_other_settings_learn_too(settings: TrainSettings) -> None:
    assert accuracy(trained(settings), *unseen(700)) > 0.85


def test_only_the_generator_decides() -> None:
    torch.manual_seed(11)
    first = trained()
    state = torch.get_rng_state()
    torch.manual_seed(12)
    assert same(first, trained())
    assert not same(first, trained(seed=3))
    torch.manual_seed(11)
    assert torch.equal(state, torch.get_rng_state()), "the global generator was drawn from"


def test_each_epoch_shows_every_record_once() -> None:
    x = torch.arange(10.0)[:, None]
    seen: list[float] = []

    def watch(model: nn.Module, images: Tensor, labels: Tensor, dice: torch.Generator) -> Tensor:
        assert labels.tolist() == [int(v) % 2 for v in images[:, 0]]
        seen.extend(images[:, 0].tolist())
        return images

    fit(nn.Linear(1, 2), x, torch.arange(10) % 2, TrainSettings(10, 5, 0.1), generator=seeded(0),
        perturb=watch)  # fmt: skip
    epochs = [seen[i : i + 10] for i in range(0, 50, 10)]
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 5


def test_a_record_of_no_weight_is_as_if_absent() -> None:
    x, y = members()
    poisoned = y.clone()
    poisoned[::2] = (poisoned[::2] + 1) % 10
    trust = torch.ones(len(x))
    trust[::2] = 0.0
    blind, guided = (strided_cnn.build((8, 8, 1), 10, seeded(1), width=8) for _ in range(2))
    fit(blind, x, poisoned, QUICK, generator=seeded(2))
    fit(guided, x, poisoned, QUICK, generator=seeded(2), sample_weights=trust)
    assert accuracy(guided, *unseen(700)) > accuracy(blind, *unseen(700)) + 0.1


def test_the_scale_of_weights_is_immaterial() -> None:
    flat = trained(sample_weights=torch.full((TRAINED,), 8.0))
    for one, other in zip(weights(flat), weights(trained()), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_augmentation_shows_all_four_mirror_images() -> None:
    x = torch.tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
    seen: set[tuple[float, ...]] = set()

    def watch(model: nn.Module, images: Tensor, labels: Tensor, dice: torch.Generator) -> Tensor:
        seen.add(tuple(images.flatten().tolist()))
        return images

    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
    settings = TrainSettings(60, 1, 0.01, augment=True)
    fit(model, x, torch.zeros(1, dtype=torch.int64), settings, generator=seeded(0), perturb=watch)
    assert seen == {(0, 1, 2, 3), (1, 0, 3, 2), (2, 3, 0, 1), (3, 2, 1, 0)}


def test_progress_counts_every_step() -> None:
    calls: list[tuple[int, int]] = []
    trained(TrainSettings(5, 32, 1e-3), progress=lambda done, total: calls.append((done, total)))
    assert calls == [(i, 5) for i in range(1, 6)]


def test_the_rate_climbs_then_falls() -> None:
    rates = [learning_rate(TrainSettings(100, 1, 0.2), step) for step in range(100)]
    assert max(rates) == pytest.approx(0.2)
    assert rates.index(max(rates)) == 19
    assert rates[0] == pytest.approx(0.01)
    assert rates[59] == pytest.approx(0.2 * (0.01 + 0.99 * (1 + math.cos(math.pi / 2)) / 2))
    assert rates[-1] == pytest.approx(0.002)


def test_probabilities_do_not_depend_on_the_batch_and_leave_the_mode() -> None:
    x, _ = unseen(50)
    model = trained().train()
    whole, parts = predict_probs(model, x), predict_probs(model, x, batch_size=7)
    torch.testing.assert_close(whole, parts)
    torch.testing.assert_close(whole.sum(dim=1), torch.ones(50))
    assert model.training
    assert not whole.requires_grad


def test_fgsm_rs_stays_in_the_ball_and_raises_the_loss() -> None:
    x, y = unseen(200)
    moved = fgsm_rs_perturb(0.1, 0.125)(victim(), x, y, seeded(0))
    assert float((moved - x).abs().max()) <= 0.1 + 1e-6
    assert 0.0 <= float(moved.min()) <= float(moved.max()) <= 1.0
    assert accuracy(victim(), moved, y) < accuracy(victim(), x, y) - 0.1
    assert all(p.requires_grad for p in victim().parameters())


def test_adversarial_training_pays_against_pgd() -> None:
    settings, (x, y) = TrainSettings(200, 64, 5e-3), unseen(300)

    def under_attack(model: nn.Module) -> float:
        dice = seeded(4)
        return accuracy(model, pgd(model, x, y, 0.15, step_size=0.03, steps=10, generator=dice), y)

    robust = trained(settings, perturb=fgsm_rs_perturb(0.15, 0.1875))
    assert under_attack(robust) > under_attack(trained(settings)) + 0.2
    assert accuracy(robust, x, y) > 0.75


def test_tables_train_as_well_as_images() -> None:
    x = torch.randn(300, 4, generator=seeded(0))
    y = (x[:, 0] + x[:, 1] > 0).long()
    model = nn.Linear(4, 2)
    fit(model, x, y, TrainSettings(80, 32, 0.05), generator=seeded(1))
    assert accuracy(model, x, y) > 0.95


@pytest.mark.parametrize("bad", [torch.zeros(4), -torch.ones(4), torch.ones(3)])
def test_bad_weights_are_refused(bad: Tensor) -> None:
    y = torch.zeros(4, dtype=torch.int64)
    with pytest.raises(ValueError, match="weights"):
        fit(nn.Linear(2, 2), torch.ones(4, 2), y, QUICK, generator=seeded(0), sample_weights=bad)


def test_no_records_are_refused() -> None:
    model = mlp.build((8, 8, 1), 10, seeded(0))
    x, y = members()
    with pytest.raises(ValueError, match="no records"):
        fit(model, x[:0], y[:0], QUICK, generator=seeded(0))
