"""A tournament's file: what it may say, and how mistakes in it are told."""

from __future__ import annotations

import pickle
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.game.test_scenario_fuzz import mutated
from tests.worlds import SMALL
from wargame.errors import WargameError
from wargame.stages import SIDES, Side
from wargame.tournament import formats, terms
from wargame.tournament.terms_entry import default_name, sides

WHOLE = """\
name: spring
title: Spring term
scenarios: [mapengine]
entrants:
  - random
  - ann/agent.py
  - {name: bob, agent: bob, command: [node, agent.js], title: Bob the builder}
  - name: eve
    attacker: poisoner
    defender: {agent: eve.zip, command: [./go]}
format: round-robin
seeds: 2
seed: 11
fidelity: drill
mirrors: false
limits: {move: 1, memory: 256}
results: postgresql://ann:secret@db/wargame
store: s3://bucket/store
"""


def laid(folder: Path, text: str | bytes) -> Path:
    """A file with what it names beside it."""
    (folder / "ann").mkdir(exist_ok=True)
    (folder / "bob").mkdir(exist_ok=True)
    for name in ("ann/agent.py", "eve.zip"):
        (folder / name).write_bytes(b"")
    path = folder / "Übung 1.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_everything_can_be_said(tmp_path: Path) -> None:
    found = terms.load(laid(tmp_path, WHOLE))
    assert [each.name for each in found.entrants] == ["random", "ann", "bob", "eve"]
    assert [each.title for each in found.entrants] == ["random", "ann", "Bob the builder", "eve"]
    assert found.entrants[2].players[Side.DEFENDER].command == ("node", "agent.js")
    assert found.entrants[3].players[Side.ATTACKER].agent == "poisoner"
    assert found.entrants[3].players[Side.DEFENDER].agent == "eve.zip"
    assert (found.limits.move, found.limits.memory, found.limits.bank) == (1.0, 256, 10.0)
    assert found.base == tmp_path
    assert found.setting.scenarios == ("mapengine",)
    assert not found.setting.mirrors
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert again.base == tmp_path


def test_two_entrants_are_enough(tmp_path: Path) -> None:
    found = terms.load(laid(tmp_path, "entrants: [random, vigilant]"))
    assert (found.name, found.title) == ("ubung-1", "ubung-1")
    assert found.format == "round-robin"
    assert found.mirrors
    assert tuple(found.games) == ("mapengine",)
    assert isinstance(found.make_format(), formats.find("round-robin"))
    assert list(found.entrants[0].players) == list(SIDES)


def test_facts_are_equal_where_results_would_be(tmp_path: Path) -> None:
    base = terms.load(laid(tmp_path, "entrants: [random, vigilant]")).facts()
    others = {
        "title: Another": True,
        "results: sqlite:///x.db": True,
        "store: elsewhere": True,
        "seeds: 2": False,
        "seed: 1": False,
        "fidelity: sketch": False,
        "mirrors: false": False,
        "limits: {move: 3}": False,
        "name: other": False,
        "format: ladder": False,
    }
    for line, equal in others.items():
        who = "[random, evader]" if equal else "[random, {name: own, agent: random}]"
        found = terms.load(laid(tmp_path, f"entrants: {who}\n{line}"))
        assert (found.facts() == base) is equal, line


def test_scenario_files_stand_beside_the_tournament(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(SMALL)
    found = terms.load(laid(tmp_path, "entrants: [random, vigilant]\nscenarios: [mine.yaml]"))
    assert found.setting.scenarios == ("small",)
    (tmp_path / "mine.yaml").write_text(SMALL.replace("rounds: 3", "rounds: 4"))
    other = terms.load(laid(tmp_path, "entrants: [random, vigilant]\nscenarios: [mine.yaml]"))
    assert other.facts() != found.facts()


@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_match_seeds_differ_and_a_longer_row_begins_with_the_shorter(seed: int, count: int) -> None:
    row = terms.match_seeds(seed, count + 5)
    assert len(set(row)) == count + 5
    assert all(0 <= each < 2**31 for each in row)
    assert terms.match_seeds(seed, count) == row[:count]
    assert terms.match_seeds((seed + 1) % 2**32, count) != row[:count]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("random", "random"),
        ("agents/Zoë's.py", "zoe-s"),
        ("ann/agent.py", "ann"),
        ("agent.py", "agent"),
        ("bob.tar.gz", "bob"),
        ("Mine.ZIP", "mine"),
        ("../Eve Smith", "eve-smith"),
        ("mine/policy.json", "mine"),
        ("漢字.py", "entrant"),
        ("x" * 70, "x" * 40),
    ],
)
def test_a_name_is_made_of_the_agent(word: str, name: str) -> None:
    assert default_name(word) == name


def test_ready_agents_tell_their_sides() -> None:
    assert sides("poisoner") == (Side.ATTACKER,)
    assert sides("mapengine-defender") == (Side.DEFENDER,)
    assert sides("somebody/else.py") == SIDES


