from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wargame.game.harm import RULES, Goal, harm_of
from wargame.game.report import Score, score
from wargame.game.scenario import Scenario
from wargame.game.verdict import verdict
from wargame.pipeline.outcome import Measure, Outcome
from wargame.stages import Side

from . import fakes


def at(value: float, low: float | None = None, high: float | None = None) -> Measure:
    return Measure(value, value if low is None else low, value if high is None else high, 100, "k")


def outcome(**measures: Measure) -> Outcome:
    named = {name.replace("__", "."): item for name, item in measures.items()}
    return Outcome(1, {**fakes.base_measures(), **named}, {}, (), (), (), {})


OPENING = outcome()


def harms(result: Score) -> dict[Goal, float]:
    return {harm.goal: harm.value for harm in result.harms}


@pytest.mark.parametrize(
    ("name", "value", "goal", "harm"),
    [
        ("clean_accuracy", 0.6, "integrity", 0.25),  # 1 - 0.6 / 0.8
        ("clean_accuracy", 0.9, "integrity", 0.0),
        ("pgd.accuracy_under_attack", 0.08, "integrity", 0.9),
        ("substitute.accuracy_under_attack", 0.4, "integrity", 0.5),
        ("backdoor.trigger_success", 0.95, "integrity", 0.95),
        ("scaling_attack.read_as_hidden", 0.3, "integrity", 0.3),
        ("artifact_payload.executed", 1.0, "integrity", 1.0),
        ("sniff.records_exposed", 0.2, "confidentiality", 0.2),
        ("membership_inference.auc", 0.75, "confidentiality", 0.5),
        ("membership_inference.auc", 0.4, "confidentiality", 0.0),
        ("model_extraction.agreement", 0.7, "confidentiality", 0.7),
        ("checkpoint_theft.weights_read", 1.0, "confidentiality", 1.0),
        ("honest_served", 0.6, "availability", 0.4),
        ("latency", 400.0, "availability", 0.75),  # 100 tolerated
        ("latency", 5.0, "availability", 0.0),
        ("unauthorized_api.calls_served", 0.1, "availability", 0.1),
    ],
)
def test_each_formula(name: str, value: float, goal: str, harm: float) -> None:
    found = harm_of(name, at(value), OPENING.measures)
    assert found is not None
    assert found[0] == goal
    assert found[1].value == pytest.approx(harm)


@pytest.mark.parametrize(
    "name", ["training_cost", "accuracy_under_attack", "card.honest_served", "x.y"]
)
def test_other_measures_harm_nothing(name: str) -> None:
    assert harm_of(name, at(0.5), OPENING.measures) is None


def test_the_honest_start_harms_nothing(tiny: Scenario) -> None:
    result = score(OPENING, OPENING, tiny)
    assert result.mission == 0
    assert set(harms(result).values()) == {0.0}


def test_mission_is_the_weighted_sum_of_the_worst(tiny: Scenario) -> None:
    round_ = outcome(
        clean_accuracy=at(0.6),
        backdoor__trigger_success=at(0.9, 0.8, 0.95),
        sniff__records_exposed=at(0.4),
        honest_served=at(0.8),
        latency=at(200.0),
    )
    result = score(round_, OPENING, tiny)
    assert harms(result) == {
        Goal.INTEGRITY: pytest.approx(0.9),
        Goal.CONFIDENTIALITY: pytest.approx(0.4),
        Goal.AVAILABILITY: pytest.approx(0.5),
    }
    assert result.mission == pytest.approx(0.5 * 0.9 + 0.25 * 0.4 + 0.25 * 0.5)
    integrity = result.harms[0]
    assert [part.measure for part in integrity.components] == [
        "backdoor.trigger_success", "clean_accuracy",
    ]  # fmt: skip
    assert [integrity.low, integrity.high] == pytest.approx([0.8, 0.95])
    assert result.costs["honest_refused"] == pytest.approx(0.2)
    assert result.costs["training_cost"] == 16.0


def test_loss_takes_both_intervals(tiny: Scenario) -> None:
    found = harm_of("clean_accuracy", at(0.4, 0.35, 0.45), {"clean_accuracy": at(0.8, 0.75, 0.9)})
    assert found is not None
    assert found[1] == pytest.approx((0.5, 1 - 0.45 / 0.75, 1 - 0.35 / 0.9))


ranges = st.tuples(*[st.floats(0, 1)] * 3).map(sorted)


@given(st.sampled_from(sorted(RULES)), ranges, ranges, ranges)
@settings(max_examples=300, deadline=None)
def test_harms_lie_in_the_unit_interval_and_inside_their_own(
    rule: str, span: list[float], start: list[float], inside: list[float]
) -> None:
    name = rule.replace("*", "card")
    opening = {key: at(start[1], start[0], start[2]) for key in (name, "clean_accuracy")}
    found = harm_of(name, at(span[1], span[0], span[2]), opening)
    assert found is not None
    harm = found[1]
    assert 0 <= harm.low <= harm.value + 1e-12
    assert harm.value <= harm.high + 1e-12 <= 1 + 1e-9
    # Any true value inside the measure's interval has its harm inside the harm's interval.
    truth = span[0] + inside[1] * (span[2] - span[0])
    exact = harm_of(name, at(truth), {key: at(start[1]) for key in opening})
    assert exact is not None
    assert harm.low - 1e-9 <= exact[1].value <= harm.high + 1e-9


def scores(tiny: Scenario, *accuracies: float) -> list[Score]:
    return [score(outcome(clean_accuracy=at(a)), OPENING, tiny) for a in accuracies]


def test_verdict_names_winner_margin_cause_and_turning_round(tiny: Scenario) -> None:
    # Losses 0, 0.5, 1, 1 at weight 0.5: the running means are 0, 0.125, 0.25 and 0.3125.
    end = verdict(scores(tiny, 0.8, 0.4, 0.0, 0.0), tiny)
    assert end.winner is Side.ATTACKER
    assert end.mission == pytest.approx(0.3125)
    assert end.margin == pytest.approx(0.0625)
    assert end.turning_round == 4
    assert end.decided_by == "clean_accuracy"
    assert end.share == pytest.approx(1.0)
    assert "attacker won" in end.words
    assert "from round 4 of 4" in end.words


def test_at_par_the_defender_holds(tiny: Scenario) -> None:
    end = verdict(scores(tiny, 0.4, 0.4), tiny)
    assert end.mission == pytest.approx(tiny.mission.par)
    assert end.winner is Side.DEFENDER
    assert end.turning_round == 1


def test_the_cause_is_what_gave_most_over_the_match(tiny: Scenario) -> None:
    loud = score(outcome(backdoor__trigger_success=at(1.0)), OPENING, tiny)
    steady = score(outcome(sniff__records_exposed=at(0.9)), OPENING, tiny)
    assert verdict([loud, steady, steady], tiny).decided_by == "backdoor.trigger_success"
    assert verdict([loud, steady, steady, steady], tiny).decided_by == "sniff.records_exposed"
    quiet = verdict([score(OPENING, OPENING, tiny)], tiny)
    assert quiet.decided_by is None
    assert "Nothing was harmed" in quiet.words
    little = verdict(scores(tiny, 0.78, 0.8), tiny)
    assert little.mission < 0.05
    assert "Little was harmed" in little.words
    assert "gave" not in little.words


def test_certainty_asks_the_whole_interval(tiny: Scenario) -> None:
    wide = score(outcome(backdoor__trigger_success=at(0.6, 0.4, 0.8)), OPENING, tiny)
    assert not verdict([wide], tiny).certain
    sharp = replace(wide, low=0.26)
    assert verdict([sharp], tiny).certain
