"""Loads scenarios: from a name, from a file, or from what a record holds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from wargame import catalog
from wargame.game.check import validated
from wargame.game.located import parse, read_text
from wargame.game.terms import Entry, Scenario

__all__ = ["Scenario", "from_content", "load", "schema"]


def load(name_or_path: str | Path) -> Scenario:
    """The scenario of that name, or in that file.

    Raises:
        WargameError: there is none, or `file:line:column: field: what is wrong`.
    """
    text = str(name_or_path)
    if not text.endswith((".yaml", ".yml")) and os.sep not in text:
        known = catalog.scenario_files()
        if text not in known:
            raise catalog.unknown("scenario", text, tuple(known))
        name_or_path = known[text]
    path = Path(name_or_path)
    located = parse(read_text(path), str(path))
    return validated(located.data, str(path), located)


def from_content(content: Any) -> Scenario:
    """The scenario in plain JSON data, such as a record's header holds.

    Raises:
        WargameError: it is no valid scenario.
    """
    return validated(content, "the recorded scenario")


def schema() -> dict[str, Any]:
    """JSON Schema of a scenario file, for editors."""
    described = Scenario.model_json_schema(mode="validation")
    described["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    described["$defs"]["Entry"] = {
        "description": Entry.__doc__,
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": {"type": ["object", "null"]},
            },
        ],
    }
    return described
