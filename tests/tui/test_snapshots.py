"""How the screens look, at the smallest size and at a large one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.house import House, briefing, seated, showing, until
from wargame.data.dataset import Dataset
from wargame.game.terms import Scenario
from wargame.tui.app import watching
from wargame.tui.options import Options
from wargame.tui.screens.opening import CurtainScreen
from wargame.tui.screens.review import ReviewScreen

SIZES = [(80, 24), (160, 48)]
Compare = Callable[..., bool]
pytestmark = pytest.mark.parametrize("size", SIZES, ids=["small", "large"])


@pytest.fixture
def house(tiny: Scenario, terrain: Dataset, tmp_path: Path) -> House:
    options = Options(side="attacker", fidelity="drill", seed=4)
    return House(options, tiny, terrain, tmp_path)


def _steps(*keys: str, rounds: int = 0) -> Callable[[Pilot[Any]], Awaitable[None]]:
    async def run(pilot: Pilot[Any]) -> None:
        screen = await seated(pilot)
        match = screen._table.match
        for number in range(rounds):
            await pilot.press("home", "down", *(["left"] if number == 0 else []), "enter")
            await until(
                pilot,
                lambda n=number: (  # type: ignore[misc]
                    len(match.lines) == n + 1 and (not screen._busy or match.over)
                ),
            )
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.1)

    return run


def test_briefing(snap_compare: Compare, house: House, size: tuple[int, int]) -> None:
    async def read(pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: getattr(pilot.app.screen, "_data", None) is not None)

    assert snap_compare(briefing(house), terminal_size=size, run_before=read)


@pytest.mark.parametrize(
    ("name", "rounds", "keys"),
    [
        ("hand", 2, ()),
        ("card", 2, ("2",)),
        ("pictures", 2, ("3",)),
        ("log", 2, ("4",)),
        ("charts", 3, ("5",)),
        ("zoom", 2, ("3", "z")),
        ("help", 0, ("question_mark",)),
        ("result", 6, ()),
        ("review", 6, ("r", "right", "right")),
    ],
)
def test_play(
    snap_compare: Compare,
    house: House,
    size: tuple[int, int],
    name: str,
    rounds: int,
    keys: tuple[str, ...],
) -> None:
    run = _steps(*keys, rounds=rounds)
    assert snap_compare(briefing(house), terminal_size=size, run_before=run)


def test_hand_over(snap_compare: Compare, house: House, size: tuple[int, int]) -> None:
    house.change(Options(side="both", fidelity="drill", seed=4))
    assert snap_compare(briefing(house), terminal_size=size, run_before=_steps())


def test_watch(snap_compare: Compare, house: House, size: tuple[int, int]) -> None:
    house.change(Options(fidelity="drill", seed=4, attacker="random", defender="random"))

    async def to_the_end(pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: hasattr(pilot.app.screen, "_pace"))
        screen: Any = pilot.app.screen
        screen._pace = 0.01
        await until(pilot, lambda: screen._table.match.over and not screen._busy)

    app = showing(house.options, lambda: CurtainScreen(lambda: watching(house), "Preparing"))
    assert snap_compare(app, terminal_size=size, run_before=to_the_end)


def test_what_if(snap_compare: Compare, house: House, size: tuple[int, int]) -> None:
    async def to_the_end(pilot: Pilot[Any]) -> None:
        await _steps("w", rounds=6)(pilot)
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen))
        screen: Any = pilot.app.screen
        await until(pilot, lambda: not screen.busy)
        await pilot.press("down")
        await pilot.pause(0.1)

    assert snap_compare(briefing(house), terminal_size=size, run_before=to_the_end)
