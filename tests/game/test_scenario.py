from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from wargame import catalog
from wargame.errors import WargameError
from wargame.game import scenario
from wargame.game.scenario import Scenario

from . import fakes


def edited(tmp_path: Path, old: str, new: str) -> Path:
    assert fakes.TINY.count(old) == 1, old
    path = tmp_path / "tiny.yaml"
    path.write_text(fakes.TINY.replace(old, new))
    return path


def message(path: Path) -> str:
    with pytest.raises(WargameError) as caught:
        scenario.load(path)
    return str(caught.value)


def line_of(path: Path, text: str) -> int:
    lines = path.read_text().splitlines()
    return next(n for n, line in enumerate(lines, start=1) if text in line)


def test_mapengine_loads_by_name_and_by_path() -> None:
    by_name = scenario.load("mapengine")
    assert by_name == scenario.load(catalog.scenario_files()["mapengine"])
    assert len(by_name.deck.attacker) == len(by_name.deck.defender) == 18
    assert by_name.rounds == 8


def test_content_survives_json(tiny: Scenario) -> None:
    content = json.loads(json.dumps(tiny.content()))
    again = scenario.from_content(content)
    assert again == tiny
    assert again.digest == tiny.digest
    assert content["deck"]["attacker"][:2] == ["label_flip", {"backdoor": {"share": 0.2}}]


def test_digest_ignores_layout_and_sees_every_value(tmp_path: Path, tiny: Scenario) -> None:
    relaid = tmp_path / "other.yaml"
    relaid.write_text("# a comment\n" + yaml.safe_dump(yaml.safe_load(fakes.TINY), sort_keys=True))
    assert scenario.load(relaid).digest == tiny.digest
    for old, new in [
        ("rounds: 6", "rounds: 7"),
        ("share: 0.2", "share: 0.3"),
        ("par: 0.25", "par: 0.26"),
    ]:
        assert scenario.load(edited(tmp_path, old, new)).digest != tiny.digest


def test_world_holds_settings_sizes_access_and_knobs(tiny: Scenario) -> None:
    world = tiny.world(5, "drill", "abc")
    assert (world.scenario, world.seed, world.fidelity, world.data) == ("tiny", 5, "drill", "abc")
    assert world.settings["batch"] == 10
    assert world.settings["model"] == "strided_cnn"
    assert world.settings["rounds"] == 6
    assert world.settings["access"] == ["api-label", "contributor"]
    assert world.knobs == {"backdoor": {"share": 0.2}}
    with pytest.raises(WargameError, match="did you mean drill"):
        tiny.world(5, "dril", "abc")


@pytest.mark.parametrize(
    ("old", "new", "needle", "words"),
    [
        ("rounds: 6", "rounds: sixteen", "rounds: sixteen", ["rounds", "'sixteen'", "integer"]),
        ("rounds: 6", "rounds: 101", "rounds: 101", ["found 101", "less than or equal to 100"]),
        ("rounds: 6", "rounds: 6.5", "rounds: 6.5", ["found 6.5", "integer"]),
        ("rounds: 6", "rounds: yes", "rounds: yes", ["found True", "integer"]),
        ("rounds: 6", "rounds: " + "9" * 39, "rounds: 9", ["rounds"]),
        ("rounds: 6", "rounds: " + "9" * 5000, "rounds: 9", ["more than 40"]),
        ("rounds: 6", "round: 6", "round: 6", ["unknown field", "did you mean rounds"]),
        ("cap: 9", "cap: 3", "cap: 3", ["budget.cap", "at least the start, 4"]),
        ("cap: 9", "cap: .nan", "cap: .nan", ["finite"]),
        ("refill: 3", "refil: 3", "refil: 3", ["budget.refil", "did you mean refill"]),
        ("api-label]", "api-lable]", "api-lable", ["access.1", "did you mean api-label"]),
        ("api-label]", "contributor]", "access:", ["contributor stands here twice"]),
        ("integrity: 0.5", "integrity: 0.6", "integrity: 0.6", ["sum to 1.1", "must sum to 1"]),
        ("strided_cnn", "strided_cmn", "strided_cmn", ["did you mean strided_cnn"]),
        ("captured_drones: 2", "captured_drones: 5", "captured_drones: 5", ["only 4 drones"]),
        ("  drill:", "  dril:", "dril:", ["fidelity.dril", "did you mean drill"]),
        ("  drill:", '  "[key]":', "[key]", ["fidelity.[key]", "unknown field", "drill"]),
        ("rounds: 6", '"[key]": 6', "[key]", ["[key]: unknown field", "rounds"]),
        ("cap: 9", '"[key]": 9', "[key]", ["budget.[key]: unknown field", "cap"]),
        ("batch: 10,", "batch: 0,", "batch: 0", ["fidelity.drill.batch", "greater than"]),
        ("    - pgd", "    - pqd", "- pqd", ["deck.attacker.3", "no card called 'pqd'"]),
        ("    - pgd", "    - gold_set", "- gold_set", ["a card of the defender"]),
        ("    - pgd", "    - label_flip", "- label_flip\n    - request", ["twice"]),
        ("{share: 0.2}", "{shore: 0.2}", "shore", ["no such knob", "did you mean share"]),
        ("{share: 0.2}", "{share: 1.2}", "share: 1.2", ["backdoor.share", "found 1.2"]),
        ("title: Tiny", "title: Tiny\ntitle: Two", "title: Two", ["'title' stands here twice"]),
        ("title: Tiny", "title: &a Tiny", "title:", ["anchors"]),
        ("title: Tiny", "title: !!python/name:os.system x", "title:", ["not used here"]),
        ("title: Tiny", 'title: "a\\e[2J"', "title:", ["unprintable"]),
        ("title: Tiny", 'title: "\\uD800"', "title:", ["unprintable"]),
        ("title: Tiny", 'title: "\\U99999999"', "title:", [""]),
        ("title: Tiny", "\ttitle: Tiny", "title:", ["'\\t'"]),
        ("title: Tiny", "<<: {a: 1}", "<<", ["a key is text"]),
        ("title: Tiny", "title: 2001-99-99", "2001", ["not used here"]),
        ("title: Tiny", "title: " + "[" * 500 + "]" * 500, "title:", ["nested more than 16"]),
        ("  defender: [label_sanitation, gold_set, rate_limit, encrypted_store]\n", "", "deck:",
         ["deck.defender", "missing"]),
    ],
)  # fmt: skip
def test_errors_point_at_their_line(
    tmp_path: Path, old: str, new: str, needle: str, words: list[str]
) -> None:
    path = edited(tmp_path, old, new)
    text = message(path)
    if "\n" in needle:
        line = path.read_text()[: path.read_text().index(needle)].count("\n") + 1
    else:
        line = line_of(path, needle)
    allowed = {line, line + 1} if needle == "deck:" else {line}
    assert any(f"{path}:{n}:" in text for n in allowed), text
    for word in words:
        assert word in text


