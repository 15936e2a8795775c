"""Shown while the terminal is too small for anything else."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

LEAST = (80, 24)


class SmallScreen(ModalScreen[None]):
    """One sentence."""

    def compose(self) -> ComposeResult:
        """The sentence."""
        yield Static(id="small")

    def on_mount(self) -> None:
        """Tells the size at once."""
        self._tell(*self.app.size)

    def on_resize(self, event: events.Resize) -> None:
        """Goes away once there is room."""
        if event.size.width >= LEAST[0] and event.size.height >= LEAST[1]:
            self.dismiss()
        else:
            self._tell(*event.size)

    def _tell(self, width: int, height: int) -> None:
        self.query_one("#small", Static).update(
            f"This terminal has {width} by {height} cells; wargame needs at least "
            f"{LEAST[0]} by {LEAST[1]}: please make it larger."
        )
