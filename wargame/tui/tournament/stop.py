"""Asks whether the tournament is to be stopped."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

QUESTION = "Stop the tournament?\n\nEverything played is kept; the same command goes on with it."


class StopScreen(ModalScreen[bool]):
    """Dismissed with whether to stop."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Stop", tooltip="Stop the tournament"),
        Binding("n,escape,q", "answer(False)", "Go on", tooltip="Go on with the tournament"),
        Binding("left,right", "app.focus_next", show=False),
    ]

    def compose(self) -> ComposeResult:
        """The question and two buttons."""
        with Vertical(id="stop"):
            yield Static(QUESTION)
            with Horizontal():
                yield Button("Go on (n)", id="go-on", compact=True)
                yield Button("Stop (y)", id="stop-now", variant="error", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """One of the two."""
        self.dismiss(event.button.id == "stop-now")

    def action_answer(self, stop: bool) -> None:
        """By a key."""
        self.dismiss(stop)
