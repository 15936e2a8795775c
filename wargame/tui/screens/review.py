"""After a match: what every other card would have measured, really tried round by round."""

from __future__ import annotations

import threading
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Footer, Static

from wargame.errors import Cancelled, WargameError
from wargame.game.deck import Deck
from wargame.stages import SIDES
from wargame.theory.counterfactual import Game
from wargame.theory.review import Review
from wargame.theory.review_words import turning_words
from wargame.tui.backstage import Backstage
from wargame.tui.beside import beside
from wargame.tui.messages import CalledOff, Failed, Making, Reviewed
from wargame.tui.widgets.pipeline import SHAPE
from wargame.tui.widgets.regrets import TONGUE, Regrets, Replies
from wargame.tui.widgets.status import Bar

DONE = "gain: in that round; match: in the whole match's mean; ~ within the error"
STOPPED = "Called off: what is done stands. Nothing made is lost: w goes on another time."


class ReviewScreen(Screen[None]):
    """Bars of regret above, the moves of the round under the cursor below.

    Args:
        backstage: makes the rounds.
        game: a match that is over.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "side(-1)", "Other side", show=False, priority=True, tooltip="Other side"),
        Binding("right", "side(1)", "Side", priority=True, tooltip="The other side's moves"),
        Binding("tab", "app.focus_next", "Scroll", tooltip="To the moves, to scroll them"),
        Binding("a", "all", "All strengths", tooltip="Try every strength of each card too"),
        Binding("escape", "call_off", "Stop/Back", tooltip="Call off the tries, or go back"),
        Binding("q", "leave", "Leave", show=False, tooltip="Back; what is made stays in the store"),
    ]

    def __init__(self, backstage: Backstage, game: Game) -> None:
        super().__init__()
        self._backstage, self._game = backstage, game
        self._decks = Deck.of(game.rules, SIDES[0]), Deck.of(game.rules, SIDES[1])
        self._review: Review | None = None
        self._at = 1
        self._side = 1
        self._all_strengths = False
        self._stop = threading.Event()
        self._busy = False

    def compose(self) -> ComposeResult:
        """The turning point, the rounds, and both sides' moves."""
        yield Static("WHAT IF: every other card, really tried", id="banner")
        yield Static(
            "The match is made again, then every round of it with every other card.", id="turning"
        )
        yield Regrets(len(self._game.plays), id="regrets")
        with Container(id="replies"):
            for side, deck in zip(SIDES, self._decks, strict=True):
                pane = Replies(deck.side, self._decks, id=f"replies-{side.value}")
                pane.border_title = f"{SHAPE[side]} {side.value}"
                pane.add_class("pane")
                yield pane
        yield Bar(id="making")
        yield Footer()

    def on_mount(self) -> None:
        """Starts once this is painted."""
        self.query_one(Regrets).focus()
        self._show_side()
        self.call_after_refresh(self._begin)

    def on_unmount(self) -> None:
        """However the screen was left, nothing more is made."""
        self._stop.set()

    @property
    def busy(self) -> bool:
        """Whether cards are being tried."""
        return self._busy

    def _begin(self) -> None:
        self._busy = True
        self._stop = stop = threading.Event()
        everything = self._all_strengths
        self.query_one(Bar).state = ("replaying the match", 0, 1)
        beside(lambda: self._work(stop, everything=everything))

    def _work(self, stop: threading.Event, *, everything: bool) -> None:
        def tell(what: str, done: int, total: int) -> None:
            if stop.is_set():
                raise Cancelled(what)
            self.post_message(Making(what, done, total))

        def so_far(review: Review) -> None:
            if not stop.is_set():
                self.post_message(Reviewed(review))

        try:
            reviewer = self._backstage.reviewer(self._game, tell, all_strengths=everything)
            reviewer.run(so_far)
        except Cancelled:
            self.post_message(CalledOff())
        except WargameError as error:
            self.post_message(Failed(str(error)))

    def on_making(self, message: Making) -> None:
        """Moves the bar."""
        if self._busy:
            self.query_one(Bar).state = (message.what, message.done, message.total)

    def on_reviewed(self, message: Reviewed) -> None:
        """One more round, or one more match followed."""
        self._review = message.review
        self.query_one(Regrets).show(message.review)
        self.query_one("#turning", Static).update(turning_words(message.review, TONGUE))
        self._show_round()
        if message.review.complete:
            self._rest(DONE)

    def on_called_off(self) -> None:
        """What is done stands."""
        self._rest(STOPPED)

    def on_failed(self, message: Failed) -> None:
        """Says what went wrong."""
        self._rest("")
        self.notify(message.text, severity="error", timeout=20, markup=False)

    def _rest(self, words: str) -> None:
        self._busy = False
        self.query_one(Bar).state = None
        self.query_one(Bar).idle = words

    def on_regrets_looked(self, message: Regrets.Looked) -> None:
        """The moves follow the cursor."""
        self._at = message.round
        self._show_round()

    def _show_round(self) -> None:
        review = self._review
        done = {each.round: each for each in review.rounds} if review is not None else {}
        for pane in self.query(Replies):
            pane.show(review, done.get(self._at))

    def _show_side(self) -> None:
        for place, pane in enumerate(self.query(Replies)):
            pane.set_class(place == self._side, "-front")

    def action_side(self, by: int) -> None:
        """The other side's moves, where there is room for one only."""
        self._side = (self._side + by) % len(SIDES)
        self._show_side()

    def action_all(self) -> None:
        """Every strength of each card."""
        if not self._busy:
            self._all_strengths = True
            self._begin()

    def action_call_off(self) -> None:
        """Calls off what is being made, or goes back."""
        if self._busy and not self._stop.is_set():
            self._stop.set()
        else:
            self.action_leave()

    def action_leave(self) -> None:
        """Back to where this was opened from."""
        self._stop.set()
        self.app.pop_screen()
