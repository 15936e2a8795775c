from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
import torch
from art.attacks.inference.membership_inference import MembershipInferenceBlackBoxRuleBased
from art.estimators.classification import PyTorchClassifier
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score, roc_curve
from torch import nn

from tests.kernels.victims import digits, unseen, victim
from wargame.kernels.membership import (
    auc,
    label_only_scores,
    logit_confidence,
    loss_threshold_scores,
    shadow_scores,
    tpr_at_fpr,
)
from wargame.kernels.training import predict_probs

Array = npt.NDArray[np.float64]
# Few distinct values, so that ties are common.
sides = st.lists(st.integers(-6, 6).map(float), min_size=2, max_size=60).map(np.array)


def truth(inside: Array, outside: Array) -> tuple[Array, Array]:
    return (
        np.r_[np.ones(len(inside)), np.zeros(len(outside))],
        np.concatenate([inside, outside]),
    )


@settings(deadline=None)
@given(sides, sides)
def test_auc_equals_sklearn_and_lies_in_its_interval(inside: Array, outside: Array) -> None:
    estimate = auc(inside, outside)
    assert estimate.value == pytest.approx(roc_auc_score(*truth(inside, outside)), abs=1e-12)
    assert 0.0 <= estimate.low <= estimate.value <= estimate.high <= 1.0
    assert estimate.n == len(inside) + len(outside)


@settings(deadline=None)
@given(sides, sides, st.floats(0.1, 5.0), st.floats(-3.0, 3.0))
def test_rising_maps_change_nothing(
    inside: Array, outside: Array, scale: float, shift: float
) -> None:
    def moved(scores: Array) -> Array:
        return np.exp(scale * scores / 6.0) + shift

    assert auc(moved(inside), moved(outside)) == auc(inside, outside)
    for rate in (0.01, 0.3):
        before, after = (
            tpr_at_fpr(inside, outside, rate),
            tpr_at_fpr(moved(inside), moved(outside), rate),
        )
        assert before == after


@settings(deadline=None)
@given(sides, sides)
def test_swapping_the_sides_mirrors_the_area(inside: Array, outside: Array) -> None:
    assert auc(outside, inside).value == pytest.approx(1.0 - auc(inside, outside).value)


def test_delong_covers_the_true_area() -> None:
    rng = np.random.default_rng(0)
    area = stats.norm.cdf(0.7 / math.sqrt(2.0))
    drawn = [auc(rng.normal(0.7, 1, 60), rng.normal(0, 1, 90)) for _ in range(1500)]
    assert np.mean([e.low <= area <= e.high for e in drawn]) == pytest.approx(0.95, abs=0.025)


def test_delong_deviation_equals_the_bootstrap() -> None:
    rng = np.random.default_rng(1)
    inside, outside = rng.normal(0.5, 1, 150), rng.normal(0, 1, 200)
    estimate = auc(inside, outside)
    resampled = [
        roc_auc_score(*truth(rng.choice(inside, 150), rng.choice(outside, 200))) for _ in range(600)
    ]
    assert (estimate.high - estimate.low) / (2 * 1.96) == pytest.approx(np.std(resampled), rel=0.15)


def test_full_separation_is_not_certainty() -> None:
    estimate = auc(np.arange(10.0, 20.0), np.arange(8.0))
    assert estimate.value == estimate.high == 1.0
    assert 0.5 < estimate.low < 0.8


@settings(deadline=None)
@given(sides, sides, st.sampled_from([0.0, 0.01, 0.1, 0.5, 0.99]))
def test_tpr_is_the_best_point_of_sklearns_curve(
    inside: Array, outside: Array, rate: float
) -> None:
    false, true, _ = roc_curve(*truth(inside, outside), drop_intermediate=False)
    best = float(true[false <= rate + 1e-12].max())
    assert tpr_at_fpr(inside, outside, rate).value == pytest.approx(best)


