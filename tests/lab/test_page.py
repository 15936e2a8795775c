"""The page and the map, on made-up numbers over the whole deck of mapengine."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from wargame import catalog
from wargame.cli.heatmap import heat, legend
from wargame.game import scenario
from wargame.lab.matrix import Arm, Facts, Matrix, Verdict
from wargame.lab.page import page
from wargame.lab.sweep import Terms, batches, build, chosen
from wargame.lab.told import SYMBOLS, counts, number, sections, to_json
from wargame.lab.yardstick import aim
from wargame.stages import Strength

VOID = {"meta", "link", "br", "hr", "img", "input"}


@pytest.fixture(scope="module")
def terms() -> Terms:
    content = scenario.load("mapengine").content()
    rules = scenario.from_content({**content, "title": "</script><b>&"})
    attacks, defences = chosen(rules, None, None)
    strengths = (Strength.HEAVY, Strength.MEDIUM)
    return Terms(rules, "drill", "0" * 40, "made up", 2, strengths, attacks, defences, (0, 1, 2))


@pytest.fixture(scope="module")
def found(terms: Terms) -> Matrix:
    rng = np.random.default_rng(1)
    table = {}
    for batch in batches(terms, {}):
        for arm in batch.arms:
            name = aim(catalog.attack(arm.attack)) if arm.attack else "clean_accuracy"
            value = float(rng.choice([0.0, 0.8])) if arm.defence else 0.8 * bool(arm.attack)
            value += float(rng.normal(0, 0.01))
            measures = {"clean_accuracy": 0.5, "latency": 10.0}
            table[batch.seed, arm] = Facts(abs(value) / 2, {}, {name: value}, measures, "k")
    del table[2, Arm("pgd", "gold_set")]
    return build(terms, table)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.pairs: list[str] = []
        self.loaded: list[str] = []
        self.data = ""
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append("data" if given.get("id") == "data" else tag)
        self.loaded += [str(given[key]) for key in ("src", "href") if key in given]
        if "data-pair" in given:
            self.pairs.append(str(given["data-pair"]))

    def handle_endtag(self, tag: str) -> None:
        last = self.open.pop()
        assert tag == ("script" if last == "data" else last)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "data":
            self.data += data


def test_the_page_is_whole_and_holds_every_pair(terms: Terms, found: Matrix) -> None:
    reader = Reader()
    reader.feed(page(terms, found))
    reader.close()
    assert reader.open == []
    assert reader.pairs == [f"{a}/{d}" for a in terms.attacks for d in terms.defences]
    held = json.loads(reader.data)
    told = to_json(terms, found)["pairs"]
    for mine, theirs in zip(held, told, strict=True):
        for name in ("attack", "defence", "claimed", "verdict", "seeds"):
            assert mine[name] == theirs[name]
        for yard in ("aim", "mission"):
            for key, series in theirs[yard].items():
                assert mine[yard][key]["values"] == pytest.approx(series["values"], abs=5e-5)


def test_the_page_loads_nothing(terms: Terms, found: Matrix) -> None:
    text = page(terms, found)
    reader = Reader()
    reader.feed(text)
    assert set(reader.loaded) <= {"#detail"}
    assert not reader.tags & {"link", "img", "iframe", "object", "embed"}
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest", text)
    # The one address is the name of SVG, which nobody fetches; it is put together in the script.
    assert "http://" not in text
    assert "https://" not in text


def test_names_from_a_file_cannot_become_markup(terms: Terms, found: Matrix) -> None:
    text = page(terms, found)
    assert "</script><b>" not in text
    assert "&lt;/script&gt;&lt;b&gt;&amp;" in text


def test_the_map_fits_eighty_columns_and_reads_without_colour(terms: Terms, found: Matrix) -> None:
    lines = [text.plain for text in heat(found)]
    assert len(lines) == 1 + len(terms.attacks)
    for plain in [*lines, *(text.plain for text in legend(found, 80))]:
        assert cell_len(plain) <= 80
    wide = len(lines[0]) - 3 * len(terms.defences)
    for row, plain in zip(found.rows, lines[1:], strict=True):
        for place, defence in enumerate(terms.defences):
            pair = found.pair(row.attack, defence)
            cell = plain[wide + 3 * place :][:3]
            assert cell == f" {SYMBOLS[pair.verdict][not pair.claimed]} "


def test_every_sign_is_one_character_wide_and_means_one_thing() -> None:
    signs = [sign for verdict, pair in SYMBOLS.items() for sign in pair
             if verdict is not Verdict.UNMEASURED]  # fmt: skip
    assert len(set(signs)) == len(signs)
    assert {cell_len(sign) for sign in signs} == {1}


def test_every_contradiction_is_listed_and_the_greatest_comes_first(found: Matrix) -> None:
    told = to_json_relations(found)
    listed = [pair for section in sections(found)[1:4] for pair in section.pairs]
    assert {(pair.attack, pair.defence) for pair in listed} == told
    for section in sections(found):
        sizes = [abs(pair.aim.effect.mean) for pair in section.pairs if pair.aim]
        assert sizes == sorted(sizes, reverse=True)
    assert f"Of {sum(pair.claimed for pair in found.pairs)} claimed pairs" in counts(found)


def to_json_relations(found: Matrix) -> set[tuple[str, str]]:
    return {(p.attack, p.defence) for p in found.pairs if p.relation.value == "contradiction"}


@given(st.floats(-10, 10))
def test_numbers_read_back(value: float) -> None:
    text = number(value)
    assert text.replace("−", "") != text or not text.startswith("−")
    assert float(text.replace("−", "-")) == pytest.approx(value, abs=0.00501)
    assert text not in ("−0.00", "-0.00")
