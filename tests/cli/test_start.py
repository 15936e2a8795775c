"""What the command loads, and what its help says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from wargame.cli.parser import COMMANDS

from .conftest import Run, environment


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_teaches(wargame: Run, command: str) -> None:
    done = wargame(command, "--help")
    assert done.returncode == 0
    assert f"usage: wargame {command}" in done.stdout
    assert f"  wargame {command}" in done.stdout.split("examples:")[1]


def test_the_help_names_every_command(wargame: Run) -> None:
    done = wargame("--help")
    assert done.returncode == 0
    assert all(f"\n  {command} " in done.stdout for command in COMMANDS)


def loaded(home: Path, *words: str) -> set[str]:
    script = (
        "import sys\nfrom wargame.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, *words]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment(home)
    )
    return set(done.stderr.split())


def test_the_help_loads_no_third_party_module(tmp_path: Path) -> None:
    heavy = {"numpy", "pydantic", "yaml", "torch", "textual", "click", "rich"}
    assert not loaded(tmp_path, "--help") & heavy
    assert not loaded(tmp_path, "watch", "--help") & heavy


def test_listing_loads_no_torch(tmp_path: Path) -> None:
    for command in ("cards", "agents", "scenarios"):
        found = loaded(tmp_path, command, "--json")
        assert "pydantic" in found
        assert not found & {"torch", "sklearn", "scipy", "textual"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("watc",), "did you mean watch"),
        (("watch", "mapengin", "--attacker", "a", "--defender", "b", "--json"), "mapengine"),
        (("cards", "pdg"), "pgd"),
        (("watch",), "SCENARIO"),
        (("replay", "absent.jsonl", "--headless"), "absent.jsonl"),
        (("resume", "absent.jsonl"), "absent.jsonl"),
        (("store", "gc", "--older-than", "soon"), "12h"),
        (("measure", "mapengine"), "--attack"),
        (("data", "fetch", "nothing"), "nothing"),
        (("data", "add", "absent", "mine"), "absent"),
    ],
)
def test_mistakes_are_one_sentence_and_exit_2(
    wargame: Run, words: tuple[str, ...], said: str
) -> None:
    done = wargame(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_module_is_the_command(wargame: Run) -> None:
    from wargame import __version__

    assert wargame("--version").stdout == f"wargame {__version__}\n"
    assert wargame().stdout == wargame("--help").stdout
