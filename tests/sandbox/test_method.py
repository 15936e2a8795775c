"""Strangers' programs are refused where nothing keeps them apart, unless asked by name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from wargame.errors import WargameError
from wargame.sandbox import method, view
from wargame.sandbox.method import Method, choose, methods
from wargame.sandbox.view import PACKAGE


def test_the_best_way_that_works_is_chosen() -> None:
    assert choose(unsafe=False) is methods()[0]
    assert choose(unsafe=True) is Method.NONE
    assert methods()[-1] is Method.NONE


def test_refused_where_nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(method, "works", lambda each: each is Method.NONE)
    with pytest.raises(WargameError, match="--no-isolation") as caught:
        choose(unsafe=False)
    assert "apt install bubblewrap" in str(caught.value)
    assert choose(unsafe=True) is Method.NONE


def test_bubblewrap_steps_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(method, "works", lambda each: each is not Method.NAMESPACES)
    assert choose(unsafe=False) is Method.BUBBLEWRAP


def test_other_systems_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    for unsafe in (False, True):
        with pytest.raises(WargameError, match="Linux"):
            choose(unsafe=unsafe)


def test_the_refusal_says_what_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(method, "trouble", lambda each: f"{each}: no such luck")
    with pytest.raises(WargameError, match="namespaces: no such luck; bubblewrap: no such luck"):
        choose(unsafe=False)


@pytest.mark.skipif(methods() == [Method.NONE], reason="nothing keeps guests apart here")
@pytest.mark.parametrize("place", ["/tmp", "/dev/shm"])
def test_a_game_that_lies_in_a_temporary_folder_keeps_guests_apart(place: str) -> None:
    with tempfile.TemporaryDirectory(dir=place) as folder:
        bare = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PACKAGE, Path(folder, "wargame"), ignore=bare)
        code = "from wargame.sandbox.method import *; print(*(trouble(m) or m for m in Method))"
        told = subprocess.run(
            [sys.executable, "-P", "-c", code],
            env=os.environ | {"PYTHONPATH": folder},
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
    assert told.stdout.split() == [str(each) for each in methods()], told.stdout + told.stderr


def test_what_is_shown_is_never_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = ("/agent/venv", "/scratch/me/game", "/scratch_/more", "/tmp/game", "/usr")
    monkeypatch.setattr(view, "folders", lambda: shown)
    assert (view.free("/agent"), view.free("/scratch")) == ("/agent_", "/scratch__")
    view.links.cache_clear()
    try:
        assert not [(w, s) for w in view.links() for s in shown if Path(s).is_relative_to(w)]
    finally:
        view.links.cache_clear()