def test_every_member_is_found_if_every_alarm_is_allowed() -> None:
    assert tpr_at_fpr(np.array([1.0, 2.0]), np.array([3.0]), 1.0).value == 1.0


def test_loss_scores_are_minus_torchs_cross_entropy() -> None:
    logits = torch.randn(50, 7, generator=torch.Generator().manual_seed(0)).double()
    y = torch.arange(50) % 7
    losses = nn.functional.cross_entropy(logits, y, reduction="none")
    scores = loss_threshold_scores(logits.softmax(1).numpy(), y.numpy())
    np.testing.assert_allclose(scores, -losses.numpy(), rtol=1e-9)


def test_log_odds_survive_saturation_and_zeros() -> None:
    probs = np.array([[1.0, 1e-9, 0.0], [0.0, 0.0, 1.0], [0.25, 0.75, 0.0]])
    scores = logit_confidence(probs, np.array([0, 0, 1]))
    assert scores[0] == pytest.approx(math.log(1e9), rel=1e-6)
    assert np.isfinite(scores).all()
    assert scores[2] == pytest.approx(math.log(3.0))


def test_label_only_equals_art() -> None:
    x, y = digits()
    wrapped = PyTorchClassifier(
        victim(), loss=nn.CrossEntropyLoss(), input_shape=(1, 8, 8), nb_classes=10,
        device_type="cpu",
    )  # fmt: skip
    theirs = MembershipInferenceBlackBoxRuleBased(wrapped).infer(x.numpy(), y.numpy())
    labels = predict_probs(victim(), x).argmax(dim=1)
    ours = label_only_scores(labels.numpy(), y.numpy())
    assert 0 < ours.sum() < len(ours)
    np.testing.assert_array_equal(ours, theirs.reshape(-1))


def two_class(confidence: Array) -> Array:
    p = 1.0 / (1.0 + np.exp(-confidence))
    return np.stack([p, 1.0 - p], axis=-1)


@pytest.mark.parametrize("shadows", [4, 128])
def test_lira_finds_what_one_threshold_cannot(shadows: int) -> None:
    # Records differ in difficulty far more than membership moves them.
    rng = np.random.default_rng(0)
    n, y = 400, np.zeros(400, dtype=np.int64)
    hardness = rng.normal(0.0, 4.0, n)
    out = two_class(hardness + rng.normal(0.0, 1.0, (shadows, n)))
    member = np.arange(n) < n // 2
    target = two_class(hardness + rng.normal(0.0, 1.0, n) + 2.0 * member)
    lira, simple = shadow_scores(target, y, out), loss_threshold_scores(target, y)
    assert auc(lira[member], lira[~member]).low > auc(simple[member], simple[~member]).high


def test_lira_scores_are_uniform_on_outsiders() -> None:
    rng = np.random.default_rng(0)
    y = np.zeros(2000, dtype=np.int64)
    centre = rng.normal(0.0, 2.0, 2000)
    out = two_class(centre + rng.normal(size=(256, 2000)))
    scores = shadow_scores(two_class(centre + rng.normal(size=2000)), y, out)
    assert stats.kstest(scores, "uniform").pvalue > 0.01


def test_members_of_a_real_model_stand_out() -> None:
    x, y = digits()
    unknown_x, unknown_y = unseen(500)
    inside = loss_threshold_scores(predict_probs(victim(), x[:500]).numpy(), y[:500].numpy())
    outside = loss_threshold_scores(predict_probs(victim(), unknown_x).numpy(), unknown_y.numpy())
    assert auc(inside, outside).low > 0.5


def test_too_little_is_refused() -> None:
    one, two = np.array([1.0]), np.array([1.0, 2.0])
    with pytest.raises(ValueError, match="two scores"):
        auc(one, two)
    with pytest.raises(ValueError, match="filled"):
        tpr_at_fpr(two, np.array([]), 0.1)
    with pytest.raises(ValueError, match="shadows"):
        shadow_scores(np.ones((3, 2)) / 2, np.zeros(3, dtype=int), np.ones((1, 3, 2)) / 2)
