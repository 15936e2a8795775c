"""Offers to download the real data, and shows how far it is."""

from __future__ import annotations

import threading
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, ProgressBar, Static

from wargame.errors import Cancelled, WargameError
from wargame.tui.backstage import Backstage, Download
from wargame.tui.beside import beside
from wargame.tui.messages import Downloaded, Fetched


class FetchScreen(ModalScreen[bool]):
    """Returns whether the data has come."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Not now", tooltip="Stop the download and keep nothing of it")
    ]

    def __init__(self, backstage: Backstage, download: Download) -> None:
        super().__init__()
        self._backstage, self._download = backstage, download
        self._left = threading.Event()

    def compose(self) -> ComposeResult:
        """The offer."""
        megabytes = self._download.bytes / 1e6
        with Vertical(id="fetch"):
            yield Static(
                f"Fetch the real {self._download.name} data: {megabytes:.1f} MB from its "
                f"publisher, checked by its hash.\nLicence: {self._download.licence}.",
                markup=False,
            )
            yield ProgressBar(total=self._download.bytes, show_eta=False)
            yield Static("", id="said", markup=False)
            with Horizontal():
                yield Button("Fetch", variant="primary", id="go")
                yield Button("Not now", id="no")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Starts, or leaves."""
        if event.button.id == "no":
            self.action_leave()
            return
        event.button.disabled = True
        beside(self._fetch)

    def _fetch(self) -> None:
        def tell(done: int, total: int) -> None:
            if self._left.is_set():
                raise Cancelled("the download")
            self.post_message(Downloaded(done, total))

        try:
            self._backstage.fetch(self._download.name, tell)
        except Cancelled:
            return
        except WargameError as error:
            self.post_message(Fetched(str(error)))
        else:
            self.post_message(Fetched(None))

    def on_downloaded(self, message: Downloaded) -> None:
        """Moves the bar."""
        total = message.total or self._download.bytes
        self.query_one(ProgressBar).update(total=total, progress=message.done)

    def on_fetched(self, message: Fetched) -> None:
        """Leaves, or says what went wrong."""
        if message.error is None:
            self.dismiss(True)
            return
        self.query_one("#said", Static).update(message.error)
        self.query_one("#go", Button).disabled = False

    def action_leave(self) -> None:
        """Leaves; the download stops at its next piece and keeps nothing."""
        self._left.set()
        self.dismiss(False)
