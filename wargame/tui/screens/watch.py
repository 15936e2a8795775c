"""Two agents play while one looks on; every card is open."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer

from wargame.errors import Cancelled, WargameError
from wargame.game.table import Table
from wargame.theory.counterfactual import played
from wargame.tui.backstage import Backstage
from wargame.tui.chapter import first, of
from wargame.tui.messages import CalledOff, Failed, Making, Opened, RoundOver
from wargame.tui.screens.result import ResultScreen
from wargame.tui.screens.theatre import TheatreScreen
from wargame.tui.widgets.status import Bar


class WatchScreen(TheatreScreen):
    """A theatre whose play is still being written."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "run", "Go/hold", tooltip="Let the agents play on, or hold them"),
        Binding("r", "result", "Result", tooltip="Who won and why, once it is over"),
    ]

    def __init__(
        self, backstage: Backstage, table: Table, classes: tuple[str, ...], *, pace: float = 1.0
    ) -> None:
        match = table.match
        names = [agent.title for agent in match.agents.values() if agent is not None]
        super().__init__(backstage, classes, match.scenario, [], title=" against ".join(names))
        self._table, self._pace = table, pace
        self._holding = False
        self._busy = True

    def compose(self) -> ComposeResult:
        """The theatre, and a bar above the footer."""
        yield from (item for item in super().compose() if not isinstance(item, Footer))
        yield Bar(id="making")
        yield Footer()

    def on_mount(self) -> None:
        """Makes the honest start."""
        self._work(start=True)

    def on_unmount(self) -> None:
        """However the screen was left, the record is closed."""
        self._table.close()

    @work(thread=True, group="table")
    def _work(self, *, start: bool = False) -> None:
        try:
            if start:
                self._table.open(self._tell)
                self.post_message(Opened())
            else:
                self.post_message(RoundOver(self._table.play({}, self._tell)))
        except Cancelled:
            self.post_message(CalledOff())
        except WargameError as error:
            self.post_message(Failed(str(error)))

    def _tell(self, what: str, done: int, total: int) -> None:
        self.post_message(Making(what, done, total))

    def on_making(self, message: Making) -> None:
        """Moves the bar."""
        if self._busy:
            self.query_one(Bar).state = (message.what, message.done, message.total)

    def on_opened(self) -> None:
        """The honest start."""
        match = self._table.match
        self._chapters.append(first(match.open(), match.scenario.budget.start))
        self._came()

    def on_round_over(self, message: RoundOver) -> None:
        """One more round; whoever stood at the last one goes along."""
        self._chapters.append(of(message.line))
        if self._at == len(self._chapters) - 2:
            self._at += 1
        self._came()

    def _came(self) -> None:
        self._busy = False
        bar = self.query_one(Bar)
        bar.state = None
        self.refresh_round()
        if self._table.match.over:
            self._table.close()
            bar.idle = f"{self._table.match.result().words}  r shows the result."
        else:
            bar.idle = "Held: space lets the agents play on." if self._holding else ""
            self.set_timer(self._pace, self._continue)

    def _continue(self) -> None:
        if not self._holding and not self._busy and not self._table.match.over:
            self._busy = True
            self._work()

    def on_called_off(self) -> None:
        """Left in the middle of a round."""
        self._busy = False

    def on_failed(self, message: Failed) -> None:
        """Says what went wrong."""
        self._busy = False
        self.query_one(Bar).state = None
        self.notify(message.text, severity="error", timeout=20, markup=False)

    def pace_word(self) -> str:
        """Whether the agents play on."""
        if self._table.match.over:
            return super().pace_word()
        return "held" if self._holding else "live"

    def action_run(self) -> None:
        """Holds the agents or lets them play; after the end it is a replay."""
        if self._table.match.over:
            super().action_run()
            return
        self._holding = not self._holding
        self.refresh_round()
        self.query_one(Bar).idle = "Held: space lets the agents play on." if self._holding else ""
        self._continue()

    def action_result(self) -> None:
        """Who won and why."""
        match = self._table.match
        if match.over:
            self.app.push_screen(
                ResultScreen(
                    self.backstage,
                    self.class_names,
                    match.scenario,
                    self._chapters,
                    match.result(),
                    game=played(match),
                )
            )

    def action_leave(self) -> None:
        """Out; the round in progress is called off."""
        if self.maximized is None:
            self._table.close()
        super().action_leave()
