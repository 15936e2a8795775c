from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.house import House, Slow, briefing, seated, until, words
from wargame.data.dataset import Dataset
from wargame.game.record import read
from wargame.game.terms import Scenario
from wargame.stages import Side
from wargame.tui.options import Options
from wargame.tui.screens.handover import HandOverScreen
from wargame.tui.screens.play import PlayScreen
from wargame.tui.screens.result import ResultScreen
from wargame.tui.screens.theatre import TheatreScreen
from wargame.tui.widgets.hand import Hand

SIZES = [(80, 24), (160, 48)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("side", ["attacker", "defender"])
async def test_a_whole_match_is_played_by_keys_alone(
    tiny: Scenario, terrain: Dataset, tmp_path: Path, side: str, size: tuple[int, int]
) -> None:
    place = tmp_path / "m.jsonl"
    options = Options(side=side, fidelity="drill", seed=5, record=place)  # type: ignore[arg-type]
    app = briefing(House(options, tiny, terrain, tmp_path))
    async with app.run_test(size=size) as pilot:
        screen = await seated(pilot)
        for number in range(tiny.rounds):
            match = screen._table.match
            assert match.position.round == number + 1
            if number % 2:
                await pilot.press("p")
            else:  # a light card, which everyone can pay
                await pilot.press("home", "down", *(["left"] if number == 0 else []), "enter")
            await until(pilot, lambda n=number, m=match: len(m.lines) == n + 1)  # type: ignore[misc]
            await until(pilot, lambda: not screen._busy or app.screen is not screen)
            assert (match.lines[-1].plays[Side(side)].card is None) == bool(number % 2)
        assert isinstance(app.screen, ResultScreen)
        shown = words(app)
        assert "YOU WON" in shown or "YOU LOST" in shown
        await pilot.press("r")
        assert isinstance(app.screen, TheatreScreen)
        await pilot.press("end")
        assert f"round {tiny.rounds} of {tiny.rounds}" in words(app)
        await pilot.press("home", "right")
        assert f"round 1 of {tiny.rounds}" in words(app)
    record = read(place)
    assert len(record.rounds) == tiny.rounds
    assert record.result is not None
    assert record.header.agents[Side(side)] is None


async def test_escape_calls_a_round_off_and_the_match_stands_as_before(
    tiny: Scenario, terrain: Dataset, tmp_path: Path
) -> None:
    slow = Slow()
    house = House(Options(fidelity="drill"), tiny, terrain, tmp_path, slow)
    app = briefing(house)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await seated(pilot)
        match = screen._table.match
        before = match.position
        await pilot.press("down", "enter")
        await until(pilot, lambda: "training" in words(app))
        assert "Esc calls it off" in words(app)
        await pilot.press("escape")
        await until(pilot, lambda: not screen._busy)
        assert match.position == before
        assert not match.lines
        slow.go.set()
        await pilot.press("p")
        await until(pilot, lambda: len(match.lines) == 1 and not screen._busy)
        assert match.lines[0].plays[Side.DEFENDER].card is None


async def test_a_card_that_cannot_be_paid_says_why_and_plays_nothing(
    tiny: Scenario, terrain: Dataset, tmp_path: Path
) -> None:
    app = briefing(House(Options(side="attacker", fidelity="drill"), tiny, terrain, tmp_path))
    async with app.run_test(size=(160, 48)) as pilot:
        screen = await seated(pilot)
        await pilot.press("down", "right")
        assert "costs 5, you have 4" in words(app)
        await pilot.press("enter")
        await pilot.pause()
        assert not screen._busy
        assert not screen._table.match.lines


async def test_hot_seat_hides_each_hand_from_the_other_player(
    tiny: Scenario, terrain: Dataset, tmp_path: Path
) -> None:
    app = briefing(House(Options(side="both", fidelity="drill"), tiny, terrain, tmp_path))
    async with app.run_test(size=(160, 48)) as pilot:
        screen = await seated(pilot)
        for side in (Side.ATTACKER, Side.DEFENDER):
            await until(pilot, lambda: isinstance(app.screen, HandOverScreen))
            assert side.value in words(app)
            assert "Label Flip" not in words(app)
            assert screen.query_one(Hand).option_count == 0
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, PlayScreen))
            assert ("Label Flip" in words(app)) == (side is Side.ATTACKER)
            assert ("Gold Set" in words(app)) == (side is Side.DEFENDER)
            await pilot.press("down", "enter")
        await until(pilot, lambda: len(screen._table.match.lines) == 1)


async def test_leaving_keeps_the_record_of_the_finished_rounds(
    tiny: Scenario, terrain: Dataset, tmp_path: Path
) -> None:
    place = tmp_path / "m.jsonl"
    options = Options(fidelity="drill", record=place)
    app = briefing(House(options, tiny, terrain, tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await seated(pilot)
        await pilot.press("p")
        await until(pilot, lambda: len(screen._table.match.lines) == 1 and not screen._busy)
        await pilot.press("q")
        await pilot.pause()
        assert not isinstance(app.screen, PlayScreen)
    assert len(read(place).rounds) == 1
    assert read(place).result is None
