"""How a tournament looks while it runs and at its end, at the smallest size and at a large one."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.house import until
from tests.tui.tournament.cup import NAMES, Cup, events, played
from wargame.tui.tournament.app import TournamentApp
from wargame.tui.tournament.screen import TournamentScreen

SIZES = [(80, 24), (160, 48)]
Compare = Callable[..., bool]
pytestmark = pytest.mark.parametrize("size", SIZES, ids=["small", "large"])


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wargame.tui.tournament.screen.TICK", 0.05)


def _app(cup: Cup) -> TournamentApp:
    # A clock that stands still: no pace, and nothing grows old.
    app = TournamentApp(1, cup.start, cup.stop, page="cup/index.html", clock=lambda: 1000.0)
    app.animation_level = "none"
    usual = app.driver.events
    # Everything is heard at once, so that the standings are counted once.
    app.driver.events = lambda: usual() if cup.silent.is_set() else iter(())  # type: ignore[method-assign]
    return app


async def settled(pilot: Pilot[Any], cup: Cup) -> None:
    """Everything is told and counted, and every row has come to its place."""
    app: Any = pilot.app
    screen: TournamentScreen = app.screen_stack[1]
    await until(pilot, cup.silent.is_set)
    table: Any = screen.query_one("#standings")
    await until(
        pilot,
        lambda: (
            screen.live.standings is not None
            and not screen.live.stale
            and table._order == list(screen.live.names())
        ),
    )


def _under_way(count: int, rounds: int, *, faulty: bool = False) -> Cup:
    names = NAMES[:count]
    told = events(names, played(names, faulty=faulty), over=False)
    # One more round is drawn, and its first match played.
    cut = itertools.islice(told, 1 + rounds * (count + 1) + 2)
    return Cup(cut, hold=True)


@pytest.mark.parametrize(
    ("name", "count", "rounds", "faulty", "keys"),
    [
        ("under-way", 8, 4, False, ()),
        ("forfeits", 20, 17, True, ("end",)),
        ("matrix", 8, 6, True, ("m",)),
        ("head-to-head", 8, 6, True, ("end", "enter")),
    ],
)
def test_under_way(
    snap_compare: Compare,
    size: tuple[int, int],
    name: str,
    count: int,
    rounds: int,
    faulty: bool,
    keys: tuple[str, ...],
) -> None:
    cup = _under_way(count, rounds, faulty=faulty)

    async def run(pilot: Pilot[Any]) -> None:
        await settled(pilot, cup)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.1)
        if "enter" in keys:
            await until(pilot, lambda: type(pilot.app.screen).__name__ == "VersusScreen")
        await pilot.pause(0.2)
        await pilot.pause()

    try:
        assert snap_compare(_app(cup), terminal_size=size, run_before=run)
    finally:
        cup.stop()


def test_finished(snap_compare: Compare, size: tuple[int, int]) -> None:
    names = NAMES[:8]
    cup = Cup(events(names, played(names), before=20))

    async def run(pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "FinalScreen")
        await settled(pilot, cup)

    assert snap_compare(_app(cup), terminal_size=size, run_before=run)
