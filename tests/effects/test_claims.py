"""What the sources claim of the cards, held against what is measured here."""

from __future__ import annotations

import pytest

from tests.effects.conftest import Bench, mean, values

STRENGTHS = pytest.mark.parametrize("strength", ["light", "medium", "heavy"])
GRADED = pytest.mark.parametrize("strength", ["light", "heavy"])


@GRADED
@pytest.mark.parametrize("card", ["label_flip", "drift_poison"])
def test_poison_lowers_clean_accuracy(bench: Bench, card: str, strength: str) -> None:
    """Against the same seeds undisturbed."""
    honest = bench(rounds=4)
    poisoned = bench(f"{card}:{strength}", rounds=4)
    assert mean(poisoned, "clean_accuracy") < mean(honest, "clean_accuracy") - 0.01


@STRENGTHS
def test_a_backdoor_opens_and_hides(bench: Bench, strength: str) -> None:
    """Over 80 % of triggered tiles, under 4 points of clean loss."""
    honest, planted = bench(rounds=2), bench(f"backdoor:{strength}", rounds=2)
    assert mean(planted, "backdoor.trigger_success") > 0.8
    loss = mean(honest, "clean_accuracy") - mean(planted, "clean_accuracy")
    assert loss < 0.04


@STRENGTHS
def test_gradients_break_the_model_and_training_on_them_helps(bench: Bench, strength: str) -> None:
    """Under 15 % under attack; adversarial training at least doubles it."""
    attack = ("checkpoint_theft:heavy", f"pgd:{strength}")
    bare = bench(*attack)
    trained = bench(*attack, against=(f"adversarial_training:{strength}",))
    assert max(values(bare, "pgd.accuracy_under_attack")) < 0.15
    assert mean(trained, "pgd.accuracy_under_attack") >= 2 * mean(bare, "pgd.accuracy_under_attack")


@GRADED
def test_a_sealed_channel_rejects_every_tampered_record(bench: Bench, strength: str) -> None:
    """None is accepted; without it some are."""
    assert min(values(bench(f"tamper:{strength}"), "tamper.accepted")) > 0
    sealed = bench(f"tamper:{strength}", against=("encrypted_channel:light",))
    assert values(sealed, "tamper.accepted") == [0.0] * len(sealed)


def test_a_sealed_channel_blinds_the_sniffer(bench: Bench) -> None:
    """Nothing is read."""
    assert min(values(bench("sniff:heavy"), "sniff.records_exposed")) > 0.9
    sealed = bench("sniff:heavy", against=("encrypted_channel:light",))
    assert max(values(sealed, "sniff.records_exposed")) == 0


def test_scaled_captures_are_read_as_what_they_hide(bench: Bench) -> None:
    """Far more often than as what they show; the filter stops it."""
    scaled = bench("scaling_attack:heavy")
    hidden = mean(scaled, "scaling_attack.read_as_hidden")
    assert hidden > 2 * mean(scaled, "scaling_attack.read_as_stated")
    filtered = bench("scaling_attack:heavy", against=("scaling_filter:medium",))
    assert mean(filtered, "scaling_attack.read_as_hidden") < 0.1 * hidden


def test_a_substitute_transfers_better_than_noise(bench: Bench) -> None:
    """Of the same size."""
    found = bench("substitute:heavy")
    assert mean(found, "substitute.fooled") > mean(found, "substitute.noise_fooled") + 0.05


def test_extraction_rises_with_queries_and_falls_under_a_limit(bench: Bench) -> None:
    """More queries, a better copy; a rate limit makes it worse."""
    few, many = bench("model_extraction:light"), bench("model_extraction:heavy")
    assert mean(many, "model_extraction.queries") > mean(few, "model_extraction.queries")
    assert mean(many, "model_extraction.agreement") > mean(few, "model_extraction.agreement")
    limited = bench("model_extraction:heavy", against=("rate_limit:heavy",))
    assert mean(limited, "model_extraction.agreement") < mean(many, "model_extraction.agreement")


@GRADED
def test_private_training_hides_its_members(bench: Bench, strength: str) -> None:
    """The area under the curve falls towards chance."""
    bare = bench(f"membership_inference:{strength}")
    private = bench(f"membership_inference:{strength}", against=("dp_training:medium",))
    assert mean(bare, "membership_inference.auc") > 0.55
    assert mean(private, "membership_inference.auc") < mean(bare, "membership_inference.auc") - 0.02
    assert all(outcome.measures["privacy_spent"].value > 0 for outcome in private)


def test_a_payload_runs_unless_it_is_scanned(bench: Bench) -> None:
    """Always without a scan, never with one."""
    for strength in ("light", "medium", "heavy"):
        assert min(values(bench(f"artifact_payload:{strength}"), "artifact_payload.executed")) == 1
        scanned = bench(f"artifact_payload:{strength}", against=("artifact_scan:light",))
        assert max(values(scanned, "artifact_payload.executed")) == 0


def test_encryption_at_rest_leaves_the_thief_with_noise(bench: Bench) -> None:
    """The weights are read without it, and not with it."""
    assert min(values(bench("checkpoint_theft:light"), "checkpoint_theft.weights_read")) == 1
    sealed = bench("checkpoint_theft:light", against=("encrypted_store:light",))
    assert max(values(sealed, "checkpoint_theft.weights_read")) == 0


def test_signed_uploads_keep_sham_drones_out(bench: Bench) -> None:
    """No constructed record is stored."""
    junk = bench("fake_node:heavy", rounds=2)
    signed = bench("fake_node:heavy", against=("authenticate_contributors:light",), rounds=2)
    assert mean(junk, "poison_in_training") > 0.1
    assert mean(signed, "poison_in_training") == 0
    assert mean(signed, "clean_accuracy") > mean(junk, "clean_accuracy")


@pytest.mark.parametrize("strength", ["medium", "heavy"])
def test_a_flood_refuses_honest_drones_unless_traffic_is_watched(
    bench: Bench, strength: str
) -> None:
    """Honest requests served, with and without a monitor of the flood's own strength."""
    flooded = bench(f"request_flood:{strength}")
    watched = bench(f"request_flood:{strength}", against=(f"traffic_monitor:{strength}",))
    assert mean(flooded, "honest_served") < 0.5
    assert mean(watched, "honest_served") > mean(flooded, "honest_served") + 0.2


def test_signed_requests_keep_stolen_keys_out(bench: Bench) -> None:
    """No call is served unpaid."""
    assert mean(bench("unauthorized_api:heavy"), "unauthorized_api.calls_served") > 0.5
    signed = bench("unauthorized_api:heavy", against=("api_authentication:light",))
    assert mean(signed, "unauthorized_api.calls_served") < 0.1


def test_clusters_give_a_heavy_backdoor_away(bench: Bench) -> None:
    """Activation clustering takes most of its success."""
    planted = bench("backdoor:heavy", rounds=2)
    found = bench("backdoor:heavy", against=("activation_clustering:heavy",), rounds=2)
    assert mean(found, "backdoor.trigger_success") < 0.5 * mean(planted, "backdoor.trigger_success")


def test_rollback_refuses_a_harmful_batch(bench: Bench) -> None:
    """Junk is compared away."""
    junk = bench("fake_node:heavy", rounds=2)
    checked = bench("fake_node:heavy", against=("compare_and_rollback:heavy",), rounds=2)
    assert mean(checked, "clean_accuracy") > mean(junk, "clean_accuracy")
