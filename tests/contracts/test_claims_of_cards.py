"""What cards say of each other and of the world outside: claims both ways, and MITRE ATLAS."""

from __future__ import annotations

import pytest

from wargame import catalog
from wargame.stages import Side

from .atlas import NAMES

ATTACKS = catalog.card_names(Side.ATTACKER)
DEFENCES = catalog.card_names(Side.DEFENDER)
MEANT = {
    "label_flip": "Poison Training Data",
    "backdoor": "Poison Training Data",
    "drift_poison": "Poison Training Data",
    "fake_node": "Erode Dataset Integrity",
    "sniff": "AI Artifact Collection",
    "tamper": "Poison Training Data",
    "scaling_attack": "Poison Training Data",
    "shard_corruption": "Erode Dataset Integrity",
    "checkpoint_theft": "Exfiltration via Cyber Means",
    "artifact_payload": "Unsafe AI Artifacts",
    "fgsm": "White-Box Optimization",
    "pgd": "White-Box Optimization",
    "square": "Black-Box Optimization",
    "substitute": "Black-Box Transfer",
    "model_extraction": "Extract AI Model",
    "membership_inference": "Infer Training Data Membership",
    "unauthorized_api": "Valid Accounts",
    "request_flood": "Denial of AI Service",
    "authenticate_contributors": "Maintain AI Dataset Provenance",
    "label_sanitation": "Sanitize Training Data",
    "activation_clustering": "Sanitize Training Data",
    "scaling_filter": "Sanitize Training Data",
    "gold_set": "Validate AI Model",
    "compare_and_rollback": "Validate AI Model",
    "encrypted_channel": "Encrypt Sensitive Information",
    "encrypted_store": "Encrypt Sensitive Information",
    "hash_ledger": "Verify AI Artifacts",
    "adversarial_training": "Model Hardening",
    "feature_squeezing": "Adversarial Input Detection",
    "output_perturbation": "Passive AI Output Obfuscation",
    "rate_limit": "Restrict Number of AI Model Queries",
    "query_monitor": "Adversarial Input Detection",
    "traffic_monitor": "Adversarial Input Detection",
    "api_authentication": "Control Access to AI Models and Data in Production",
    "artifact_scan": "Vulnerability Scanning",
    "dp_training": None,
}
"""What each card is in ATLAS, read there by a person; ATLAS has no entry for private training."""


@pytest.mark.parametrize("name", [*ATTACKS, *DEFENCES])
def test_the_atlas_id_is_one_that_atlas_has(name: str) -> None:
    card = catalog.card(name)
    assert card.atlas is None or card.atlas in NAMES


@pytest.mark.parametrize("name", MEANT)
def test_the_atlas_id_means_what_the_card_does(name: str) -> None:
    said = catalog.card(name).atlas
    assert (NAMES[said] if said else None) == MEANT[name]


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_and_what_counters_it_agree(name: str) -> None:
    claimed = {each for each in catalog.attack(name).countered_by if each in DEFENCES}
    assert claimed == {each for each in DEFENCES if name in catalog.defence(each).counters}
