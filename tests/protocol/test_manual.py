"""docs/protocol.md tells what is: its tables are the models' own, its conversation a real one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from wargame.protocol.lines import line, read_agent, read_host
from wargame.protocol.messages import VERSION, schema
from wargame.sandbox.limits import Status

from . import manual

TEXT = manual.MANUAL.read_text("utf-8")
PARTS = manual.parts(TEXT)


def spoken() -> str:
    return PARTS["conversation"].removeprefix("```\n").removesuffix("\n```")


def test_every_table_is_the_models_own() -> None:
    assert set(PARTS) == {*manual.TABLES, "conversation"}
    for name, model in manual.TABLES.items():
        assert PARTS[name] == manual.table(model), name


def test_every_message_and_part_of_one_is_told() -> None:
    told = {name for name, facts in schema()["$defs"].items() if facts["type"] == "object"}
    assert told == set(manual.TABLES.values())
    headings = re.findall(r"^#{3,4} (.*)$", TEXT, re.MULTILINE)
    assert sorted(headings) == sorted(manual.TABLES)


def test_the_conversation_is_what_goes_over_the_wire(tmp_path: Path) -> None:
    """All but what the instruments measured, which may differ in a digit on another machine."""
    shown = manual.heard(spoken())
    assert manual.shown(shown) == spoken()
    real = manual.conversation(tmp_path)
    assert [_blurred(each) for each in shown] == [_blurred(each) for each in real]
    for arrow, message in shown:
        (read_host if arrow == "→" else read_agent)(line(message))


def test_the_schema_is_one_that_others_can_check_lines_by() -> None:
    """By the reference implementation, which comes with Ray."""
    checker = pytest.importorskip("jsonschema").Draft202012Validator(schema())
    checker.check_schema(schema())
    for _, message in manual.heard(spoken()):
        assert checker.is_valid(message)
        assert not checker.is_valid({k: v for k, v in message.items() if k != "kind"})
        extra = message | {"more": 1}
        assert checker.is_valid(extra) is (message["kind"] in ("hello", "turn", "end"))


def _blurred(data: Any) -> Any:
    if isinstance(data, dict):
        measured = {"value", "low", "high", "text"} if "instrument" in data else set()
        return {key: "*" if key in measured else _blurred(value) for key, value in data.items()}
    return [_blurred(item) for item in data] if isinstance(data, list | tuple) else data


def test_every_status_has_its_line() -> None:
    rows = re.findall(r"^\| `([A-Z]+)` \| (.+) \|$", TEXT, re.MULTILINE)
    assert [name for name, _ in rows] == [status.value for status in Status]
    assert f"version {VERSION}\n" in TEXT.splitlines(keepends=True)[0]


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert len(links) >= 3
    for link in links:
        assert (manual.MANUAL.parent / link).is_file(), link
    for anchor in re.findall(r"\]\(#([^)]+)\)", TEXT):
        assert re.search(rf"^#+ {anchor}$", TEXT, re.MULTILINE), anchor
