"""The live screen of a tournament, as an app."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.types import CSSPathType

from wargame.tournament.events import Tell
from wargame.tui.app import WargameApp
from wargame.tui.options import Options
from wargame.tui.screens.help import HelpScreen
from wargame.tui.tournament.driver import Driver
from wargame.tui.tournament.screen import SIGNS, TournamentScreen

STOPPED = 130
"""Exit code of a tournament that was stopped before its end, as of Ctrl-C."""
_PATIENCE = 10.0
"""Seconds that a tournament has to close its results when the screen is left."""


class TournamentApp(WargameApp):
    """Runs a tournament in a thread and shows it.

    Args:
        seed: the tournament's, for the standings.
        start: plays the tournament and tells its events, from a thread of its own; returns when
            all is played, or after `stop`. What it raises ends the app and is then `error`.
        stop: asks `start` to return soon; called from the screen's thread, once.
        page: where the page lies once it is over.
        theme: name of a theme.
        clock: seconds of a clock that never goes back.
    """

    CSS_PATH: ClassVar[CSSPathType | None] = [
        Path(__file__).parent.parent / "app.tcss",
        Path(__file__).parent / "tournament.tcss",
    ]

    def __init__(
        self,
        seed: int,
        start: Callable[[Tell], None],
        stop: Callable[[], None],
        *,
        page: str | None = None,
        theme: str | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        _start_trackers()
        self.driver = Driver(start, stop)
        screen = TournamentScreen(self.driver, seed, page, clock)
        self.live = screen.live
        super().__init__(Options(theme=theme), lambda: screen)

    @property
    def error(self) -> BaseException | None:
        """What the tournament failed with."""
        return self.driver.error if self.driver.ended else None

    def action_help(self) -> None:
        """Every key of the screen in use."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self._keys(), SIGNS))

    def close(self) -> bool:
        """Ends the tournament where it still runs; whether it has ended."""
        self.driver.stop()
        return self.driver.wait(_PATIENCE)


def _start_trackers() -> None:
    """Lets the tournament start processes under the screen.

    The first of them has helpers started, to which the standard error is handed; once the screen
    has taken that over, it is no file any more.
    """
    from multiprocessing import resource_tracker

    from joblib.externals.loky.backend import resource_tracker as loky_tracker

    resource_tracker.ensure_running()
    loky_tracker.ensure_running()


def show(
    seed: int,
    start: Callable[[Tell], None],
    stop: Callable[[], None],
    *,
    page: str | None = None,
    theme: str | None = None,
) -> int:
    """Runs a tournament under the screen; returns the exit code.

    Raises:
        BaseException: what `start` raised, once the terminal is the user's again.
    """
    app = TournamentApp(seed, start, stop, page=page, theme=theme)
    try:
        app.run()
    finally:
        app.close()
    if app.error is not None:
        raise app.error
    return app.return_code or (0 if app.live.tally.over else STOPPED)
