"""The end of a match: who won, what decided it, and everything that was hidden."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from wargame.game.terms import Scenario
from wargame.game.verdict import Verdict
from wargame.stages import Side
from wargame.theory.counterfactual import Game
from wargame.tui.backstage import Backstage
from wargame.tui.chapter import Chapter
from wargame.tui.scene import curves
from wargame.tui.screens.theatre import TheatreScreen
from wargame.tui.widgets.charts import Charts
from wargame.tui.widgets.ledger import summary
from wargame.tui.words import measure_words


class ResultScreen(Screen[None]):
    """The verdict above, the rounds and the curves below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "r,enter", "review", "Review (1-9 a round)", tooltip="Go through the rounds, all open"
        ),
        *(
            Binding(str(n), f"review({n})", show=False, tooltip="1 to 9: to that round, all open")
            for n in range(1, 10)
        ),
        Binding("w", "what_if", "What if", tooltip="What every other card would have measured"),
        Binding("n,escape", "leave", "Back", tooltip="Back to the briefing for another match"),
        Binding("q", "app.quit", "Quit", tooltip="Leave wargame"),
    ]

    def __init__(
        self,
        backstage: Backstage,
        classes: tuple[str, ...],
        rules: Scenario,
        chapters: Sequence[Chapter],
        result: Verdict,
        *,
        humans: tuple[Side, ...] = (),
        game: Game | None = None,
    ) -> None:
        super().__init__()
        self._backstage, self._labels, self._rules = backstage, classes, rules
        self._chapters, self._result, self._humans = list(chapters), result, humans
        self._game = game

    def compose(self) -> ComposeResult:
        """Who won, why, round by round, and the curves."""
        result = self._result
        yield Static(self._banner(), id="winner", classes=result.winner.value)
        yield Static(self._why(), id="why")
        with Container(id="truth"):
            with VerticalScroll(id="table", classes="pane -front") as table:
                table.border_title = "What both sides really did · 1 to 9 opens that round"
                yield Static(summary(self._chapters, result.par, result.turning_round))
            charts = Charts(id="curves", classes="pane")
            charts.border_title = "Curves"
            charts.series = curves(self._chapters, result.par)
            yield charts
        yield Footer()

    def _banner(self) -> Content:
        winner = self._result.winner
        if self._humans == (winner,):
            text = f"YOU WON: THE {winner.value.upper()} PREVAILS"
        elif len(self._humans) == 1:
            text = f"YOU LOST: THE {winner.value.upper()} PREVAILS"
        else:
            text = f"THE {winner.value.upper()} WON"
        return Content(text)

    def _why(self) -> Content:
        r = self._result
        sure = "beyond doubt" if r.certain else "within the error of the measurements"
        parts: list[str | tuple[str, str]] = [
            "Mean mission value ",
            (f"{r.mission:.3f}", "bold"),
            f" [{r.low:.3f}, {r.high:.3f}] against par {r.par:.3f}: decided {sure}. ",
        ]
        if r.decided_by is None:
            parts.append("Nothing was harmed.")
        else:
            parts += [
                (measure_words(r.decided_by), "bold"),
                f" gave {r.share:.0%} of what the attacker gained. ",
            ]
            when = "the first round" if r.turning_round == 1 else f"round {r.turning_round}"
            parts.append(f"The {r.winner.value} led from {when} to the end.")
        return Content.assemble(*parts)

    def action_review(self, at: int = 1) -> None:
        """Round by round, from this one."""
        screen = TheatreScreen(
            self._backstage, self._labels, self._rules, self._chapters, title="review", at=at
        )
        self.app.push_screen(screen)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Other cards can be tried where it is known what was played."""
        del parameters
        return self._game is not None or action != "what_if"

    def action_what_if(self) -> None:
        """What the other cards would have measured."""
        from wargame.tui.screens.review import ReviewScreen

        if self._game is not None:
            self.app.push_screen(ReviewScreen(self._backstage, self._game))

    def action_leave(self) -> None:
        """Back to where the match was started from."""
        if len(self.app.screen_stack) > 2:
            self.app.pop_screen()
        else:
            self.app.exit()
