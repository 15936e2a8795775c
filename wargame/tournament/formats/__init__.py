"""Who meets whom, and when: one file for each format, found by its name."""

from __future__ import annotations

import importlib
from pathlib import Path

from wargame import catalog
from wargame.tournament.pairing import Done, Format, Setting, Wait

__all__ = ["Done", "Format", "Setting", "Wait", "find", "make", "names"]


def names() -> tuple[str, ...]:
    """All formats, as a tournament's file calls them."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return tuple(path.stem.replace("_", "-") for path in files if not path.stem.startswith("_"))


def find(name: str) -> type[Format]:
    """The format of that name.

    Raises:
        WargameError: there is none; suggests the nearest.
    """
    if name not in names():
        raise catalog.unknown("format", name, names())
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    found: type[Format] = module.FORMAT
    return found


def make(name: str, setting: Setting) -> Format:
    """The format of that name, set.

    Raises:
        WargameError: there is none; suggests the nearest.
    """
    return find(name)(setting)
