"""What holds of every card that the catalogue finds."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from itertools import combinations
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import ValidationError

from wargame import catalog
from wargame.card import Attack, Card, Kind
from wargame.pipeline.context import hold
from wargame.pipeline.outcome import InForce, World
from wargame.stages import STRENGTHS, Access, Side, Stage, Strength

from .catalogue import ATTACKS, DEFENCES

NAMES = catalog.card_names()
ATLAS = {Side.ATTACKER: r"AML\.T\d{4}(\.\d{3})?", Side.DEFENDER: r"AML\.M\d{4}"}
TABLE2 = (
    {"-", "black-box", "white-box"},
    {"-", "one-time", "iterative"},
    {"-", "targeted", "non-targeted"},
    {"-", "individual", "universal"},
    {"-", "pixel level", "image level"},
)
"""The words of S0 Table 2."""
SHUT = ("torch", "textual", "sklearn", "scipy", "opacus", "stable_baselines3")

every_card = pytest.mark.parametrize("name", NAMES)
every_attack = pytest.mark.parametrize("name", catalog.card_names(Side.ATTACKER))
every_defence = pytest.mark.parametrize("name", catalog.card_names(Side.DEFENDER))


def _file(name: str) -> Any:
    return {**catalog.card_files(Side.ATTACKER), **catalog.card_files(Side.DEFENDER)}[name]


def test_cards_import_where_nothing_heavy_is_installed() -> None:
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({SHUT!r}))\n"
        "from wargame import catalog; from wargame.stages import STRENGTHS\n"
        "cards = list(catalog.all_cards())\n"
        "print(len([card.at(s) for card in cards for s in STRENGTHS]) // 3)"
    )
    command = [sys.executable, "-W", "error", "-c", script]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert int(found.stdout) == len(NAMES) > 0


def test_no_name_is_used_twice() -> None:
    files = [path for side in Side for path in catalog.card_files(side).values()]
    assert len(set(NAMES)) == len(NAMES) == len(files)


@every_card
def test_the_file_says_what_and_where_the_card_is(name: str) -> None:
    card, path = catalog.card(name), _file(name)
    assert card.name == path.stem == name
    assert card.stage is Stage(path.parent.name)
    side, shelf = (
        (Side.ATTACKER, "attacks") if issubclass(card, Attack) else (Side.DEFENDER, "defences")
    )
    assert card.side is side
    assert path.parent.parent.name == shelf
    assert name in (ATTACKS if side is Side.ATTACKER else DEFENCES)
    assert inspect.getdoc(card) != inspect.getdoc(Card)


@every_card
def test_prices_are_within_the_budget_and_never_fall_with_strength(name: str) -> None:
    card = catalog.card(name)
    assert len(card.costs) == len(card.lasts) == len(STRENGTHS)
    assert list(card.costs) == sorted(card.costs)
    assert list(card.lasts) == sorted(card.lasts)
    assert all(1 <= cost <= 6 for cost in card.costs)
    assert all(1 <= rounds <= 8 for rounds in card.lasts)
    assert 0 <= card.upkeep <= min(card.costs)


@every_card
def test_strengths_are_complete_valid_and_different(name: str) -> None:
    card = catalog.card(name)
    assert set(card.strengths) == set(STRENGTHS)
    made = [(card.at(strength).knobs(), card.duration(strength)) for strength in STRENGTHS]
    for one, other in combinations(made, 2):
        assert one != other


@every_card
def test_the_words_teach_and_fit(name: str) -> None:
    card = catalog.card(name)
    assert 10 <= len(card.summary) <= 70
    assert 200 <= len(card.text) <= 1500
    assert card.text.endswith(".")
    assert "  " not in card.text + card.summary + card.title
    assert 3 <= len(card.title) <= 40
    assert re.match(r"S[0-4](, S[0-4])* \S|beyond the sources$", card.source)
    if card.atlas is not None:
        assert re.fullmatch(ATLAS[card.side], card.atlas)
    for field, info in card.model_fields.items():
        assert info.description, f"the form has no words for {field}"


@every_card
def test_measures_have_plain_names(name: str) -> None:
    measures = catalog.card(name).measured_by
    assert len(set(measures)) == len(measures)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", measure) for measure in measures)


@every_attack
def test_an_attack_says_what_it_needs_and_who_claims_to_stop_it(name: str) -> None:
    card = catalog.attack(name)
    assert card.access
    assert all(way and all(isinstance(item, Access) for item in way) for way in card.access)
    assert card.allowed_with(frozenset(Access))
    assert not card.allowed_with(frozenset())
    known = DEFENCES | set(catalog.card_names(Side.DEFENDER))
    assert set(card.countered_by) <= known
    assert len(set(card.countered_by)) == len(card.countered_by)
    if card.dimensions is not None:
        for word, allowed in zip(card.dimensions, TABLE2, strict=True):
            assert word in allowed


@every_defence
def test_a_defence_says_what_it_is_against_and_what_it_shows(name: str) -> None:
    card = catalog.defence(name)
    assert isinstance(card.kind, Kind)
    assert card.counters
    assert set(card.counters) <= ATTACKS | set(catalog.card_names(Side.ATTACKER))
    assert len(set(card.counters)) == len(card.counters)
    assert len(set(card.instruments)) == len(card.instruments)
    for channel in card.instruments:
        assert re.fullmatch(rf"{name}\.[a-z][a-z0-9_]*", channel)


@every_card
@pytest.mark.parametrize("strength", STRENGTHS)
def test_a_card_is_frozen_and_its_knobs_survive_json(name: str, strength: Strength) -> None:
    card = catalog.card(name).at(strength)
    again = type(card)(**json.loads(json.dumps(card.knobs())))
    assert again == card
    assert again.knobs() == card.knobs()
    for field in card.knobs():
        with pytest.raises(ValidationError):
            setattr(card, field, getattr(card, field))
    with pytest.raises(ValidationError):
        type(card).at(strength, {"no_such_knob": 1})


def _others(value: Any, annotation: Any) -> list[Any]:
    """Values near this one, some of which the knob must allow."""
    if get_origin(annotation) is Literal:
        return [choice for choice in get_args(annotation) if choice != value]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, float):
        return [value * 0.9, value * 1.1, value + 0.01, value - 0.01]
    if isinstance(value, str):
        return [f"{value}x"]
    raise TypeError(f"no other value is known for {value!r}")


def _changed(card: Card) -> list[dict[str, Any]]:
    """For each knob, the knobs with just that one changed to another allowed value."""
    found = []
    for field, info in type(card).model_fields.items():
        for other in _others(getattr(card, field), info.annotation):
            try:
                changed = type(card)(**{**card.knobs(), field: other})
            except ValidationError:
                continue
            found.append(changed.knobs())
            break
        else:
            raise AssertionError(f"{card.name}: {field} allows no other value")
    return found


def _identity(name: str, knobs: dict[str, Any]) -> str:
    world = World("laboratory", 1, "drill", "", {}, {name: knobs})
    (held,) = hold(world, (InForce(name, Strength.MEDIUM, 1),))
    return held.identity


@every_card
def test_the_identity_of_a_play_follows_every_knob(name: str) -> None:
    card = catalog.card(name).at(Strength.MEDIUM)
    identities = [_identity(name, knobs) for knobs in (card.knobs(), *_changed(card))]
    assert len(set(identities)) == len(identities)
    assert _identity(name, card.knobs()) == identities[0]
