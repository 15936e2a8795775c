"""What the page's file holds, read without a browser."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from tests.tournament.pages import Evening, World, evening, forfeit, hall, world
from tests.worlds import leaves
from wargame.errors import WargameError
from wargame.sandbox.limits import Status
from wargame.stages import Side
from wargame.tournament.outcome import Kept
from wargame.tournament.page import page as module
from wargame.tournament.page.words import cut, harmless

__all__ = ["hall", "leaves", "world"]
NAMES = ["ann", "ben", "cyd"]
DANGEROUS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
SCRIPT = re.compile(r"<script([^>]*)>(.*?)</script>", re.DOTALL)


@pytest.fixture
def shown(tmp_path: Path, world: World) -> Evening:
    return evening(tmp_path, world, NAMES)


def parts(path: Path) -> dict[str, str]:
    """Script element's id to its text; the program itself under ""."""
    found = {}
    for attributes, text in SCRIPT.findall(path.read_text()):
        name = re.search(r'id="([^"]*)"', attributes)
        found[name[1] if name else ""] = text
    return found


def pixels(png: str) -> NDArray[np.uint8]:
    return np.asarray(Image.open(BytesIO(base64.b64decode(png))))


def story(path: Path, place: int) -> dict[str, Any]:
    return unpacked(parts(path), place)


def unpacked(found: dict[str, str], place: int) -> dict[str, Any]:
    packed = base64.b64decode(found[f"match-{place}"])
    told: dict[str, Any] = json.loads(gzip.decompress(packed))
    return told


def strips(path: Path, place: int) -> list[dict[str, Any]]:
    return [each for told in story(path, place)["rounds"] for each in told["tiles"]]


def test_the_same_tournament_gives_the_same_bytes(
    tmp_path: Path, world: World, shown: Evening
) -> None:
    one = shown.write(tmp_path / "one.html", world.store)
    shown.results.reverse()
    two = shown.write(tmp_path / "two.html", world.store)
    assert one.read_bytes() == two.read_bytes()
    assert {each.name for each in tmp_path.iterdir()} == {"one.html", "two.html", "evening.yaml"}


def test_every_round_is_told_as_its_record_tells_it(
    tmp_path: Path, world: World, shown: Evening
) -> None:
    path = shown.write(tmp_path / "p.html", world.store)
    told = story(path, 1)["rounds"]
    lines = [json.loads(text) for text in world.records[1].splitlines()]
    assert len(told) == len(lines) - 2
    assert [each["round"] for each in told] == [0, 1, 2, 3]
    for mine, line in zip(told[1:], lines[2:-1], strict=True):
        assert mine["mission"][0] == pytest.approx(line["score"]["mission"], rel=1e-5)
        assert set(mine["measures"]) == set(line["measures"])
        for name, measure in line["measures"].items():
            assert mine["measures"][name][1] == pytest.approx(measure["low"], rel=1e-5)
        for side in ("attacker", "defender"):
            card = line["plays"][side]["card"]
            assert mine["plays"][side] == (card and [card, line["plays"][side]["strength"]])
            assert mine["budgets"][side] == line["position"]["budgets"][side]
            assert [x[0] for x in mine["force"][side]] == [
                x["card"] for x in line["in_force"][side]
            ]
            ends = {x["card"]: x["until"] for x in line["position"]["in_force"][side]}
            for name, _, _, left in mine["force"][side]:
                assert left == ends.get(name, line["round"]) - line["round"] + 1


def test_tiles_are_the_pixels_of_the_store(tmp_path: Path, world: World, shown: Evening) -> None:
    path = shown.write(tmp_path / "p.html", world.store)
    pack = json.loads(parts(path)["tiles-0"])
    assert len(pack) == len(set(pack))
    pictures = [
        picture for text in world.records[0].splitlines()
        for picture in json.loads(text).get("pictures", ())
    ]  # fmt: skip
    told = strips(path, 0)
    assert len(told) == len(pictures) > 3
    changed = 0
    for mine, picture in zip(told, pictures, strict=True):
        artifact = world.store.need(picture["key"])
        before = [pixels(pack[i]) for i in mine["clean"]]
        np.testing.assert_array_equal(before, artifact.arrays["clean"][: len(before)])
        if mine["shown"] is not None:
            after = [pixels(pack[i]) for i in mine["shown"]]
            np.testing.assert_array_equal(after, artifact.arrays["shown"][: len(after)])
            changed += 1
        assert mine["true"] == artifact.arrays["true"][: len(mine["true"])].tolist()
    assert changed
    assert story(path, 0)["classes"] == ["oak", "beech", "lime"]


