"""Trained policies at the command line: described, played, and found again from a record."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wargame import catalog
from wargame.cli import resumed, screen
from wargame.cli.commands import watch
from wargame.cli.parser import run
from wargame.errors import WargameError
from wargame.game import policy, record, scenario, setup
from wargame.game.agent_file import named
from wargame.game.terms import Scenario
from wargame.stages import Side
from wargame.store import Store
from wargame.tui.backstage import Backstage
from wargame.tui.options import Options
from wargame.tui.screens.play import PlayScreen

MADE = policy.Made(
    command="wargame train small --side attacker --steps 4096",
    steps=4096,
    seed=7,
    fidelity="drill",
    opponents=("random",),
    worlds=(2**32, 2**32 + 99),
)


def trained(folder: Path, rules: Scenario, seed: int = 0, **more: Any) -> Path:
    facts: dict[str, Any] = {
        "name": "pupil",
        "title": "The pupil",
        "character": "Learned it",
        "hidden": (6,),
        "activation": "tanh",
        "play": "greedy",
        "made": MADE,
    }
    known = policy.describe(rules, more.pop("side", Side.ATTACKER), **{**facts, **more})
    rng = np.random.default_rng(seed)
    arrays = {k: rng.standard_normal(s).astype(np.float32) for k, s in known.shapes.items()}
    policy.save(folder, known, arrays)
    return folder


@pytest.fixture
def rules(small: Path) -> Scenario:
    return scenario.load(small)


@pytest.fixture
def pupil(rules: Scenario, tmp_path: Path) -> Path:
    return trained(tmp_path / "pupil", rules)


@pytest.fixture
def at_home(shared_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARGAME_HOME", str(shared_home))
    monkeypatch.delenv("WARGAME_STORE", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def shelf(rules: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ready policies: one of the small scenario, one of mapengine."""
    place = tmp_path / "shelf"
    trained(place / "pupil", rules)
    trained(place / "mapper", scenario.load("mapengine"), name="mapper", title="The mapper")
    folders = {name: place / name for name in ("mapper", "pupil")}
    monkeypatch.setattr(catalog, "policy_folders", lambda: folders)
    return place


def said(capsys: pytest.CaptureFixture[str], *words: str | Path, code: int = 0) -> str:
    assert run([str(word) for word in words]) == code
    return capsys.readouterr().out


def refused(*words: str | Path) -> str:
    with pytest.raises(WargameError) as caught:
        run([str(word) for word in words])
    return str(caught.value)


