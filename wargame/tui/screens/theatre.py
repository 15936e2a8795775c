"""Rounds told openly, scrubbed back and forth: replay, review, and the stage of `watch`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Footer, Static

from wargame.game.terms import Scenario
from wargame.theory.counterfactual import Game
from wargame.tui.backstage import Backstage
from wargame.tui.chapter import Chapter
from wargame.tui.scene import opened
from wargame.tui.screens.base import BoardScreen
from wargame.tui.widgets.charts import Charts
from wargame.tui.widgets.ledger import Round
from wargame.tui.widgets.log import Log
from wargame.tui.widgets.panes import Panes
from wargame.tui.widgets.pictures import Pictures
from wargame.tui.widgets.pipeline import Pipeline
from wargame.tui.widgets.status import Status

PACE = 1.5
"""Seconds a round stands while it plays."""


class TheatreScreen(BoardScreen):
    """Everything of every round, one round at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "go(-1)", "Back", priority=True, tooltip="One round back"),
        Binding("right", "go(1)", "On", priority=True, tooltip="One round on"),
        Binding("home", "jump(0)", "First", show=False, priority=True, tooltip="To the start"),
        Binding("end", "jump(-1)", "Last", show=False, priority=True, tooltip="To the last round"),
        Binding("space", "run", "Play/pause", tooltip="Play round after round, or pause"),
        Binding("w", "what_if", "What if", tooltip="What every other card would have measured"),
        Binding("q,escape", "leave", "Leave", tooltip="Leave"),
    ]

    def __init__(
        self,
        backstage: Backstage,
        classes: tuple[str, ...],
        rules: Scenario,
        chapters: Sequence[Chapter],
        *,
        title: str,
        at: int = 0,
        game: Game | None = None,
    ) -> None:
        super().__init__(backstage, classes)
        self._rules, self._chapters = rules, list(chapters)
        self._title = title
        self._at = min(at, len(self._chapters) - 1)
        self._playing: Timer | None = None
        self._game = game

    def compose(self) -> ComposeResult:
        """The board above, four panes and the scrubber below."""
        yield Status(id="status")
        yield Pipeline(id="pipeline")
        yield Panes(
            {
                "Round": Round(id="numbers"),
                "Pictures": Pictures(id="pictures"),
                "Log": Log(id="log"),
                "Charts": Charts(id="charts"),
            },
            id="four",
        )
        yield Static(id="scrubber")
        yield Footer()

    def on_mount(self) -> None:
        """The round to start at."""
        self.refresh_round()

    def refresh_round(self) -> None:
        """Shows the round the scrubber stands at."""
        if not self._chapters:
            return
        rules, chapter = self._rules, self._chapters[self._at]
        self.show(opened(self._chapters, self._at, rules.rounds, rules.mission.par))
        self.query_one(Round).show(chapter)
        where = f"round {chapter.round} of {rules.rounds}" if chapter.round else "before round 1"
        self.query_one(Status).tell(
            rules.title, where, chapter.budgets, rules.budget.cap, self._title
        )
        self._scrub()

    def _scrub(self) -> None:
        parts: list[str | tuple[str, str]] = [" "]
        for number in range(self._rules.rounds + 1):
            done = number < len(self._chapters)
            style = "$accent" if done else "$border"
            if number == self._at:
                parts.append((f"[{number}]", "bold reverse $accent"))
            else:
                parts.append((f" {number} ", style))
            if number < self._rules.rounds:
                parts.append(("━", style))
        parts.append((f"  {self.pace_word()}", "$muted"))
        self.query_one("#scrubber", Static).update(Content.assemble(*parts))

    def pace_word(self) -> str:
        """Whether rounds go by of themselves."""
        return "playing" if self._playing else "paused"

    def action_go(self, by: int) -> None:
        """Back or on."""
        self._stop()
        self._stand(self._at + by)

    def action_jump(self, to: int) -> None:
        """To the first or last round."""
        self._stop()
        self._stand(to % len(self._chapters) if self._chapters else 0)

    def _stand(self, at: int) -> None:
        self._at = max(0, min(at, len(self._chapters) - 1))
        self.refresh_round()

    def action_run(self) -> None:
        """Plays or pauses; from the last round it starts again."""
        if self._playing is not None:
            self._stop()
        else:
            if self._at == len(self._chapters) - 1:
                self._at = 0
            self._playing = self.set_interval(PACE, self._next)
        self.refresh_round()

    def _next(self) -> None:
        if self._at + 1 >= len(self._chapters):
            self._stop()
        else:
            self._at += 1
        self.refresh_round()

    def _stop(self) -> None:
        if self._playing is not None:
            self._playing.stop()
            self._playing = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Other cards can be tried once the match is over."""
        del parameters
        return self._game is not None or action != "what_if"

    def action_what_if(self) -> None:
        """What the other cards would have measured."""
        from wargame.tui.screens.review import ReviewScreen

        if self._game is not None:
            self.app.push_screen(ReviewScreen(self.backstage, self._game))

    def action_leave(self) -> None:
        """Back to where this was opened from, or out."""
        if self.maximized is not None:
            self.minimize()
        elif len(self.app.screen_stack) > 2:
            self.app.pop_screen()
        else:
            self.app.exit()
