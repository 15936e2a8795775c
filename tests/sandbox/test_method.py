"""Strangers' programs are refused where nothing keeps them apart, unless asked by name."""

from __future__ import annotations

import pytest

from wargame.errors import WargameError
from wargame.sandbox import method
from wargame.sandbox.method import Method, choose, methods


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
