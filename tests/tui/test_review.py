"""The review on the screen: after a match only, in the background, called off at any time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.house import House, Slow, briefing, seated, showing, until, words
from wargame.data.dataset import Dataset
from wargame.game.lines import Header
from wargame.game.match import DataFacts, Match
from wargame.game.record import Journal, read
from wargame.game.terms import Scenario
from wargame.stages import SIDES
from wargame.theory.counterfactual import played
from wargame.tui.app import replaying
from wargame.tui.options import Options
from wargame.tui.screens.opening import CurtainScreen
from wargame.tui.screens.play import PlayScreen
from wargame.tui.screens.result import ResultScreen
from wargame.tui.screens.review import ReviewScreen
from wargame.tui.screens.theatre import TheatreScreen
from wargame.tui.widgets.regrets import Replies


@pytest.fixture
def house(tiny: Scenario, terrain: Dataset, tmp_path: Path) -> House:
    return House(Options(side="attacker", fidelity="drill", seed=4), tiny, terrain, tmp_path)


async def played_out(pilot: Pilot[None]) -> ResultScreen:
    """From the briefing to the result page, passing."""
    screen = await seated(pilot)
    match = screen._table.match
    for number in range(match.scenario.rounds):
        await pilot.press("p")
        await until(
            pilot,
            lambda n=number: len(match.lines) == n + 1 and (not screen._busy or match.over),  # type: ignore[misc]
        )
    await until(pilot, lambda: isinstance(pilot.app.screen, ResultScreen))
    found: Any = pilot.app.screen
    return found  # type: ignore[no-any-return]


async def reviewed(pilot: Pilot[None]) -> ReviewScreen:
    """From the result page to the end of the review."""
    await pilot.press("w")
    await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen))
    screen: Any = pilot.app.screen
    await until(pilot, lambda: not screen.busy)
    return screen  # type: ignore[no-any-return]


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_from_the_result_page_to_every_other_card(
    house: House, size: tuple[int, int]
) -> None:
    app = briefing(house)
    async with app.run_test(size=size) as pilot:
        await played_out(pilot)
        assert "What if" in words(app)
        screen = await reviewed(pilot)
        review = screen._review
        assert review is not None
        assert review.complete
        shown = words(app)
        for each in review.rounds:
            for one in each.sides.values():
                assert f"{one.regret:.3f}" in shown
        assert "Turning point: round" in shown
        for number, each in enumerate(review.rounds):
            if number:
                await pilot.press("down")
                await pilot.pause(0.05)
            sides = SIDES if size[0] > 100 else SIDES[1:]
            for side in sides:
                best = each.sides[side].best
                if best is not None:
                    assert f"{best.gain:+.3f}" in words(app)
        if size[0] < 100:
            assert "■ " in str(screen.query(Replies).last().query_one(".replies").render())
            await pilot.press("right")
            await pilot.pause(0.05)
            assert "the attacker passed" in words(app)
        await pilot.press("escape")
        assert isinstance(app.screen, ResultScreen)


async def test_all_strengths_are_tried_on_request(house: House) -> None:
    app = briefing(house)
    async with app.run_test(size=(80, 24)) as pilot:
        await played_out(pilot)
        screen = await reviewed(pilot)
        before = screen._review
        assert before is not None
        await pilot.press("a")
        await until(pilot, lambda: screen._review is not before and not screen.busy)
        after = screen._review
        assert after is not None
        assert after.all_strengths
        for few, many in zip(before.rounds, after.rounds, strict=True):
            for side in SIDES:
                strongest = {alt.action for alt in few.sides[side].alternatives}
                assert strongest < {alt.action for alt in many.sides[side].alternatives}


async def test_escape_calls_the_tries_off_and_nothing_more_is_made(
    tiny: Scenario, terrain: Dataset, tmp_path: Path
) -> None:
    slow = Slow()
    house = House(Options(fidelity="drill", seed=4), tiny, terrain, tmp_path, slow)
    match = _match(tiny)
    game = played(match)
    app = showing(house.options, lambda: ReviewScreen(house, game))
    async with app.run_test(size=(80, 24)) as pilot:
        screen: Any = app.screen
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.busy)
        screen = app.screen
        await pilot.press("down", "down", "right")
        assert "not tried yet" in words(app)
        await pilot.press("escape")
        await until(pilot, lambda: not screen.busy)
        assert "Called off" in words(app)
        calls = slow.calls
        slow.go.set()
        await pilot.pause(0.1)
        assert slow.calls == calls


def _match(tiny: Scenario, rounds: int = 6) -> Match:
    from tests.tui.house import Painter

    nowhere: Any = None
    data = DataFacts("d", "0" * 64, "test")
    match = Match(
        tiny, None, None, seed=1, fidelity="drill", data=data, store=nowhere, resolver=Painter()
    )
    for _ in range(rounds):
        match.step(0, 0)
    return match


def _record(tiny: Scenario, path: Path, rounds: int) -> Path:
    match = _match(tiny, rounds)
    with Journal(path, match) as journal:
        journal.keep()
    assert isinstance(read(path).header, Header)
    return path


async def test_who_plays_cannot_reach_it(house: House) -> None:
    app = briefing(house)
    async with app.run_test(size=(160, 48)) as pilot:
        screen = await seated(pilot)
        for _ in range(2):
            await pilot.press("w")
            await pilot.pause(0.05)
            assert isinstance(app.screen, PlayScreen)
            assert "What if" not in words(app)
            await pilot.press("p")
            await until(pilot, lambda: not screen._busy)


@pytest.mark.parametrize(("rounds", "reachable"), [(2, False), (6, True)])
async def test_a_replay_offers_it_once_the_match_is_over(
    house: House, tiny: Scenario, tmp_path: Path, rounds: int, reachable: bool
) -> None:
    path = _record(tiny, tmp_path / "m.jsonl", rounds)
    app = showing(house.options, lambda: CurtainScreen(lambda: replaying(house, path), "Preparing"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "space" in words(app))
        assert isinstance(app.screen, TheatreScreen)
        assert ("What if" in words(app)) == reachable
        await pilot.press("w")
        await pilot.pause(0.1)
        assert isinstance(app.screen, ReviewScreen) == reachable
        if reachable:
            screen: Any = app.screen
            await until(pilot, lambda: not screen.busy)
            assert screen._review.complete
