"""CSV and JSON: read back by other readers, the same bytes, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tournament.simulated import forfeit, result
from tests.tournament.test_standings import PLAYED, WHO
from wargame.errors import WargameError
from wargame.stages import Side
from wargame.tournament.export import document, safe, write_csv, write_json
from wargame.tournament.outcome import Fixture, MatchResult
from wargame.tournament.standings import standings

EVIL = '=HYPERLINK("http://x","y")'


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_csv_holds_the_standings(tmp_path: Path) -> None:
    found = standings(WHO, PLAYED, seed=1)
    paths = write_csv(tmp_path / "out", found, PLAYED, titles={"ann": "Ann, the first"})
    assert [path.name for path in paths] == ["standings.csv", "matches.csv", "head_to_head.csv"]
    rows = read(paths[0])
    assert [row["name"] for row in rows] == [row.name for row in found.rows]
    for told, row in zip(rows, found.rows, strict=True):
        assert row.rating is not None
        assert float(told["rating"]) == row.rating.value
        assert float(told["rating_low"]) == row.rating.low
        assert int(told["wins"]) == row.wins
        assert told["attacker_mission"] == str(row.tallies[Side.ATTACKER].mission)
    ann = next(row for row in rows if row["name"] == "ann")
    assert ann["title"] == "Ann, the first"
    assert ann["forfeits_timeout"] == "1"
    assert ann["forfeits_error"] == "0"
    pairs = read(paths[2])
    assert [(row["attacker"], row["defender"]) for row in pairs] == [
        (pair.attacker, pair.defender) for pair in found.pairings
    ]


def test_csv_holds_the_matches(tmp_path: Path) -> None:
    paths = write_csv(tmp_path, standings(WHO, PLAYED, seed=1), PLAYED)
    rows = read(paths[1])
    ordered = sorted(PLAYED, key=lambda each: each.fixture)
    assert len(rows) == len(ordered)
    for row, each in zip(rows, ordered, strict=True):
        assert row["attacker"] == each.fixture.attacker
        assert int(row["seed"]) == each.fixture.seed
        assert row["winner"] == (each.winner.value if each.winner else "")
        assert float(row["mission"]) == each.mission
        assert row["defender_status"] == each.status[Side.DEFENDER].value
        assert row["attacker_fault"] == each.faults.get(Side.ATTACKER, "")


def said(words: str) -> MatchResult:
    return replace(result(Fixture(1, "plain", "ann", "bob", 0), Side.ATTACKER), words=words)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", " =", "  @"])
def test_no_cell_is_a_formula(tmp_path: Path, start: str) -> None:
    played = [said(f"{start}1+1"), forfeit(Fixture(1, "plain", "bob", "ann", 0), Side.DEFENDER)]
    faulty = replace(played[1], faults={Side.DEFENDER: f"{start}cmd|' /C calc'!A0"})
    found = standings(WHO, [played[0], faulty], seed=1)
    titles = dict.fromkeys(WHO, f"{start}SUM(A1)")
    for path in write_csv(tmp_path, found, [played[0], faulty], titles=titles):
        for row in read(path):
            for key, cell in row.items():
                assert not cell.strip().startswith(("=", "+", "@", "＝")), (key, cell)
                if cell.startswith("-"):
                    float(cell)


@given(st.text())
def test_safe_text_is_still_there(text: str) -> None:
    assert safe(text).removeprefix("'") in (text, text.removeprefix("'"))
    assert safe(f"a{text}") == f"a{text}"
    assert safe(f"={text}") == f"'={text}"


def test_any_words_come_back(tmp_path: Path) -> None:
    words = 'two\nlines, "quoted"; ünï ✓ and a comma,'
    paths = write_csv(tmp_path, standings(WHO, [], seed=1), [said(words)])
    assert read(paths[1])[0]["words"] == words
    odd = said("half \ud800 of a pair, and a \0")
    paths = write_csv(tmp_path, standings(WHO, [], seed=1), [odd])
    assert read(paths[1])[0]["words"] == "half ? of a pair, and a \ufffd"
    write_json(tmp_path / "all.json", document({}, standings(WHO, [], seed=1), [odd]))
    assert json.loads((tmp_path / "all.json").read_bytes())["matches"][0]["words"].startswith(
        "half"
    )


def test_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, played in ((one, PLAYED), (two, PLAYED[::-1])):
        found = standings(WHO, played, seed=1, replicates=50)
        write_csv(folder, found, played, titles={"ann": EVIL})
        write_json(folder / "all.json", document({"name": "class"}, found, played))
    for path in sorted(one.iterdir()):
        assert path.read_bytes() == (two / path.name).read_bytes()
    assert len(list(one.iterdir())) == 4
    assert (one / "standings.csv").read_bytes().count(b"\r\n") == 1 + len(WHO)


def test_the_document_holds_everything(tmp_path: Path) -> None:
    found = standings(WHO, PLAYED, seed=1, replicates=50)
    write_json(tmp_path / "all.json", document({"name": "c"}, found, PLAYED, titles={"ann": EVIL}))
    data = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    assert (data["format"], data["version"]) == ("wargame-tournament", 1)
    assert data["terms"] == {"name": "c"}
    assert data["titles"] == {"ann": EVIL}
    again = [MatchResult.from_json(each) for each in data["matches"]]
    assert again == sorted(PLAYED, key=lambda each: each.fixture)
    assert standings(WHO, again, seed=1, replicates=50).to_json() == data["standings"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WargameError, match="cannot be written"):
        write_csv(tmp_path / "file" / "out", standings(WHO, [], seed=0), [])
