"""The yardstick is one that a card really has, and agrees with the game's own harms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wargame import catalog
from wargame.game.harm import RULES, harm_of
from wargame.lab.yardstick import FOOLED, WHOLE, aim, harms, in_words
from wargame.pipeline.outcome import Measure

ATTACKS = [name for name in catalog.card_names() if catalog.card(name).side.value == "attacker"]
NAMES = [name.replace("*", "pgd") for name in RULES]


@pytest.mark.parametrize("name", ATTACKS)
def test_every_attack_has_a_yardstick_with_words(name: str) -> None:
    card = catalog.attack(name)
    found = aim(card)
    what = found.rpartition(".")[2]
    assert found == WHOLE or what in card.measured_by
    assert in_words(found) != what


def test_some_are_as_expected() -> None:
    expected = {
        "backdoor": "backdoor.trigger_success", "pgd": "pgd.fooled", "label_flip": WHOLE,
        "request_flood": "honest_served", "sniff": "sniff.records_exposed", "fake_node": WHOLE,
    }  # fmt: skip
    assert {name: aim(catalog.attack(name)) for name in expected} == expected


@given(st.sampled_from(NAMES), st.floats(0, 1), st.floats(0.1, 1))
def test_a_harm_is_the_games_harm_but_for_its_ends(name: str, value: float, start: float) -> None:
    now = Measure(value, value, value, 10, "k")
    opening = {n: Measure(start, start, start, 10, "k") for n in ("clean_accuracy", name)}
    (found,) = harms({name: now}, opening).values()
    told = harm_of(name, now, opening)
    assert told is not None
    assert min(1.0, max(0.0, found)) == pytest.approx(told[1].value)


def test_losses_below_nothing_are_kept() -> None:
    better, start = (Measure(v, v, v, 10, "k") for v in (0.6, 0.5))
    assert harms({WHOLE: better}, {WHOLE: start})[WHOLE] == pytest.approx(-0.2)
    assert harms({f"pgd.{FOOLED}": better, "pgd.l2": better}, {}) == {"pgd.fooled": 0.6}
