"""What a light start loads, seen from a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"torch", "sklearn", "scipy", "opacus", "stable_baselines3", "textual"}


def loaded_by(statement: str) -> set[str]:
    """Top-level modules a fresh interpreter holds after the statement."""
    script = f"import sys\n{statement}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    command = [sys.executable, "-W", "error", "-c", script]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


@pytest.mark.parametrize("module", ["wargame", "wargame.stages", "wargame.card", "wargame.catalog"])
def test_vocabulary_loads_nothing_heavy(module: str) -> None:
    loaded = loaded_by(f"import {module}")
    assert "wargame" in loaded
    assert not loaded & HEAVY


def test_package_itself_loads_no_third_party_module() -> None:
    third_party = {"numpy", "gymnasium", "pettingzoo", "pydantic", "yaml", "PIL"}
    assert not loaded_by("import wargame") & third_party


def test_probe_sees_what_is_loaded() -> None:
    assert "numpy" in loaded_by("import numpy")
