from __future__ import annotations

import hashlib

import numpy as np
import pytest
from safetensors.numpy import save

from wargame.defences.preprocess.gold_set import GoldSet
from wargame.defences.release.artifact_scan import ArtifactScan
from wargame.defences.store.compare_and_rollback import CompareAndRollback
from wargame.defences.train.dp_training import DpTraining
from wargame.kernels.harness import build_payload
from wargame.pipeline.defence_roles import Plan
from wargame.stages import STRENGTHS, Strength

PLAN = Plan(steps=70, batch_size=64, lr=0.005, weight_decay=0.0)
GENUINE = save({"w": np.arange(6.0, dtype=np.float32)})
SIGNED = hashlib.sha256(GENUINE).hexdigest()


@pytest.mark.parametrize("strength", STRENGTHS)
def test_a_file_that_would_run_code_is_never_let_in(strength: Strength) -> None:
    card = ArtifactScan.at(strength)
    for container in ("pickle", "torch"):
        allowed, why = card.inspect(build_payload("marker", GENUINE, container), SIGNED)
        assert not allowed
        assert "open" in why
    assert card.inspect(GENUINE, SIGNED)[0]


def test_only_heavy_turns_a_harmless_foreign_file_away() -> None:
    foreign = save({"w": np.zeros(6, np.float32)})
    verdicts = [ArtifactScan.at(each).inspect(foreign, SIGNED)[0] for each in STRENGTHS]
    assert verdicts == [True, True, False]


def test_tolerance_counts_whole_tiles() -> None:
    card = CompareAndRollback.at(Strength.MEDIUM)
    for right in range(4, 101):
        lost = [card.accept(right / 100, (right - fewer) / 100, 100) for fewer in range(5)]
        assert lost == [True, True, True, True, False]


def test_an_equal_or_better_model_is_always_kept() -> None:
    for strength in STRENGTHS:
        card = CompareAndRollback.at(strength)
        assert card.accept(0.6, 0.6, 100)
        assert card.accept(0.6, 0.7, 100)


def test_more_noise_spends_less_privacy() -> None:
    from opacus.accountants import RDPAccountant

    spent = []
    for strength in STRENGTHS:
        plan = DpTraining.at(strength).plan(PLAN)
        accountant = RDPAccountant()
        for _ in range(plan.steps):
            rate = plan.batch_size / 700
            accountant.step(noise_multiplier=plan.noise_multiplier, sample_rate=rate)
        spent.append(accountant.get_epsilon(1e-3))
        assert plan.passes_per_step > PLAN.passes_per_step
    assert spent[0] > spent[1] > spent[2]


def test_the_gold_set_weighs_more_the_stronger() -> None:
    weights = [GoldSet.at(each).plan(PLAN).vetted_weight for each in STRENGTHS]
    assert 0 < weights[0] < weights[1] < weights[2]
