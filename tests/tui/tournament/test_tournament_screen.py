from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.house import until, words
from tests.tui.tournament.cup import NAMES, PAR, Cup, events, failing, played, result
from wargame.cli.guard import guarded
from wargame.errors import Cancelled, WargameError
from wargame.sandbox.limits import Status
from wargame.stages import Side
from wargame.tournament.events import Event, Opened, Planned, Played, Tell
from wargame.tui.tournament import app as tournament_app
from wargame.tui.tournament.app import TournamentApp
from wargame.tui.tournament.final import FinalScreen
from wargame.tui.tournament.heat import widths
from wargame.tui.tournament.live import Live, Note
from wargame.tui.tournament.pace import Pace, span
from wargame.tui.tournament.screen import TICK
from wargame.tui.tournament.stop import QUESTION, StopScreen
from wargame.tui.tournament.table import Table, eased, hurried
from wargame.tui.tournament.versus import VersusScreen

FOUR = NAMES[:4]


def _app(cup: Cup, **more: Any) -> TournamentApp:
    app = TournamentApp(1, cup.start, cup.stop, **more)
    app.animation_level = "none"
    return app


async def test_matches_of_a_thread_come_up_and_the_end_shows_the_winner_and_the_page() -> None:
    made = played(FOUR)
    app = _app(Cup(events(FOUR, made), pause=0.02), page="cup/index.html")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.live.done >= 3)
        assert threading.active_count() > 1
        assert "/16 matches" in words(app)
        await until(pilot, lambda: isinstance(app.screen, FinalScreen))
        assert app.live.standings is not None
        text = words(app)
        assert app.live.standings.rows[0].name in text
        assert "cup/index.html" in text
        await pilot.press("escape")
        await until(pilot, lambda: "16/16 matches   all played" in words(app))
        for row in app.live.standings.rows:
            assert row.rating is not None
            assert f"{row.rating.value:.0f}" in words(app)
        await pilot.press("q")
    assert app.error is None
    assert not app.return_code


async def test_stopping_is_asked_for_first_and_keeps_what_is_played() -> None:
    cup = Cup(events(FOUR, played(FOUR), over=False), hold=True)
    app = _app(cup)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, cup.silent.is_set)
        await pilot.press("q")
        assert isinstance(app.screen, StopScreen)
        assert all(line in words(app) for line in QUESTION.splitlines())
        await pilot.press("enter")  # the button that harms nothing has the keyboard
        await pilot.pause()
        assert "Stop the tournament?" not in words(app)
        assert not cup.stopped.is_set()
        await pilot.press("ctrl+c", "y")
        await until(pilot, lambda: app.driver.ended and not app.is_running)
    assert cup.stopped.is_set()
    assert app.error is None


async def test_ctrl_q_leaves_at_once_and_closing_ends_the_tournament() -> None:
    cup = Cup(events(FOUR, played(FOUR), over=False), hold=True)
    app = _app(cup)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, cup.silent.is_set)
        await pilot.press("ctrl+q")
    assert app.close()
    assert cup.stopped.is_set()


def _headless(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = TournamentApp.run

    def run(self: TournamentApp) -> None:
        usual(self, headless=True)

    monkeypatch.setattr(TournamentApp, "run", run)


def test_an_error_of_the_tournament_is_one_sentence_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _headless(monkeypatch)
    fails = failing(WargameError("results.db is no database"))
    code = guarded(lambda: tournament_app.show(1, fails, lambda: None))
    assert code == 2
    assert capsys.readouterr().err == "wargame: error: results.db is no database\n"


def test_an_end_by_being_stopped_is_told_by_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    _headless(monkeypatch)
    stopped = threading.Event()

    def start(tell: Tell) -> None:
        tell(Opened("cup", FOUR, (), 12))
        app_stop()
        stopped.wait()
        raise Cancelled("the tournament was stopped")

    def app_stop() -> None:
        # As the dialog does, from within.
        threading.Timer(0.3, lambda: seen[0].driver.stop()).start()

    seen: list[TournamentApp] = []
    usual = TournamentApp.__init__

    def init(self: TournamentApp, *args: Any, **more: Any) -> None:
        usual(self, *args, **more)
        seen.append(self)

    monkeypatch.setattr(TournamentApp, "__init__", init)
    assert tournament_app.show(1, start, stopped.set) == tournament_app.STOPPED


async def test_an_entrant_is_chosen_and_followed_and_its_forfeits_are_told() -> None:
    made = played(FOUR, faulty=True)
    cup = Cup(events(FOUR, made, over=False), hold=True)
    app = _app(cup)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.live.standings is not None and not app.live.stale)
        table = app.screen.query_one(Table)
        await until(pilot, lambda: table._order == list(app.live.names()))
        await pilot.press("end")
        last = table._order[-1]
        assert table.chosen == last
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, VersusScreen)
        text = words(app)
        assert f"{last}: head to head" in text
        for other in FOUR:
            assert other[:12] in text or other == last
        lost = [each for each in made if each.fixture.attacker == last and each.forfeit]
        assert f"forfeits ({len(lost)})" in text
        await pilot.press("left")
        assert f"{table._order[-2]}: head to head"[:30] in words(app)
        cup.stop()


