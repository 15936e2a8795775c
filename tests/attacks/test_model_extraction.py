from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.attacks.served import build, evaluation, own, scores
from tests.kernels.victims import seeded, victim
from wargame.attacks.serve.model_extraction import ModelExtraction, _tiles
from wargame.pipeline.access import Possessions, ScoreOracle
from wargame.pipeline.attack_roles import Findings
from wargame.stages import Strength

STEPS = 300


def extract(oracle: ScoreOracle, held: Possessions, queries: int) -> Findings:
    card = ModelExtraction.at(Strength.MEDIUM, {"queries": queries})
    return card.query(oracle, evaluation(), held, seeded(7), build)


def agreement(copy: nn.Module | None) -> float:
    assert copy is not None
    x: Tensor = evaluation()[0]
    return float((copy(x).argmax(1) == victim()(x).argmax(1)).float().mean())


def test_more_queries_make_a_better_copy() -> None:
    few, many = (agreement(extract(scores(), own(STEPS), queries).copy) for queries in (20, 300))
    assert many > few + 0.1
    assert many > 0.75


def test_answers_are_kept_and_the_copy_improves() -> None:
    held, found = own(STEPS), []
    for _ in range(3):
        findings = extract(scores(), held, 30)
        found.append(agreement(findings.copy))
        held = replace(held, loot=findings.loot)
    assert len(held.loot["answers"]) == 90
    assert sorted(set(held.loot["at"].tolist())) == list(range(90))
    assert found[-1] > found[0]


def test_a_quota_leaves_only_its_answers_and_the_rest_is_asked_next_time() -> None:
    first = extract(scores(quota=25), own(STEPS), 100)
    assert first.loot["at"].tolist() == list(range(25))
    second = extract(scores(quota=10), replace(own(STEPS), loot=first.loot), 100)
    assert second.loot["at"].tolist() == list(range(35))
    expected = torch.softmax(victim()(own(STEPS).x[:35]), 1).detach().numpy()
    np.testing.assert_allclose(second.loot["answers"], expected, atol=1e-5)


def test_no_answer_makes_no_copy_worth_the_name() -> None:
    findings = extract(scores(quota=0), own(STEPS), 50)
    assert len(findings.loot["at"]) == 0
    assert agreement(findings.copy) < 0.5


def test_one_hot_answers_teach_too() -> None:
    assert agreement(extract(scores(hard=True), own(STEPS), 200).copy) > 0.6


@pytest.mark.parametrize("turn", range(8))
def test_each_pass_turns_the_tiles_another_way(turn: int) -> None:
    x = own(STEPS).x[:5]
    shown = _tiles(x, np.arange(5) + 5 * turn)
    square = x.numpy()[:, 0]
    expected = np.rot90(square, turn % 4, (1, 2))
    if turn >= 4:
        expected = expected[:, :, ::-1]
    np.testing.assert_array_equal(shown.numpy()[:, 0], expected)


def test_oblong_tiles_keep_their_shape_in_every_pass() -> None:
    x = torch.rand((3, 1, 4, 7), generator=seeded(1))
    shown = _tiles(x, np.arange(12)).numpy()
    upright = x.numpy()
    passes = [upright, upright[:, :, ::-1, ::-1], upright[..., ::-1], upright[:, :, ::-1]]
    np.testing.assert_array_equal(shown, np.concatenate(passes))