def test_all_problems_are_told_in_file_order(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(fakes.TINY.replace("rounds: 6", "rounds: x").replace("par: 0.25", "par: 2"))
    lines = message(path).splitlines()
    assert [": rounds:" in lines[0], ": mission.par:" in lines[1]] == [True, True]


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"", "empty"),
        (b"# only a comment\n", "empty"),
        (b"a: 1\n---\nb: 2\n", "document"),
        (b"name: tiny\ntitle: \xff\n", "0xff is not UTF-8"),
        (b"- a\n- b\n", "scenario"),
        (b"42\n", "found 42"),
        (b"a: \x00\n", "not allowed"),
        (b"\xff\xfea\x00", "not UTF-8"),
        (b"a: &x [*x]\n", "anchors"),
        (b"? [a, b]\n: 1\n", "a key is text"),
        (b"? !!str [a, b]\n: 1\n", "one value is needed"),
        (b"? ? ? ? a", "a key is text"),
        (b"!!map x", "not used here"),
        (b"x" * 1_000_001, "larger than"),
        (b"[" + b"1," * 30_000 + b"]", "more than 20,000 values"),
        (b"%YAML " + b"9" * 5000 + b".1\n---\na: 1\n", "not YAML"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_any_bytes_give_a_line(tmp_path: Path, raw: bytes, word: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(raw)
    text = message(path)
    assert text.startswith(f"{path}:")
    assert text[len(str(path)) + 1].isdigit()
    assert word in text


def test_utf8_error_names_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(b"name: tiny\ntitle: \xff\n")
    assert f"{path}:2:8:" in message(path)


def test_folders_missing_files_and_unknown_names(tmp_path: Path) -> None:
    assert "is a folder" in message(tmp_path)
    assert "does not exist" in message(tmp_path / "no.yaml")
    with pytest.raises(WargameError, match="did you mean mapengine"):
        scenario.load("mapengin")
    assert "does not exist" in message(Path(f"{tmp_path}/a\0b.yaml"))


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = edited(tmp_path, "rounds: 6", "rounds: 6")

    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "cannot be read: [Errno 13] Permission denied" in message(path)


def test_unreadable_content_of_a_record() -> None:
    broken: list[object] = [None, [], {"name": "x"}, {"name": "\ud800"}, {"rounds": float("nan")}]
    for content in broken:
        with pytest.raises(WargameError, match="the recorded scenario:1:"):
            scenario.from_content(content)


def test_schema_names_every_field() -> None:
    described = scenario.schema()
    assert set(described["properties"]) == set(Scenario.model_fields)
    assert described["additionalProperties"] is False
    json.dumps(described)
