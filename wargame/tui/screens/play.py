"""A match being played by one human, or by two at one keyboard."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import Footer

from wargame.errors import Cancelled, WargameError
from wargame.game.deck import PASS
from wargame.game.table import Table
from wargame.game.view import View
from wargame.pipeline.outcome import Picture
from wargame.stages import Side
from wargame.theory.counterfactual import played
from wargame.tui.backstage import Backstage
from wargame.tui.chapter import Chapter, first, of
from wargame.tui.messages import CalledOff, Failed, Making, Opened, RoundOver
from wargame.tui.scene import Scene, fogged
from wargame.tui.screens.base import BoardScreen
from wargame.tui.screens.handover import HandOverScreen
from wargame.tui.screens.result import ResultScreen
from wargame.tui.widgets.charts import Charts
from wargame.tui.widgets.hand import Hand
from wargame.tui.widgets.inspector import Inspector
from wargame.tui.widgets.log import Log
from wargame.tui.widgets.panes import Panes
from wargame.tui.widgets.pictures import Pictures
from wargame.tui.widgets.pipeline import Pipeline
from wargame.tui.widgets.status import Bar, Status

FIRST_MODEL = "The first honest model is being trained: every loss is measured against it."
YOUR_TURN = "Your move: ↑ ↓ card, ← → strength, Enter plays it. Both sides move at once."


RESTS = 0.4
"""Seconds after which the cursor is taken to rest on a card."""


class PlayScreen(BoardScreen):
    """Shows one side's view, and nothing of the other's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "call_off", "Call off", tooltip="Call off the round being made"),
        Binding("p", "pass", "Pass", tooltip="Play nothing this round and keep the points"),
        Binding("q", "leave", "Leave", tooltip="Leave the match; its record stays"),
    ]

    def __init__(self, backstage: Backstage, table: Table, classes: tuple[str, ...]) -> None:
        super().__init__(backstage, classes)
        self._table = table
        self._turn: Side = table.humans[0]
        self._chosen: dict[Side, int] = {}
        self._busy = True
        self._scene: Scene | None = None
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        """The board above, five panes below."""
        yield Status(id="status")
        yield Pipeline(id="pipeline")
        yield Panes(
            {
                "Hand": Hand(id="hand"),
                "Card": Inspector(id="inspector"),
                "Pictures": Pictures(id="pictures"),
                "Log": Log(id="log"),
                "Charts": Charts(id="charts"),
            },
            id="five",
        )
        yield Bar(id="making")
        yield Footer()

    def on_mount(self) -> None:
        """Makes the honest start."""
        rules = self._table.match.scenario
        self.query_one(Status).tell(rules.title, "before round 1", {}, rules.budget.cap)
        self.query_one(Hand).wait(FIRST_MODEL)
        self._open()

    def on_unmount(self) -> None:
        """However the screen was left, the record is closed."""
        self._table.close()

    @work(thread=True, group="table")
    def _open(self) -> None:
        try:
            self._table.open(self._tell)
        except Cancelled:
            self.post_message(CalledOff())
        except WargameError as error:
            self.post_message(Failed(str(error)))
        else:
            self.post_message(Opened())

    def _tell(self, what: str, done: int, total: int) -> None:
        self.post_message(Making(what, done, total))

    @work(thread=True, group="table")
    def _play(self, actions: dict[Side, int]) -> None:
        try:
            self.post_message(RoundOver(self._table.play(actions, self._tell)))
        except Cancelled:
            self.post_message(CalledOff())
        except WargameError as error:
            self.post_message(Failed(str(error)))

    @work(thread=True, group="ponder")
    def _ponder(self, side: Side, chosen: dict[Side, int], looked_at: int | None = None) -> None:
        try:
            self._table.ponder(side, chosen, looked_at)
        except WargameError as error:
            self.post_message(Failed(str(error)))

    def on_making(self, message: Making) -> None:
        """Moves the bar."""
        if self._busy:
            self.query_one(Bar).state = (message.what, message.done, message.total)

    def on_opened(self) -> None:
        """The first turn."""
        self._begin_round()

    def on_round_over(self, _message: RoundOver) -> None:
        """The next turn, or the end."""
        if self._table.match.over:
            self._end()
        else:
            self._begin_round()

    def on_called_off(self) -> None:
        """The match stands as before the move."""
        self.notify("Called off: the match stands as before the move.")
        if self._table.match.opened:
            self._begin_round()
        else:
            self._leave()

    def on_failed(self, message: Failed) -> None:
        """Says what went wrong; the match stands as before."""
        self.notify(message.text, severity="error", timeout=20, markup=False)
        if self._busy and self._table.match.opened:
            self._begin_round()

    def _begin_round(self) -> None:
        self._chosen = {}
        self._take_turn(self._table.humans[0])

    def _take_turn(self, side: Side) -> None:
        self._turn = side
        if len(self._table.humans) > 1:
            self._hide()
            round_ = self._table.match.position.round
            self.app.push_screen(HandOverScreen(side, round_), lambda _: self._show_turn())
        else:
            self._show_turn()

    def _hide(self) -> None:
        rules = self._table.match.scenario
        self.query_one(Hand).hide()
        self.query_one(Inspector).show(None, None)
        self.query_one(Status).tell(rules.title, "", {}, rules.budget.cap)
        self.show(Scene(0, 0, {}, {}, (), (), ()))

    def _show_turn(self) -> None:
        self._busy = False
        seen = self._table.view(self._turn)
        self._scene = fogged(seen, self._pictures())
        self.show(self._scene)
        self._tell_status(seen)
        self.query_one(Bar).state = None
        self.query_one(Bar).idle = YOUR_TURN
        hand = self.query_one(Hand)
        hand.disabled = False
        hand.show(seen)
        hand.focus()
        self._ponder(self._turn, dict(self._chosen), PASS)

    def _tell_status(self, seen: View) -> None:
        match = self._table.match
        real = "synthetic data" if match.data.origin.startswith("synthetic") else "real data"
        self.query_one(Status).tell(
            match.scenario.title,
            f"round {seen.round} of {seen.rounds}",
            {seen.side: seen.budget},
            match.scenario.budget.cap,
            f"{match.fidelity} · {real}",
        )

    def _pictures(self) -> list[tuple[int, Picture]]:
        match = self._table.match
        start = [(0, picture) for picture in match.open().pictures]
        return start + [(line.round, each) for line in match.lines for each in line.pictures]

    def on_hand_looked(self, message: Hand.Looked) -> None:
        """The inspector follows the cursor."""
        move = message.move
        measured = self._scene.measured.get(move.card or "", ()) if self._scene else ()
        self.query_one(Inspector).show(move.card, move.strength, measured, move.reason)
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(RESTS, lambda: self._prepare(move.action))

    def _prepare(self, action: int) -> None:
        """What the cursor rests on is the likeliest move."""
        if not self._busy:
            self._ponder(self._turn, dict(self._chosen), action)

    def on_hand_refused(self, message: Hand.Refused) -> None:
        """Says why."""
        self.notify(f"That cannot be played: {message.reason}.", severity="warning", markup=False)

    def on_hand_chosen(self, message: Hand.Chosen) -> None:
        """A move is made."""
        self._choose(message.move.action)

    def action_pass(self) -> None:
        """Plays nothing."""
        self._choose(PASS)

    def _choose(self, action: int) -> None:
        if self._busy:
            return
        self._chosen[self._turn] = action
        waiting = [side for side in self._table.humans if side not in self._chosen]
        if waiting:
            self._take_turn(waiting[0])
            return
        self._busy = True
        self.query_one(Hand).disabled = True
        self.query_one(Bar).state = ("looking the round up", 0, 1)
        self._play(dict(self._chosen))

    def action_call_off(self) -> None:
        """Calls off the round being made."""
        if self.maximized is not None:
            self.minimize()
        elif self._busy:
            self._table.cancel()

    def chapters(self) -> list[Chapter]:
        """The whole truth so far."""
        match = self._table.match
        start = first(match.open(), match.scenario.budget.start)
        return [start, *(of(line) for line in match.lines)]

    def _end(self) -> None:
        match = self._table.match
        self._table.close()
        screen = ResultScreen(
            self.backstage,
            self.class_names,
            match.scenario,
            self.chapters(),
            match.result(),
            humans=self._table.humans,
            game=played(match),
        )
        self.app.switch_screen(screen)

    def action_leave(self) -> None:
        """Leaves; rounds finished so far are in the record."""
        self._leave()

    def _leave(self) -> None:
        self._table.close()
        self.app.pop_screen()
