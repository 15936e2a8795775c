from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.house import House, briefing, seated, showing, until, words
from wargame.data.dataset import Dataset
from wargame.errors import WargameError
from wargame.game.record import read
from wargame.game.terms import Scenario
from wargame.stages import Side
from wargame.tui.app import replaying, watching
from wargame.tui.backstage import Backstage, Download
from wargame.tui.options import Options
from wargame.tui.screens.briefing import BriefingScreen
from wargame.tui.screens.fetch import FetchScreen
from wargame.tui.screens.help import HelpScreen
from wargame.tui.screens.opening import CurtainScreen
from wargame.tui.screens.result import ResultScreen
from wargame.tui.screens.small import SmallScreen
from wargame.tui.screens.theatre import TheatreScreen
from wargame.tui.screens.watch import WatchScreen
from wargame.tui.themes import OWN


@pytest.fixture
def house(tiny: Scenario, terrain: Dataset, tmp_path: Path) -> House:
    options = Options(fidelity="drill", seed=4, attacker="random", defender="random")
    return House(options, tiny, terrain, tmp_path)


async def test_two_agents_are_watched_to_the_end_and_their_record_is_replayed(
    house: House, tmp_path: Path, tiny: Scenario
) -> None:
    place = tmp_path / "w.jsonl"
    house.change(
        Options(fidelity="drill", seed=4, attacker="random", defender="random", record=place)
    )
    app = showing(house.options, lambda: CurtainScreen(lambda: watching(house), "Preparing"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, WatchScreen))
        screen = app.screen
        assert isinstance(screen, WatchScreen)
        screen._pace = 0.01
        await until(pilot, lambda: screen._table.match.over and not screen._busy)
        await pilot.press("r")
        await pilot.pause()
        assert isinstance(app.screen, ResultScreen)
        assert "WON" in words(app)
    assert read(place).result is not None

    app = showing(house.options, lambda: CurtainScreen(lambda: replaying(house, place), "Reading"))
    async with app.run_test(size=(160, 48)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, TheatreScreen))
        assert "before round 1" in words(app)
        for number in range(1, tiny.rounds + 1):
            await pilot.press("right")
            assert f"round {number} of {tiny.rounds}" in words(app)
        await pilot.press("right")  # there is no more
        assert f"round {tiny.rounds} of {tiny.rounds}" in words(app)
        await pilot.press("left")
        assert f"round {tiny.rounds - 1} of {tiny.rounds}" in words(app)
        await pilot.press("home", "space")
        assert "playing" in words(app)
        await pilot.press("space")
        assert "paused" in words(app)


async def test_watching_can_be_held(house: House) -> None:
    app = showing(house.options, lambda: CurtainScreen(lambda: watching(house), "Preparing"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, WatchScreen))
        screen = app.screen
        assert isinstance(screen, WatchScreen)
        await pilot.press("space")
        screen._pace = 0.01
        await until(pilot, lambda: not screen._busy)
        stood = len(screen._table.match.lines)
        await pilot.pause(0.3)
        assert len(screen._table.match.lines) == stood
        await pilot.press("space")
        await until(pilot, lambda: len(screen._table.match.lines) > stood)