PAIR = "entrants: [random, vigilant]\n"
WRONG = [
    ("", "1:1: the file is empty; a tournament is a mapping"),
    ("[]", "1:1: tournament: found a list of 0"),
    ("title: x", "1:1: entrants: this field is missing"),
    ("entrants: [random]", "1:11: entrants: found a list of 1"),
    ("entrants: [random, randm]", "1:20: entrants.1.agent: there is no agent called 'randm'; did"),
    ("entrants: [random, x/y.py]", "1:20: entrants.1.agent: there is no file or folder"),
    ("entrants: [random, y.zip]", "1:20: entrants.1.agent: there is no file or folder"),
    ("entrants: [random, human]", "1:20: entrants.1.agent: a tournament plays by itself"),
    ("entrants: [random, random]", "1:20: entrants.1.name: two entrants are called random"),
    ("entrants: [poisoner, evader]", "1:11: entrants: a tournament needs an attacker and another"),
    ("entrants: [random, {agent: random}]", "1:20: entrants.1.name: two entrants"),
    ("entrants: [random, {name: A B, agent: random}]", "1:27: entrants.1.name: found 'A B'"),
    ("entrants: [random, {name: ann}]", "1:20: entrants.1: give an agent, or an attacker"),
    ("entrants: [random, {attacker: random}]", "1:20: entrants.1.name: this field is missing"),
    ("entrants: [random, {name: a, agent: ann, attacker: random}]", "1:20: entrants.1: give eith"),
    ("entrants: [random, {name: a, defender: poisoner}]", "1:40: entrants.1.defender: poisoner d"),
    ("entrants: [random, {name: a, agent: evader, command: [x]}]", "takes no command"),
    ("entrants: [random, {name: a, agnt: x}]", "1:30: entrants.1.agnt: unknown field; did you"),
    ("entrants: [random, {name: a, attacker: {agent: x, cmd: y}}]", "attacker.cmd: unknown field"),
    # No more words than are let in with the agent itself: else it would lose every match.
    (f"entrants: [random, {{name: a, agent: ann, command: [{'x, ' * 65}]}}]", "a list of 65"),
    ("entrants: [random, 3]", "1:20: entrants.1: found 3"),
    ("entrants: {random: 1}", "1:11: entrants: found a mapping"),
    (PAIR + "format: swiss", "1:11: entrants: A Swiss tournament is for .* vigilant \\(the def"),
    (PAIR + "format: robin", "2:9: format: there is no format called 'robin'; did you mean round"),
    (PAIR + "rounds: 3", "2:9: rounds: a round-robin goes on until all have met"),
    (PAIR + "rounds: 0\nformat: swiss", "2:9: rounds: found 0"),
    (PAIR + "format: ladder\nmirrors: true", "3:10: mirrors: only in a round robin"),
    (PAIR + "seeds: 0", "2:8: seeds: found 0"),
    (PAIR + "seeds: 1001", "2:8: seeds: found 1001"),
    (PAIR + "seeds: two", "2:8: seeds: found 'two'"),
    (PAIR + "seed: -1", "2:7: seed: found -1"),
    (PAIR + "mirrors: 1", "2:10: mirrors: found 1"),
    (PAIR + "scenarios: [mapengin]", "2:13: scenarios.0: there is no scenario called 'mapengin'"),
    (PAIR + "scenarios: [mapengine, mapengine]", "2:24: scenarios.1: the scenario mapengine stan"),
    (PAIR + "scenarios: [none.yaml]", "2:13: scenarios.0: .*none.yaml:1:1: does not exist"),
    (PAIR + "scenarios: []", "2:12: scenarios: found a list of 0"),
    (PAIR + "fidelity: dril", "2:11: fidelity: found 'dril'; did you mean drill"),
    (PAIR + "limits: {memory: 1}", "2:18: limits.memory: found 1"),
    (PAIR + "limits: {memory: '64'}", "2:18: limits.memory: found '64'"),
    (PAIR + "limits: {mem: 1}", "2:10: limits.mem: unknown field; did you mean memory"),
    (PAIR + "results: mysql://x:secret@y/z", "2:10: results: this is no address like"),
    (PAIR + "title: ' '", "2:8: title: found ' '"),
    (PAIR + 'title: "a\\nb"', "2:8: title: found 'a"),
    (PAIR + "name: -x", "2:7: name: found '-x'"),
    (PAIR + "seeds: 1\nseeds: 2", "3:1: the key 'seeds' stands here twice"),
    (PAIR + "a: &x 1", "2:4: anchors"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_mistakes_are_told_at_their_line(tmp_path: Path, text: str, message: str) -> None:
    path = laid(tmp_path, text)
    with pytest.raises(WargameError, match=message) as caught:
        terms.load(path)
    assert str(caught.value).startswith(f"{path}:")
    assert "secret" not in str(caught.value)


def test_a_scenario_without_the_fidelity_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(SMALL)
    text = PAIR + "scenarios: [mapengine, mine.yaml]\nfidelity: sketch"
    with pytest.raises(WargameError, match="3:11: fidelity: small has no fidelity sketch; it has"):
        terms.load(laid(tmp_path, text))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(WargameError, match="does not exist; a tournament is one YAML file"):
        terms.load(tmp_path / "none.yaml")


@pytest.mark.parametrize("block", range(6))
def test_any_bytes_are_valid_or_name_a_line(tmp_path: Path, block: int) -> None:
    refused = 0
    for number in range(block * 50, block * 50 + 50):
        path = laid(tmp_path, mutated(WHOLE.encode(), random.Random(number)))
        try:
            terms.load(path)
        except WargameError as error:
            refused += 1
            place = str(error).splitlines()[0].removeprefix(f"{path}:").split(":")
            assert 1 <= int(place[0]) <= path.read_bytes().count(b"\n") + 2
            assert place[1].isdigit()
    assert refused > 25


def test_the_schema_takes_what_the_loader_takes(tmp_path: Path) -> None:
    described = terms.schema()
    assert set(described["properties"]) == set(terms.Terms.model_fields)
    every: list[Any] = [described, *described["$defs"].values()]
    fields = [
        field
        for each in every
        for part in (each, *each.get("anyOf", ()))
        for name, field in part.get("properties", {}).items()
    ]
    assert len(fields) > 25
    assert all(field.get("description") for field in fields)
    assert set(yaml.safe_load(WHOLE)) <= set(described["properties"])