def test_a_store_that_lost_the_tiles_is_told(tmp_path: Path, shown: Evening) -> None:
    class Empty:
        def get(self, key: str) -> None:
            return None

    path = shown.write(tmp_path / "p.html", Empty())
    assert {each["state"] for each in strips(path, 2)} == {"gone"}
    assert "tiles-0" not in parts(path)


def test_four_hundred_matches_stay_below_the_limit_and_each_has_tiles(hall: Path) -> None:
    assert 0.95 * module.MOST_BYTES < hall.stat().st_size < module.MOST_BYTES < 15_000_000
    found = parts(hall)
    for place in range(400):
        told = unpacked(found, place)["rounds"]
        assert {each["state"] for one in told for each in one["tiles"]} == {"", "left out"}


def test_a_damaged_record_is_no_reason_to_show_nothing(
    tmp_path: Path, world: World, shown: Evening
) -> None:
    key = shown.results[0].fixture.key
    shown.kept[key] = Kept(shown.kept[key].record[:-300] + b"\xff\xfe}\n", {}, 1.0)
    told = story(shown.write(tmp_path / "p.html", world.store), 0)
    assert told["damaged"]
    assert told["words"] == shown.results[0].words


def test_what_an_entrant_wrote_is_cut_and_spelt_out(
    tmp_path: Path, world: World, shown: Evening
) -> None:
    flood = "first\n" + "x" * 90_000 + "\x1b[31m\u202e\ud800\u2028\nlast"
    forfeit(shown, 4, Side.ATTACKER, Status.ERROR, rounds=1, fault="a\u202eb", output=flood)
    told = story(shown.write(tmp_path / "p.html", world.store), 4)
    assert told["faults"] == {"attacker": "a\\u202eb"}
    output = told["output"]["attacker"]
    assert output.startswith("first\n")
    assert output.endswith("\\x1b[31m\\u202e\\ud800\\u2028\nlast")
    assert "86,0" in output
    assert len(output) < 5000
    assert [each["round"] for each in told["rounds"]] == [0, 1]


def test_only_the_script_and_style_of_the_page_may_run(
    tmp_path: Path, world: World, shown: Evening
) -> None:
    path = shown.write(tmp_path / "p.html", world.store, title='</script><script>"\u2028&')
    text = path.read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    allowed = dict(part.strip().split(" ", 1) for part in policy[1].split(";"))
    assert allowed["default-src"] == "'none'"
    program = parts(path)[""]
    style = text.partition("<style>")[2].partition("</style>")[0]
    for name, source in (("script-src", program), ("style-src", style)):
        made = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert allowed[name] == f"'sha256-{made}'"
    for word in ("http://", "https://", "innerHTML", "eval(", "document.write"):
        assert word not in program
    assert json.loads(parts(path)["data"])["title"] == '</script><script>"\\u2028&'


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, world: World, shown: Evening) -> None:
    with pytest.raises(WargameError, match="the page"):
        shown.write(tmp_path / "no" / "p.html", world.store)


@given(st.text())
def test_harmless_text_stays_and_the_rest_is_spelt_out(text: str) -> None:
    told = harmless(text)
    assert harmless(told) == told
    assert not DANGEROUS.search(told)
    told.encode()
    if text.isascii() and text.isprintable():
        assert told == text


@given(st.text(max_size=300), st.integers(0, 50), st.integers(1, 50))
def test_a_cut_text_keeps_both_ends(text: str, head: int, tail: int) -> None:
    told = cut(text, head, tail)
    if len(text) <= head + tail:
        assert told == text
    else:
        assert told.startswith(text[:head])
        assert told.endswith(text[-tail:])
        assert f"{len(text) - head - tail:,} characters" in told