async def test_what_strangers_wrote_moves_no_cursor() -> None:
    made = [result("ada", "bo", 0.0, faults={Side.ATTACKER: Status.ILLEGAL})]
    assert "\x1b" in made[0].faults[Side.ATTACKER]
    cup = Cup(events(("ada", "bo"), made, over=False), hold=True)
    app = _app(cup)
    async with app.run_test(size=(160, 48)) as pilot:
        await until(pilot, cup.silent.is_set)
        await until(pilot, lambda: "ILLEGAL" in words(app))
        assert "\x1b" not in words(app)
        assert 'ada: answered " [31mbuy " instead of a number' in words(app)
        cup.stop()


UNDER_THE_SCREEN = """
import asyncio
from wargame.tournament.events import Opened
from wargame.tui.tournament.app import TournamentApp

def start(tell):
    from wargame.tournament.process_crew import ProcessCrew
    ProcessCrew(1).close()
    tell(Opened("cup", ("ada", "bo"), (), 2))

async def main():
    app = TournamentApp(1, start, lambda: None)
    async with app.run_test() as pilot:
        for _ in range(1000):
            if app.driver.ended:
                break
            await pilot.pause(0.02)
    print(app.driver.ended, repr(app.error))

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_workers_can_be_started_under_the_screen(tmp_path: Any) -> None:
    script = tmp_path / "under.py"
    script.write_text(UNDER_THE_SCREEN)
    run = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.stdout.split() == ["True", "None"], run.stderr


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_change_of_the_lead_is_told_once_and_grows_old() -> None:
    from wargame.tournament.standings import standings

    clock = _Clock()
    live = Live(clock)
    names = ("ada", "bo")
    first = [result("ada", "bo", 0.5), result("bo", "ada", 0.1)]
    later = first + [
        one
        for seed in (1, 2)
        for one in (result("bo", "ada", 0.9, seed=seed), result("ada", "bo", 0.0, seed=seed))
    ]
    live.hear(Opened("cup", names, (), 6))
    live.settle(standings(names, first, seed=1, replicates=0))
    assert live.leader is not None
    assert live.leader.name == "ada"
    assert not live.news
    live.settle(standings(names, later, seed=1, replicates=0))
    assert live.news == [Note("bo takes the lead from ada", "lead")]
    assert (live.moved("bo"), live.moved("ada")) == (1, -1)
    clock.now = 60.0
    assert (live.moved("bo"), live.moved("ada")) == (0, 0)
    knocked_out = standings(names, later, seed=1, replicates=0)
    live.settle(replace(knocked_out, placing=("ada", "bo")))
    assert live.leader is not None
    assert live.leader.name == "ada"  # who won the format's way leads, though rated below


def test_meetings_count_what_was_told_before_and_since() -> None:
    live = Live(_Clock())
    early, late = result("ada", "bo", 0.5), result("ada", "bo", 0.1, seed=1)
    mirror = result("ada", "ada", 0.0, faults={Side.ATTACKER: Status.ERROR})
    live.hear(Opened("cup", ("ada", "bo"), (early,), 3))
    live.hear(Planned(1, (late.fixture, mirror.fixture), 3))
    live.hear(Played(late, 1.0))
    live.hear(Played(mirror, 1.0))
    met = live.meetings.pairs["ada", "bo"]
    assert (met.matches, met.won, met.held) == (2, 1, 1)
    assert met.mission == pytest.approx(0.3)
    assert met.par == pytest.approx(PAR)
    assert live.meetings.forfeits == {}


def test_the_pace_is_that_of_the_last_two_minutes() -> None:
    pace = Pace(0.0)
    for second in range(10):
        assert pace.a_minute(float(second)) is None or second >= 3
        pace.hear(float(second))
    assert pace.a_minute(10.0) == pytest.approx(60.0)
    assert pace.left(10.0, 30) == pytest.approx(30.0)
    for second in range(400, 520, 30):
        pace.hear(float(second))
    assert pace.a_minute(520.0) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (3570, "1 h"), (5400, "1 h 30 min")],
)
def test_times_in_words(seconds: float, told: str) -> None:
    assert span(seconds) == told


orders = st.lists(st.sampled_from(NAMES), unique=True)


@given(orders, orders)
def test_rows_move_by_a_line_and_come_to_their_places(old: list[str], new: list[str]) -> None:
    shown = eased(old, new)
    for _ in range(len(new) ** 2):
        before, shown = shown, eased(shown, new)
        assert sorted(shown) == sorted(new)
        assert all(abs(shown.index(name) - before.index(name)) <= 1 for name in new)
    assert shown == new


@given(st.permutations(range(40)))
def test_a_long_table_is_in_order_within_four_seconds(places: list[int]) -> None:
    wanted = [f"s{place:02}" for place in sorted(places)]
    shown = [f"s{place:02}" for place in places]
    for _ in range(round(4 / TICK)):
        shown = hurried(shown, wanted)
    assert shown == wanted


@given(st.integers(20, 200), st.integers(1, 40))
def test_the_matrix_fits_where_it_can(room: int, columns: int) -> None:
    label, width = widths(room, columns)
    assert 1 <= width <= 5
    assert width == 1 or label + width * columns <= room


def _told() -> Iterator[Event]:
    yield Opened("cup", (), (), 0)


async def test_nobody_and_nothing_is_no_reason_to_fail() -> None:
    cup = Cup(_told(), hold=True)
    app = _app(cup)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, cup.silent.is_set)
        await until(pilot, lambda: app.live.standings is not None)
        await pilot.press("down", "enter", "m", "tab", "m")
        await pilot.pause(0.3)
        assert "Nobody has come yet." in words(app)
        cup.stop()
