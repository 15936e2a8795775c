"""Registration happens once Gymnasium is loaded, in whatever order the packages are imported.

The registration itself is replaced by one that counts; each case runs in a fresh interpreter.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

PRELUDE = """
import importlib, importlib.util, sys, types
calls = []
registration = types.ModuleType("wargame.arena.registration")
registration.register = lambda: calls.append(sys.modules["gymnasium"].make)
arena = types.ModuleType("wargame.arena")
arena.__path__ = []
sys.modules["wargame.arena"], sys.modules[registration.__name__] = arena, registration
def hook():
    import wargame
"""


def calls_after(statements: str) -> int:
    """How often the registration ran after these statements."""
    script = f"{PRELUDE}\n{statements}\nprint(len(calls))"
    command = [sys.executable, "-W", "error", "-c", script]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.parametrize(
    "statements",
    [
        "import gymnasium; hook()",
        "hook(); import gymnasium",
        "hook(); from gymnasium.envs.registration import make",
        "hook(); importlib.util.find_spec('gymnasium'); import gymnasium",
        "hook(); import gymnasium; importlib.reload(gymnasium.spaces); import gymnasium",
    ],
)
def test_registers_exactly_once(statements: str) -> None:
    assert calls_after(statements) == 1


def test_leaves_gymnasium_alone_until_somebody_wants_it() -> None:
    assert calls_after("hook(); assert 'gymnasium' not in sys.modules") == 0


def test_leaves_no_finder_behind() -> None:
    """The interpreter's import machinery is as it was once Gymnasium is loaded."""
    check = "assert not [f for f in sys.meta_path if type(f).__module__.startswith('wargame')]"
    assert calls_after(f"hook(); import gymnasium; {check}") == 1
