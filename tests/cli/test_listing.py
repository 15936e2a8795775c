"""What there is: cards, agents, scenarios, data, store; in words and as JSON."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.worlds import SMALL
from wargame import catalog
from wargame.cli.parser import run
from wargame.stages import Side

from .conftest import Run


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(words) == 0
    return capsys.readouterr().out


def test_every_card_is_listed_with_all_its_facts(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(printed(capsys, "cards", "--json"))
    assert {card["name"] for card in told} == set(catalog.card_names())
    for card in told:
        assert card["text"] == catalog.card(card["name"]).text
        assert set(card["strengths"]) == {"light", "medium", "heavy"}
    words = printed(capsys, "cards", "--side", "defender")
    assert all(name in words for name in catalog.card_names(Side.DEFENDER))
    assert not any(line.startswith("pgd ") for line in words.splitlines())


def test_one_card_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    words = printed(capsys, "cards", "pgd")
    card = catalog.card("pgd")
    assert " ".join(card.text.split()) in " ".join(words.split())
    assert str(card.atlas) in words
    assert json.loads(printed(capsys, "cards", "pgd", "--json"))["name"] == "pgd"


def test_agents_say_what_they_can_play(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(printed(capsys, "agents", "--json"))
    assert {agent["name"] for agent in told} == {
        *catalog.agent_files(),
        *catalog.policy_folders(),
    }
    assert all(set(agent["sides"]) <= {"attacker", "defender"} for agent in told)
    assert all(agent["sides"] for agent in told)


def test_a_scenario_file_is_checked(
    capsys: pytest.CaptureFixture[str], small: Path, wargame: Run, tmp_path: Path
) -> None:
    assert "a valid scenario" in printed(capsys, "scenarios", str(small))
    broken = tmp_path / "broken.yaml"
    broken.write_text(SMALL.replace("rounds: 3", "rounds: three"))
    done = wargame("scenarios", broken)
    assert done.returncode == 2
    line = SMALL.splitlines().index("rounds: 3") + 1
    assert f"{broken}:{line}:" in done.stderr


def test_the_schema_describes_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads(printed(capsys, "scenarios", "--schema"))
    assert set(schema["properties"]) == set(yaml.safe_load(SMALL)) == set(schema["required"])
    rounds = schema["properties"]["rounds"]
    assert (rounds["type"], rounds["minimum"], rounds["maximum"]) == ("integer", 1, 100)


def test_data_can_be_added_and_is_then_listed(wargame: Run, leaves: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert wargame("data", "add", leaves, "leaves", home=home).returncode == 0
    rows = json.loads(wargame("data", "list", "--json", home=home).stdout)
    (mine,) = [row for row in rows if row["name"] == "leaves"]
    assert (mine["n_train"], mine["n_test"]) == (300, 200)
    assert "wargame data fetch eurosat" in wargame("data", "list", home=home).stdout


def test_the_store_is_counted_checked_and_cleaned(
    wargame: Run, shared_home: Path, played: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    shutil.copytree(shared_home / "cache" / "store", store)
    here = {"WARGAME_STORE": str(store)}
    told = json.loads(wargame("store", "info", "--json", **here).stdout)
    files = [path for path in store.rglob("artifact.*") if path.is_file()]
    assert told["artifacts"] == len(files)
    assert told["bytes"] == sum(path.stat().st_size for path in files)
    assert wargame("store", "verify", **here).returncode == 0
    files[0].write_bytes(b"rot")
    damaged = wargame("store", "verify", "--json", **here)
    assert damaged.returncode == 1
    assert json.loads(damaged.stdout)["damaged"] == [files[0].parent.name]
    assert json.loads(wargame("store", "gc", "--json", **here).stdout)["removed"] == 0
    cleaned = wargame("store", "gc", "--older-than", "0d", "--json", **here)
    assert json.loads(cleaned.stdout)["removed"] == len(files) - 1
    assert not list(store.rglob("artifact.*"))
