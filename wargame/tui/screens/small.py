"""Shown while the terminal is too small for anything else."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

LEAST = Size(80, 24)


class SmallScreen(ModalScreen[None]):
    """One sentence."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self._found = size

    def compose(self) -> ComposeResult:
        """The sentence."""
        yield Static(_sentence(self._found), id="small")

    def tell(self, size: Size) -> None:
        """Tells another size."""
        self.query_one("#small", Static).update(_sentence(size))


def _sentence(size: Size) -> str:
    return (
        f"This terminal has {size.width} by {size.height} cells; wargame needs at least "
        f"{LEAST.width} by {LEAST.height}: please make it larger."
    )
