"""The parts of docs/protocol.md that are made: the tables of fields and a whole conversation.

`python -m tests.protocol.manual` makes them anew; a test holds the file to what it makes.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from tests.game.players import Script
from tests.worlds import SMALL
from wargame.data.sources import load, summary
from wargame.game.match import DataFacts, Match
from wargame.game.scenario import Scenario, from_content
from wargame.protocol.guest_agent import GuestAgent
from wargame.protocol.messages import schema
from wargame.sandbox.limits import Limits
from wargame.store import Store

from .cells import ROOT, Piped

MANUAL = ROOT / "docs" / "protocol.md"
WIDTH = 100
TABLES = {
    "hello": "Hello", "deck": "DeckTold", "deck-card": "DeckCard", "limits": "LimitsTold",
    "ready": "Ready", "turn": "Turn", "view": "ViewTold", "move-in-view": "MoveTold",
    "own": "OwnTold", "reading": "ReadingTold", "move": "Move", "end": "End",
}  # fmt: skip
CHANGES: dict[str, Any] = {
    "name": "page",
    "title": "One page",
    "briefing": "Two rounds, to show what goes over the wire.",
    "source": "docs/protocol.md",
    "rounds": 2,
    "data": "eurosat",
    "access": ["contributor", "storage", "api-label"],
    "deck": {"attacker": ["label_flip", "pgd", "checkpoint_theft"], "defender": ["gold_set"]},
}


def game() -> Scenario:
    """Small enough for a page; trained for real within a second or two."""
    return from_content(yaml.safe_load(SMALL) | CHANGES)


def conversation(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """A whole real match with the Python example as the attacker: who said what, in order."""
    limits = Limits.model_validate({"start": 60, "move": 60})
    cell = Piped(ROOT / "docs" / "examples" / "python", [sys.executable, "agent.py"])
    tiles = load("eurosat", location=None)
    with GuestAgent("example", lambda: cell, limits) as agent:
        match = Match(
            game(),
            agent,
            Script(3),
            seed=7,
            fidelity="drill",
            data=DataFacts(tiles.name, tiles.digest, summary(tiles)),
            store=Store(folder),
        )
        list(match)
    told = [("→", json.loads(line)) for line in cell.sent]
    for place, line in enumerate(cell.said):
        told.insert(2 * place + 1, ("←", json.loads(line)))
    # What a tournament allows unless its terms say otherwise; this run was given all the time.
    told[0][1]["limits"] = Limits.model_validate({}).model_dump(mode="json")
    return told


def shown(told: list[tuple[str, dict[str, Any]]]) -> str:
    """Messages for reading: each over as many lines as it takes."""
    return "\n".join(f"{arrow} {_wrapped(message, 2, 2)}" for arrow, message in told)


def heard(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The inverse of `shown`."""
    parts = re.split(r"^([→←]) ", text, flags=re.MULTILINE)
    return [(arrow, json.loads(body)) for arrow, body in zip(parts[1::2], parts[2::2], strict=True)]


def _wrapped(data: Any, indent: int, used: int, *, row: bool = False) -> str:
    flat = json.dumps(data, ensure_ascii=False)
    if not data or not isinstance(data, dict | list) or used + len(flat) <= WIDTH:
        return flat
    if row and isinstance(data, dict) and not any(isinstance(v, dict) for v in data.values()):
        return flat
    pad = " " * (indent + 2)
    if isinstance(data, dict):
        keys = [f"{json.dumps(key)}: " for key in data]
        items = [
            key + _wrapped(value, indent + 2, indent + 3 + len(key))
            for key, value in zip(keys, data.values(), strict=True)
        ]
        opening, closing = "{", "}"
    else:
        items = [_wrapped(item, indent + 2, indent + 3, row=True) for item in data]
        opening, closing = "[", "]"
    inner = f",\n{pad}".join(items)
    return f"{opening}\n{pad}{inner}\n{' ' * indent}{closing}"


def table(name: str) -> str:
    """The fields of a model of the schema."""
    rows = ["| field | holds | meaning |", "|---|---|---|"]
    for field, facts in schema()["$defs"][name]["properties"].items():
        meaning = facts.get("description", "which message it is" if field == "kind" else "")
        rows.append(f"| `{field}` | {_holds(facts)} | {meaning} |")
    return "\n".join(rows)


def _holds(facts: dict[str, Any]) -> str:
    if "const" in facts:
        return f'`"{facts["const"]}"`'
    if "anyOf" in facts:
        return " or ".join(_holds(each) for each in facts["anyOf"])
    if "$ref" in facts:
        return _named(facts["$ref"].rsplit("/", 1)[1])
    if facts["type"] == "array":
        if "prefixItems" in facts:
            return f"list of {len(facts['prefixItems'])} {_holds(facts['prefixItems'][0])}s"
        return f"list of {_holds(facts['items'])}"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    kind: str = facts["type"]
    return words.get(kind, kind)


def _named(name: str) -> str:
    facts = schema()["$defs"][name]
    if "enum" in facts:
        return "one of " + ", ".join(f'`"{item}"`' for item in facts["enum"])
    place = next(key for key, model in TABLES.items() if model == name)
    return f"[{place}](#{place})"


def parts(text: str) -> dict[str, str]:
    """What stands between the marks of a manual, by name."""
    found = re.findall(r"<!-- made: ([\w-]+) -->\n(.*?)\n<!-- end -->", text, re.DOTALL)
    return dict(found)


def filled(text: str, made: dict[str, str]) -> str:
    """A manual with its parts made anew."""

    def part(found: re.Match[str]) -> str:
        return f"<!-- made: {found[1]} -->\n{made[found[1]]}\n<!-- end -->"

    return re.sub(r"<!-- made: ([\w-]+) -->\n.*?<!-- end -->", part, text, flags=re.DOTALL)


def main() -> None:
    made = {name: table(model) for name, model in TABLES.items()}
    with tempfile.TemporaryDirectory() as folder:
        made["conversation"] = f"```\n{shown(conversation(Path(folder)))}\n```"
    MANUAL.write_text(filled(MANUAL.read_text("utf-8"), made), "utf-8")


if __name__ == "__main__":
    main()
