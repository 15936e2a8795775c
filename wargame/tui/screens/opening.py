"""A blank curtain while a watch or a replay is being prepared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from wargame.errors import WargameError
from wargame.tui.beside import beside


class CurtainScreen(Screen[None]):
    """Prepares a screen in a thread and gives way to it.

    Args:
        prepare: makes what is needed; returns how the screen is then made.
        words: what is being done.
    """

    @dataclass
    class Prepared(Message):
        """What to show is ready."""

        build: Callable[[], Screen[None]]

    @dataclass
    class Unready(Message):
        """It cannot be shown."""

        text: str

    def __init__(self, prepare: Callable[[], Callable[[], Screen[None]]], words: str) -> None:
        super().__init__()
        self._prepare, self._words = prepare, words

    def compose(self) -> ComposeResult:
        """What is being done."""
        yield Static(self._words, id="curtain", markup=False)

    def on_mount(self) -> None:
        """Starts once this is painted."""
        self.call_after_refresh(beside, self._work)

    def _work(self) -> None:
        try:
            self.post_message(self.Prepared(self._prepare()))
        except WargameError as error:
            self.post_message(self.Unready(str(error)))

    def on_curtain_screen_prepared(self, message: Prepared) -> None:
        """Gives way."""
        self.app.switch_screen(message.build())

    def on_curtain_screen_unready(self, message: Unready) -> None:
        """Leaves with the reason."""
        self.app.exit(return_code=2, message=message.text)
