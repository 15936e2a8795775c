"""What a class watches: progress, standings, the matrix and the matches as they come."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Footer

from wargame.tournament.standings import Standings, standings
from wargame.tui.beside import beside
from wargame.tui.tournament.driver import Driver
from wargame.tui.tournament.feed import Feed
from wargame.tui.tournament.final import FinalScreen
from wargame.tui.tournament.heading import Heading
from wargame.tui.tournament.heat import Heat
from wargame.tui.tournament.live import Live
from wargame.tui.tournament.stop import StopScreen
from wargame.tui.tournament.table import Table
from wargame.tui.tournament.versus import VersusScreen

TICK = 0.25
"""Seconds between two looks at what was told; nothing is drawn more often."""
_LEAST = 1.0
"""Seconds between two standings, at least."""
_SHARE = 10
"""Standings take one part in so many of a core at most."""
SIGNS = (
    "▲ attacks and wants the mission value high, ■ defends; │ in a bar is par, above which the "
    "attacker wins. In the standings ★ leads, ↑ and ↓ tell who has just moved, and forfeits are "
    "counted by status: ERROR failed, TIMEOUT answered too late, MEMORY took too much, ILLEGAL "
    "answered nonsense. Ratings are Bradley-Terry on a scale where 1500 is the average."
)


class TournamentScreen(Screen[None]):
    """Looks at the driver four times a second.

    Args:
        driver: plays the tournament.
        seed: the tournament's, for the standings.
        page: where its page lies when it is over.
        clock: seconds of a clock that never goes back.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "Next pane", show=False, tooltip="To the next pane"),
        Binding("m", "matrix", "Matrix", tooltip="Who does how well against whom, as a heat map"),
        Binding("r", "result", "Result", tooltip="Podium and equilibrium, once all is played"),
        Binding("q", "leave", "Stop", tooltip="Stop, or leave once all is played"),
        Binding("ctrl+c", "leave", show=False),
    ]

    def __init__(
        self, driver: Driver, seed: int, page: str | None, clock: Callable[[], float] | None = None
    ) -> None:
        super().__init__()
        self._driver, self._seed, self._page = driver, seed, page
        self._clock = clock or time.monotonic
        self.live = Live(self._clock)
        self._made: queue.SimpleQueue[Standings | Exception] = queue.SimpleQueue()
        self._making = False
        self._due = 0.0
        self._ended = False

    def compose(self) -> ComposeResult:
        """Two lines on top, and three panes."""
        yield Heading(self.live, id="heading")
        with Container(id="hall"):
            for title, pane in (
                ("Standings", Table(self.live, id="standings")),
                ("Mission, attackers against defenders", Heat(self.live, id="heat")),
                ("Matches", Feed(self.live, id="feed")),
            ):
                pane.border_title = title
                pane.add_class("hallpane")
                yield pane
        yield Footer()

    def on_mount(self) -> None:
        """The tournament begins."""
        self.query_one(Table).focus()
        self._draw()
        self._driver.begin()
        self.set_interval(TICK, self._look)

    def _look(self) -> None:
        ended = self._driver.ended
        for event in self._driver.events():
            self.live.hear(event)
        self._take()
        if self.live.stale and not self._making and self._clock() >= self._due:
            self._make()
        self._draw()
        if ended and not self._ended:
            self._ended = True
            self._end()

    def _make(self) -> None:
        self._making, self.live.stale = True, False
        entrants, results = self.live.tally.entrants, tuple(self.live.tally.results)

        def work() -> None:
            try:
                start = time.thread_time()
                made = standings(entrants, results, seed=self._seed, replicates=0)
                self._due = self._clock() + max(_LEAST, _SHARE * (time.thread_time() - start))
                self._made.put(made)
            except Exception as error:
                self._made.put(error)

        beside(work)

    def _take(self) -> None:
        while not self._made.empty():
            made = self._made.get()
            self._making = False
            if isinstance(made, Exception):
                raise made
            if not self.live.tally.over:  # the last ones have intervals, and stay
                self.live.settle(made)

    def _draw(self) -> None:
        heat = self.query_one(Heat)
        self.query_one(Heading).draw(self._note())
        self.query_one(Table).show()
        if heat.display:
            heat.show()
        self.query_one(Feed).draw()
        if isinstance(self.app.screen, VersusScreen):
            self.app.screen.show()

    def _note(self) -> str:
        if self._driver.stopping and not self._ended:
            return "stopping: what is under way is called off"
        if not self.live.opened:
            return "taking the entrants in"
        return "writing the page" if self.live.tally.over and not self._ended else ""

    def _end(self) -> None:
        for screen in self.app.screen_stack:
            if isinstance(screen, StopScreen):
                screen.dismiss(False)
        if self._driver.error is not None or not self.live.tally.over:
            self.app.exit()
        else:
            self.action_result()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The matrix stands beside where there is room, and there is a result at the end only."""
        del parameters
        if action == "matrix":
            return not (self.has_class("-wide") and self.has_class("-tall"))
        return self._ended if action == "result" else True

    def action_matrix(self) -> None:
        """The matrix in place of the standings, and back."""
        self.toggle_class("-matrix")
        self.query_one(Heat if self.has_class("-matrix") else Table).focus()

    def action_result(self) -> None:
        """The card of the end."""
        self.refresh_bindings()
        self.app.push_screen(FinalScreen(self.live, self._page))

    def on_table_opened(self, message: Table.Opened) -> None:
        """Head to head."""
        self.app.push_screen(VersusScreen(self.live, message.name))

    def action_leave(self) -> None:
        """Out at once where all is played, else after a question."""
        if self._ended:
            self.app.exit()
        elif self.live.tally.over:
            self.notify("The page is being written; it takes a moment.", timeout=5)
        elif not self._driver.stopping:
            self.app.push_screen(StopScreen(), self._answered)

    def _answered(self, stop: bool | None) -> None:
        if stop and not self._ended:
            self._driver.stop()