async def test_a_record_that_cannot_be_read_leaves_with_a_sentence(
    house: House, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"format": "something else"}\n')
    app = showing(house.options, lambda: CurtainScreen(lambda: replaying(house, broken), "Reading"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.return_code is not None)
    assert app.return_code == 2


def test_a_match_that_has_not_begun_cannot_be_replayed(house: House, tmp_path: Path) -> None:
    place = tmp_path / "h.jsonl"
    house.change(Options(fidelity="drill", attacker="random", defender="random", record=place))
    table = house.table(house.rules(), house.tiles(""), watching=True)
    table.close()
    with pytest.raises(WargameError, match="has not begun"):
        replaying(house, place)


async def test_a_small_terminal_shows_one_sentence_until_it_grows(house: House) -> None:
    app = briefing(house)
    async with app.run_test(size=(79, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, SmallScreen))
        assert "needs at least" in words(app)
        assert "W A R G A M E" not in words(app)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: isinstance(app.screen, BriefingScreen))
        await pilot.resize_terminal(80, 23)
        await until(pilot, lambda: isinstance(app.screen, SmallScreen))


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_help_tells_every_key_of_the_screen(house: House, size: tuple[int, int]) -> None:
    app = briefing(house)
    async with app.run_test(size=size) as pilot:
        screen = await seated(pilot)
        keys = {
            binding.tooltip
            for active in screen.active_bindings.values()
            if (binding := active.binding).show
        }
        assert all(keys)
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        text = app.screen._text().plain
        assert all(str(tooltip) in text for tooltip in keys)
        await pilot.press("escape")
        assert "Gold Set" in words(app)


async def test_the_palette_offers_the_keys_as_commands(house: House) -> None:
    app = briefing(house)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await seated(pilot)
        commands = {each.title: each for each in app.get_system_commands(app.screen)}
        assert {"Pass", "Help", "Theme", "Call off"} <= set(commands)
        commands["Pass"].callback()
        await until(pilot, lambda: len(screen._table.match.lines) == 1)


@pytest.mark.parametrize("theme", [theme.name for theme in OWN] + ["textual-light", "nord"])
async def test_every_theme_draws_the_game(house: House, theme: str) -> None:
    house.change(Options(fidelity="drill", theme=theme))
    app = briefing(house)
    async with app.run_test(size=(80, 24)) as pilot:
        await seated(pilot)
        assert app.theme == theme
        assert "Gold Set" in words(app)


def test_an_own_agent_file_is_offered_beside_the_ready_ones(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from wargame.game.agent import Agent\nfrom wargame.stages import Side\n"
        "class Mine(Agent):\n    title, character = 'Mine', 'passes'\n"
        "    sides = (Side.ATTACKER,)\n    def act(self, view): return 0\n"
    )
    backstage = Backstage(Options(side="defender", attacker=str(file)))
    offered = backstage.opponents()
    assert (str(file), "Mine (mine.py)") in offered["attacker"]
    assert str(file) not in dict(offered["defender"])
    assert backstage.players(watching=False) == {Side.ATTACKER: str(file), Side.DEFENDER: None}


async def test_an_unknown_theme_leaves_with_a_sentence(house: House) -> None:
    house.change(Options(theme="plaid"))
    app = briefing(house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
    assert app.return_code == 2


async def test_the_briefing_offers_the_real_data_and_reads_it_when_it_has_come(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    steps: list[tuple[int, int]] = []

    def fetch(name: str, progress: object) -> Path:
        asked.append(name)
        for done in (25, 100):
            progress(done, 100)  # type: ignore[operator]
            steps.append((done, 100))
        return Path()

    monkeypatch.setattr(house, "download", lambda name: Download(name, 100_000_000, "MIT"))
    monkeypatch.setattr(house, "fetch", fetch)
    app = briefing(house)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: getattr(app.screen, "_data", None) is not None)
        assert "SYNTHETIC" in words(app)
        assert "(100 MB)" in words(app)
        await pilot.press("f")
        assert isinstance(app.screen, FetchScreen)
        await pilot.pause()
        assert "100.0 MB" in words(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, BriefingScreen))
    assert asked == [house.rules().data]
    assert steps[-1] == (100, 100)


async def test_a_download_that_fails_says_so_and_can_be_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(name: str, progress: object) -> Path:
        raise WargameError("the server answered 503")

    monkeypatch.setattr(house, "download", lambda name: Download(name, 100, "MIT"))
    monkeypatch.setattr(house, "fetch", fetch)
    app = briefing(house)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: getattr(app.screen, "_data", None) is not None)
        await pilot.press("f")
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: "503" in words(app))
        assert isinstance(app.screen, FetchScreen)
