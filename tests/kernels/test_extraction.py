from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax
from torch import nn

from models import mlp
from tests.kernels.victims import digits, seeded, unseen, victim
from wargame.kernels.extraction import (
    REFUSED,
    agreement,
    answered,
    distil,
    equation_solving,
    jacobian_augment,
)
from wargame.kernels.training import predict_probs


@pytest.fixture(scope="module")
def answers() -> tuple[torch.Tensor, torch.Tensor]:
    queries = digits()[0][:600]
    return queries, predict_probs(victim(), queries)


def student() -> nn.Module:
    return mlp.build((8, 8, 1), 10, seeded(5), hidden=(64,))


def copied(queries: torch.Tensor, replies: torch.Tensor, seed: int = 6) -> float:
    thief = distil(
        queries, replies, student(), steps=150, batch_size=64, lr=5e-3, generator=seeded(seed)
    )
    x, _ = unseen(500)
    return agreement(thief, predict_probs(victim(), x).argmax(dim=1), x).value


def test_copies_from_scores_and_from_labels(answers: tuple[torch.Tensor, torch.Tensor]) -> None:
    queries, probs = answers
    assert copied(queries, probs) > 0.9
    assert copied(queries, probs.argmax(dim=1)) > 0.9


def test_more_answers_make_a_better_copy(answers: tuple[torch.Tensor, torch.Tensor]) -> None:
    queries, probs = answers
    assert copied(queries[:30], probs[:30]) + 0.05 < copied(queries, probs)


def test_refused_rows_are_as_if_never_sent(answers: tuple[torch.Tensor, torch.Tensor]) -> None:
    queries, probs = answers
    soft, hard = probs.clone(), probs.argmax(dim=1)
    soft[1::2], hard[1::2] = torch.nan, REFUSED
    assert copied(queries, soft) == copied(queries[::2], probs[::2])
    assert copied(queries, hard) == copied(queries[::2], probs[::2].argmax(dim=1))
    assert answered(soft).tolist() == answered(hard).tolist() == [True, False] * 300


def test_nothing_answered_leaves_the_student_alone() -> None:
    x, _ = unseen(5)
    thief = student()
    before = [p.clone() for p in thief.parameters()]
    replies = torch.full((5, 10), torch.nan)
    distil(x, replies, thief, steps=3, batch_size=2, lr=0.1, generator=seeded(0))
    assert all(torch.equal(a, b) for a, b in zip(before, thief.parameters(), strict=True))


def test_agreement_counts_and_skips_refusals() -> None:
    x, _ = unseen(40)
    said = predict_probs(victim(), x).argmax(dim=1)
    said[:10] = (said[:10] + 1) % 10
    said[10:20] = REFUSED
    estimate = agreement(victim(), said, x)
    assert estimate.value == pytest.approx(2 / 3)
    assert estimate.n == 30
    assert agreement(victim(), torch.full((40,), REFUSED), x).n == 0


def test_jacobian_steps_move_each_label_as_the_linear_model_says() -> None:
    # For a linear model the Jacobian row is the weight row, so the move is known exactly.
    x, y = unseen(50)
    layer = nn.Linear(64, 10)
    moved = jacobian_augment(nn.Sequential(nn.Flatten(), layer), x * 0.5 + 0.25, y, 0.1, seeded(0))
    rows = layer.weight.detach()[y].sign().reshape(-1, 1, 8, 8)
    delta = moved - (x * 0.5 + 0.25)
    ways = (delta * rows).flatten(1)
    assert torch.allclose(ways.abs(), torch.full_like(ways, 0.1), atol=1e-6)
    per_record = ways.sign().mean(dim=1)
    assert set(per_record.tolist()) == {1.0, -1.0}


def test_augmented_queries_stay_images() -> None:
    x, y = unseen(20)
    moved = jacobian_augment(victim(), x, y, 0.3, seeded(0))
    assert 0.0 <= float(moved.min()) <= float(moved.max()) <= 1.0


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 12), st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_equation_solving_is_exact_up_to_the_shift(d: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights, biases = rng.normal(size=(k, d)), rng.normal(size=k)
    queries = rng.normal(size=(2 * d + 3, d))
    probs = softmax(queries @ weights.T + biases, axis=1)
    probs[0] = np.nan
    found_weights, found_biases = equation_solving(queries, probs)
    np.testing.assert_allclose(found_weights, weights - weights[0], atol=1e-6)
    np.testing.assert_allclose(found_biases, biases - biases[0], atol=1e-6)


def test_too_few_equations_are_refused() -> None:
    queries = np.random.default_rng(0).normal(size=(5, 5))
    with pytest.raises(ValueError, match="determine only 5 of 6"):
        equation_solving(queries, np.full((5, 3), 1 / 3))
