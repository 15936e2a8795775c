"""What tests keep, and processes that keep it."""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np

from wargame.store import open_store


def numbers() -> tuple[dict[str, Any], dict[str, Any]]:
    """An artifact with arrays and facts."""
    return {"a": np.arange(6, dtype=np.int64).reshape(2, 3)}, {"n": 6}


def facts() -> tuple[dict[str, Any], dict[str, Any]]:
    """An artifact without arrays."""
    return {}, {"words": "plain"}


def large() -> tuple[dict[str, Any], dict[str, Any]]:
    """16 MB of it."""
    return {"a": np.random.default_rng(0).integers(0, 255, 1 << 24, dtype=np.uint8)}, {}


def main(home: str, url: str, key: str, what: str) -> None:
    """In a process of its own: get or make, and tell which it was."""
    os.environ["WARGAME_HOME"] = home
    store = open_store(url)
    got = store.get_or_make(key, "test", {"numbers": numbers, "large": large}[what])
    print("made" if store.made else "found", got.content)


if __name__ == "__main__":
    main(*sys.argv[1:])
