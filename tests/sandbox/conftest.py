"""One warden for every way of keeping guests apart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.guests import works_or_skips
from wargame.sandbox.method import Method
from wargame.sandbox.warden import Warden

APART = ("namespaces", "rootless", "bubblewrap")


def _warden(word: str) -> Iterator[Warden]:
    method = Method.NAMESPACES if word == "rootless" else Method(word)
    works_or_skips(method)
    with Warden(method, rootless=word == "rootless") as warden:
        yield warden


@pytest.fixture(scope="session", params=APART)
def warden(request: pytest.FixtureRequest) -> Iterator[Warden]:
    """One that keeps guests apart."""
    yield from _warden(request.param)


@pytest.fixture(scope="session", params=("namespaces", "bubblewrap", "none"))
def any_warden(request: pytest.FixtureRequest) -> Iterator[Warden]:
    """Any: also the one that only limits."""
    yield from _warden(request.param)