def test_ready_policies_are_listed_with_deck_making_and_size(
    shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = said(capsys, "agents")
    (line,) = [line for line in words.splitlines() if line.startswith("pupil ")]
    assert "small (3 cards)" in line
    assert "4,096 rounds at drill" in line
    assert "mapengine (18 cards)" in words
    told = {each["name"]: each for each in json.loads(said(capsys, "agents", "--json"))}
    assert told["pupil"]["sides"] == ["attacker"]
    assert told["pupil"]["policy"]["made"] == json.loads(MADE.model_dump_json())
    assert told["random"]["policy"] is None


def test_a_damaged_ready_policy_hides_no_other(
    shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shelf / "mapper" / "policy.json").write_text("{")
    assert run(["agents", "--json"]) == 0
    printed = capsys.readouterr()
    names = {each["name"] for each in json.loads(printed.out)}
    assert "pupil" in names
    assert "mapper" not in names
    assert "mapper/policy.json:1:2: not JSON" in printed.err
    rules = [name for name, _ in Backstage(Options(scenario="mapengine")).opponents()["attacker"]]
    assert "mapper" not in rules


def test_one_policy_in_full(pupil: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = " ".join(said(capsys, "agents", pupil).split())
    kind = named(str(pupil))
    assert f"The pupil ({kind.name}): plays the attacker" in words
    assert MADE.command in words
    assert "4294967296 to 4294967395" in words
    told = json.loads(said(capsys, "agents", pupil / "policy.json", "--json"))
    assert told["name"] == kind.name
    arrays = policy.read(pupil).weights
    assert told["policy"]["parameters"] == sum(each.size for each in arrays.values())
    assert said(capsys, "agents", "vigilant").startswith("The vigilant (vigilant): plays the def")


def test_a_record_names_one_policy_and_finds_no_other_under_its_name(
    pupil: Path,
    rules: Scenario,
    small: Path,
    leaves: Path,
    tmp_path: Path,
    at_home: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "m.jsonl"
    words: list[str | Path] = [
        "watch",
        small,
        "--attacker",
        pupil,
        "--defender",
        "random",
        "--headless",
    ]
    said(capsys, *words, "--fidelity", "drill", "--data", leaves, "--record", file)
    name = named(str(pupil)).name
    assert record.read(file).header.agents == {"attacker": name, "defender": "random"}
    assert said(capsys, "verify", file, "--attacker", pupil, "--data", leaves)

    # Another policy of the same name, whose moves are the same: the first layer alone differs.
    known, arrays = policy.read(pupil).settings, dict(policy.read(pupil).weights)
    arrays["hidden.0.bias"] = arrays["hidden.0.bias"] + np.float32(1e-6)
    facts = known.model_dump(exclude={"weights"})
    other = tmp_path / "elsewhere" / "pupil"
    policy.save(other, policy.Settings(**facts), arrays)
    told = said(capsys, "verify", file, "--attacker", other, "--data", leaves, code=1)
    assert f"line 1: agents.attacker: recorded {name}, recomputed pupil@" in told
    assert "plays.attacker" not in told

    whole = file.read_bytes()
    file.write_bytes(b"".join(whole.splitlines(keepends=True)[:3]))
    resume: list[str | Path] = ["resume", file, "--headless", "--data", leaves]
    assert "give the folder with --attacker" in refused(*resume)
    assert name in refused(*resume, "--attacker", other)
    said(capsys, *resume, "--attacker", pupil)
    assert file.read_bytes() == whole


def test_another_deck_is_refused_before_anything_is_made(
    small: Path, leaves: Path, tmp_path: Path, at_home: None
) -> None:
    mapper = trained(tmp_path / "mapper", scenario.load("mapengine"), name="mapper")
    words: list[str | Path] = [
        "watch",
        small,
        "--attacker",
        mapper,
        "--defender",
        "random",
        "--fidelity",
        "drill",
    ]
    told = refused(*words, "--data", leaves, "--headless")
    assert "mapper was trained on mapengine, and the attacker's deck of small is another" in told
    with pytest.raises(WargameError, match="attacker's deck of small is another"):
        screen._check_agent(str(mapper), Side.ATTACKER, str(small))
    with pytest.raises(WargameError, match="cannot play the defender"):
        screen._check_agent(str(mapper), Side.DEFENDER, "mapengine")


def test_what_a_killed_command_was_to_play_is_noted_by_its_place(
    pupil: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "random").mkdir()
    monkeypatch.chdir(tmp_path)
    given: dict[str, Any] = {"scenario": "mapengine", "attacker": "pupil", "defender": "random"}
    more = {"seed": 1, "fidelity": "drill", "data": None}
    noted = watch._intent(argparse.Namespace(**given, **more))
    assert noted["attacker"] == str(pupil.resolve())
    assert noted["defender"] == "random"
    assert noted["scenario"] == "mapengine"


def test_the_briefing_offers_the_policies_of_its_deck(shelf: Path, small: Path) -> None:
    offered = Backstage(Options(scenario=str(small), side="defender")).opponents()
    names = [name for name, _ in offered["attacker"]]
    assert "mapper" not in names
    assert ("pupil", "The pupil (trained)") in offered["attacker"]
    assert names[-1] == "random"
    assert "pupil" not in dict(offered["defender"])
    assert "mapper" in dict(Backstage(Options(scenario="mapengine")).opponents()["attacker"])


def test_an_own_policy_is_offered_beside_the_ready_ones(pupil: Path, small: Path) -> None:
    options = Options(scenario=str(small), side="defender", attacker=str(pupil))
    backstage = Backstage(options)
    offered = dict(backstage.opponents()["attacker"])
    assert offered[str(pupil)] == f"The pupil ({named(str(pupil)).name})"
    players = backstage.players(watching=False)
    assert players == {Side.ATTACKER: str(pupil), Side.DEFENDER: None}


async def test_a_human_goes_on_against_an_own_policy(
    pupil: Path, small: Path, leaves: Path, tmp_path: Path
) -> None:
    path, store = tmp_path / "m.jsonl", Store(tmp_path / "store")
    match = setup.prepare(
        small, str(pupil), None, seed=5, fidelity="drill", data=leaves, store=store
    )
    with record.Journal(path, match) as journal:
        match.step(defender_action=2)
        journal.keep()
    own = (str(pupil), None)
    chosen = resumed.options(record.read(path).header, leaves, own)
    assert (chosen.side, chosen.attacker) == ("defender", str(pupil))
    app = resumed.stage(path, Backstage(chosen, store=store), None, own)
    async with app.run_test(size=(100, 30)) as pilot:
        for _ in range(600):
            await pilot.pause(0.1)
            if isinstance(app.screen, PlayScreen):
                await pilot.press("p")
            if record.read(path).result is not None:
                break
    assert record.read(path).result is not None
