"""A pool of agents in a folder: who belongs to it on each side, and how often each is played.

`pool.json` names the members; policies lie beside it, one folder each. `league-train` writes it,
and a hand may, so everything in it is checked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wargame.errors import WargameError
from wargame.game.agent_file import named
from wargame.game.asking import seated
from wargame.stages import SIDES, Side
from wargame.store import canonical

FILE = "pool.json"
_FORMAT = "wargame-pool-1"


def write(folder: Path, members: Mapping[Side, Sequence[tuple[str, float]]]) -> None:
    """Writes who belongs to a pool: agents by name, policies by their folder in the pool."""
    told = {
        "format": _FORMAT,
        **{
            side.value: [{"agent": word, "weight": weight} for word, weight in members[side]]
            for side in SIDES
        },
    }
    scratch = folder / f"{FILE}.partial"
    scratch.write_bytes(canonical(told) + b"\n")
    scratch.replace(folder / FILE)


def mixture(folder: Path, side: Side) -> list[tuple[str, float]]:
    """The members of a side with weights above 0; policies by their full path.

    Raises:
        WargameError: there is no pool, it was edited into nonsense, or a member is gone.
    """
    path = folder / FILE
    found = []
    for number, item in enumerate(_members(path, side), start=1):
        where = f"{path}: {side.value} {number}"
        if not isinstance(item, dict) or set(item) != {"agent", "weight"}:
            raise WargameError(f'{where}: expected {{"agent": NAME, "weight": NUMBER}}')
        word, weight = item["agent"], item["weight"]
        if not isinstance(word, str) or not word:
            raise WargameError(f"{where}: the agent is no name: {word!r}")
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight <= 1:
            raise WargameError(f"{where}: the weight of {word} lies in 0 to 1, not {weight!r}")
        if weight > 0:
            found.append((_placed(folder, word, side, where), float(weight)))
    if not found:
        raise WargameError(f"{path}: no {side.value} has a weight above 0")
    return found


def _members(path: Path, side: Side) -> list[Any]:
    try:
        told = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise WargameError(f"there is no pool in {path.parent}: {FILE} is missing") from error
    except json.JSONDecodeError as error:
        raise WargameError(f"{path}:{error.lineno}: no JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise WargameError(f"{path}: no JSON: {error}") from error
    if not isinstance(told, dict) or told.get("format") != _FORMAT:
        raise WargameError(f'{path}: expected "format": "{_FORMAT}"')
    members = told.get(side.value)
    if not isinstance(members, list):
        raise WargameError(f"{path}: {side.value}: expected a list of members")
    return members


def _placed(folder: Path, word: str, side: Side, where: str) -> str:
    inside = folder / word
    place = str(inside.resolve()) if inside.is_dir() else word
    try:
        seated(named(place)(), side)
    except WargameError as error:
        raise WargameError(f"{where}: {error}") from error
    return place
