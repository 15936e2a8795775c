"""A league's files, cut short and edited by hand."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from wargame.errors import WargameError
from wargame.game.terms import Scenario
from wargame.league.league import League
from wargame.league.league_folder import LeagueFolder
from wargame.league.terms import LeagueSettings
from wargame.store import Store

from .conftest import Begin


@pytest.fixture
def copy(whole: LeagueFolder, tmp_path: Path) -> LeagueFolder:
    root = tmp_path / "copy"
    shutil.copytree(whole.root, root)
    return LeagueFolder(root)


def test_a_line_cut_short_is_dropped_and_made_again(
    copy: LeagueFolder, whole: LeagueFolder
) -> None:
    turns = whole.turns()
    raw = whole.turns_file.read_bytes()
    first = raw.index(b"\n") + 1
    for end in (len(raw) - 1, first + 10, first):
        copy.turns_file.write_bytes(raw[:end])
        assert copy.turns() == turns[:1]
        copy.add(turns[1])
        assert copy.turns_file.read_bytes() == raw


def _value(text: str) -> str:
    return text.replace('"value":0.', '"value":0.9', 1)


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (_value, 1),
        (lambda text: text.replace('"number":2', '"number":3'), 2),
        (lambda text: "".join(text.splitlines(keepends=True)[1:]), 1),
        (lambda text: "nonsense\n" + text, 1),
        (lambda text: text + "[]\n", 3),
        (lambda text: text + "{}\n", 3),
        (lambda text: text + text, 3),
    ],
)
def test_an_edited_iteration_is_told_by_its_line(
    copy: LeagueFolder, tiny: Scenario, store: Store, edit: Callable[[str], str], line: int
) -> None:
    before = edit(copy.turns_file.read_text())
    copy.turns_file.write_text(before)
    with pytest.raises(WargameError, match=rf"iterations\.jsonl:{line}: "):
        League(copy, tiny, command="", store=store).run(3)
    assert copy.turns_file.read_text() == before


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda text: text[:-20], "league.json:1: the file"),
        (lambda text: text.replace('"steps":24', '"steps":"many"'), "league.json:1: steps"),
        (lambda text: text.replace("league-1", "league-9"), "league.json:1: format"),
        (lambda text: text.replace('"attackers":["random"]', '"attackers":[]'), "a word to find"),
        (lambda text: text.replace('"steps":24', '"steps":25'), "iterations.jsonl:1: "),
    ],
)
def test_edited_settings_are_told(
    copy: LeagueFolder, tiny: Scenario, store: Store, edit: Callable[[str], str], told: str
) -> None:
    text = copy.settings_file.read_text()
    copy.settings_file.write_text(edit(text))
    assert copy.settings_file.read_text() != text
    with pytest.raises(WargameError, match=told):
        League(copy, tiny, command="", store=store).run(3)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda data: [], 'expected "format"'),
        (lambda data: data | {"attacker": 3}, "attacker: expected a list"),
        (lambda data: data | {"defender": [{"agent": "frugal", "weight": 2}]}, "0 to 1"),
        (lambda data: data | {"defender": [{"agent": "evader", "weight": 1}]}, "evader"),
        (lambda data: data | {"defender": [{"agent": "frugal", "weight": 1.0}]}, "was it edited"),
    ],
)
def test_an_edited_pool_is_told(
    copy: LeagueFolder,
    tiny: Scenario,
    store: Store,
    edit: Callable[[dict[str, object]], object],
    told: str,
) -> None:
    path = copy.pool / "pool.json"
    edited = json.dumps(edit(json.loads(path.read_text())))
    path.write_text(edited)
    with pytest.raises(WargameError, match=told):
        League(copy, tiny, command="", store=store).run(3)
    assert path.read_text() == edited


def test_a_pool_that_was_deleted_is_written_again(
    copy: LeagueFolder, tiny: Scenario, store: Store
) -> None:
    path = copy.pool / "pool.json"
    before = path.read_bytes()
    path.unlink()
    assert League(copy, tiny, command="", store=store).run(2)
    assert path.read_bytes() == before


def test_a_folder_that_is_taken_or_empty(begin: Begin, copy: LeagueFolder, tmp_path: Path) -> None:
    with pytest.raises(WargameError, match="holds a league already"):
        begin(copy.root)
    with pytest.raises(WargameError, match="no league to resume"):
        LeagueFolder(tmp_path / "none").settings()


def test_settings_that_changed_are_named(settings: LeagueSettings) -> None:
    assert settings.changed(settings.model_copy()) is None
    told = settings.changed(settings.model_copy(update={"steps": 25}))
    assert told == "the league was begun with --steps 24, not 25"
    game = settings.game.model_copy(update={"code": "another"})
    told = settings.changed(settings.model_copy(update={"game": game}))
    assert told is not None
    assert "has changed since the league was begun" in told
