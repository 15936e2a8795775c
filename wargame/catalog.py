"""Finds cards, agents, models and scenarios by file name, without importing them all."""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import ModuleType

from wargame.card import Attack, Card, Defence
from wargame.errors import WargameError
from wargame.stages import Side

ENGINE = Path(__file__).resolve().parent
_INSTALLED = (ENGINE / "agents").is_dir()
SHELVES = ENGINE if _INSTALLED else ENGINE.parent
"""The folder that holds agents/, models/ and scenarios/: the checkout, or wargame/ in a wheel."""
_PREFIX = "wargame." if _INSTALLED else ""


def suggest(name: str, known: tuple[str, ...]) -> str:
    """A sentence naming the nearest known names, or all of them."""
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(known)}"


def unknown(what: str, name: str, known: tuple[str, ...]) -> WargameError:
    """The error for a name that is not there."""
    return WargameError(f"there is no {what} called {name!r}; {suggest(name, known)}")


@cache
def _files(root: Path, pattern: str) -> dict[str, Path]:
    found = (path for path in sorted(root.glob(pattern)) if not path.name.startswith("_"))
    return {path.stem: path for path in found}


def card_files(side: Side) -> dict[str, Path]:
    """Name to source file of every card of a side; imports none of them."""
    return _files(ENGINE / ("attacks" if side is Side.ATTACKER else "defences"), "*/*.py")


def card_names(side: Side | None = None) -> tuple[str, ...]:
    """Names of all cards, of one side if given."""
    sides = tuple(Side) if side is None else (side,)
    return tuple(name for each in sides for name in card_files(each))


@cache
def card(name: str) -> type[Card]:
    """The card of that name.

    Raises:
        WargameError: there is none; the nearest names are suggested.
    """
    for side in Side:
        path = card_files(side).get(name)
        if path is None:
            continue
        dotted = ".".join(("wargame", *path.relative_to(ENGINE).with_suffix("").parts))
        return _class_in(importlib.import_module(dotted), name)
    raise unknown("card", name, card_names())


def _class_in(module: ModuleType, name: str) -> type[Card]:
    for item in vars(module).values():
        if (
            isinstance(item, type)
            and issubclass(item, Card)
            and item.__module__ == module.__name__
            and getattr(item, "name", None) == name
        ):
            return item
    raise WargameError(f"{module.__file__}: no card class with name = {name!r}")


def attack(name: str) -> type[Attack]:
    """The attack card of that name."""
    found = card(name)
    if not issubclass(found, Attack):
        raise WargameError(f"{name} is a defence, not an attack")
    return found


def defence(name: str) -> type[Defence]:
    """The defence card of that name."""
    found = card(name)
    if not issubclass(found, Defence):
        raise WargameError(f"{name} is an attack, not a defence")
    return found


@cache
def source_digest(path: Path) -> str:
    """SHA-256 of a source file, 16 hex digits: the part of a key that stands for code."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def card_digest(name: str) -> str:
    """Digest of a card's source file."""
    for side in Side:
        if name in card_files(side):
            return source_digest(card_files(side)[name])
    raise unknown("card", name, card_names())


def scenario_files() -> dict[str, Path]:
    """Name to file of every scenario."""
    return _files(SHELVES / "scenarios", "*.yaml")


def agent_files() -> dict[str, Path]:
    """Name to file of every ready agent."""
    return _files(SHELVES / "agents", "*.py")


def policy_folders() -> dict[str, Path]:
    """Name to folder of every ready policy; looked up anew, since training makes them."""
    found = sorted((SHELVES / "agents" / "policies").glob("*/policy.json"))
    return {path.parent.name: path.parent for path in found if path.parent.name[0] not in "._"}


def model_files() -> dict[str, Path]:
    """Name to file of every victim model."""
    return _files(SHELVES / "models", "*.py")


def agent_module(name: str) -> ModuleType:
    """The module of a ready agent."""
    return _shelf("agent", "agents", name, agent_files())


def model_module(name: str) -> ModuleType:
    """The module of a victim model."""
    return _shelf("model", "models", name, model_files())


def _shelf(what: str, folder: str, name: str, files: dict[str, Path]) -> ModuleType:
    if name not in files:
        raise unknown(what, name, tuple(files))
    if not _INSTALLED and str(SHELVES) not in sys.path:
        sys.path.append(str(SHELVES))
    return importlib.import_module(f"{_PREFIX}{folder}.{name}")


def all_cards(side: Side | None = None) -> Iterator[type[Card]]:
    """Every card, imported one by one (light: no card imports torch)."""
    return (card(name) for name in card_names(side))
