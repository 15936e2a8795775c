from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn

from tests.attacks.served import KNOWN, build
from tests.kernels.victims import TRAINED, digits, seeded
from wargame.attacks.serve.membership_inference import MembershipInference
from wargame.kernels.training import TrainSettings, fit, predict_probs
from wargame.pipeline.access import Possessions, ScoreOracle
from wargame.stages import Strength

MEMBERS = 80


@cache
def overfitted() -> nn.Module:
    """Learnt 80 digits by heart."""
    x, y = labelled()
    model = build(seeded(5))
    fit(model, x[:MEMBERS], y[:MEMBERS], TrainSettings(150, 40, 5e-3), generator=seeded(6))
    return model


def labelled() -> tuple[Tensor, Tensor]:
    """160 digits in question: 80 members, then 80 that the model never saw."""
    x, y = digits()
    return x[: 2 * MEMBERS], y[: 2 * MEMBERS]


def own() -> Possessions:
    x, y = digits()
    return Possessions(x[TRAINED + KNOWN :], y[TRAINED + KNOWN :], {}, 60)


def asking(quota: int | None = None, *, hard: bool = False) -> ScoreOracle:
    def ask(x: Tensor, asked: int) -> Tensor:
        probs = predict_probs(overfitted(), x)
        if hard:
            probs = nn.functional.one_hot(probs.argmax(1), 10).float()
        if quota is not None:
            probs[max(0, quota - asked) :] = float("nan")
        return probs

    return ScoreOracle(ask, 10, (8, 8, 1))


def found(card: MembershipInference, oracle: ScoreOracle) -> NDArray[np.float64]:
    scores = card.query(oracle, labelled(), own(), seeded(8), build).scores
    assert scores is not None
    return scores


def area(scores: NDArray[np.float64]) -> float:
    return float(roc_auc_score(np.arange(2 * MEMBERS) < MEMBERS, scores))


def test_members_score_higher() -> None:
    assert area(found(MembershipInference.at(Strength.MEDIUM, {"shadows": 0}), asking())) > 0.6
    assert area(found(MembershipInference.at(Strength.MEDIUM, {"shadows": 2}), asking())) > 0.6


def test_light_attack_is_the_loss_threshold() -> None:
    x, y = labelled()
    loss = nn.functional.cross_entropy(overfitted()(x), y, reduction="none")
    scores = found(MembershipInference.at(Strength.MEDIUM, {"shadows": 0}), asking())
    np.testing.assert_allclose(scores, -loss.detach().numpy(), atol=1e-3)


def test_one_hot_answers_leave_whether_the_label_is_right() -> None:
    x, y = labelled()
    right = (overfitted()(x).argmax(1) == y).numpy()
    plain = found(MembershipInference.at(Strength.MEDIUM, {"shadows": 0}), asking(hard=True))
    np.testing.assert_array_equal(plain, right.astype(np.float64))
    calibrated = found(MembershipInference.at(Strength.MEDIUM, {"shadows": 2}), asking(hard=True))
    assert calibrated[right].min() >= 0 >= calibrated[~right].max()


def test_refused_tiles_take_the_middle_of_the_others() -> None:
    scores = found(MembershipInference.at(Strength.MEDIUM, {"shadows": 0}), asking(quota=100))
    assert set(scores[100:]) == {np.median(scores[:100])}
    silent = found(MembershipInference.at(Strength.MEDIUM, {"shadows": 2}), asking(quota=0))
    assert not silent.any()


def test_shadow_models_are_kept_and_added_to() -> None:
    card = MembershipInference.at(Strength.MEDIUM, {"shadows": 2})
    first = card.query(asking(), labelled(), own(), seeded(1), build)
    second = card.query(asking(), labelled(), replace(own(), loot=first.loot), seeded(2), build)
    assert {len(value) for value in first.loot.values()} == {2}
    for name, value in second.loot.items():
        assert len(value) == 4
        assert torch.equal(torch.from_numpy(value[:2]), torch.from_numpy(first.loot[name]))
