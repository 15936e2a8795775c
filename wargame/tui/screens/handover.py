"""Between two players at one keyboard: hides the hand of the one who has played."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Middle
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from wargame.stages import Side
from wargame.tui.widgets.pipeline import SHAPE


class HandOverScreen(Screen[None]):
    """Covers everything until the other player is there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "dismiss", "Show my hand", tooltip="Show the hand of the next player")
    ]

    def __init__(self, side: Side, round_: int) -> None:
        super().__init__()
        self._side, self._round = side, round_

    def compose(self) -> ComposeResult:
        """Who is to play."""
        style = f"bold ${self._side.value}"
        with Middle(), Center():
            yield Static(
                Content.assemble(
                    f"Round {self._round}: hand the keyboard to the ",
                    (f"{SHAPE[self._side]} {self._side.value}", style),
                    ".\n\nPress Enter when nobody else is looking.",
                ),
                id="handover",
            )
        yield Footer(show_command_palette=False)
