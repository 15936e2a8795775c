"""The event log, in plain words."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from wargame.tui.scene import Entry

_MARKS = {
    "round": ("", "bold $accent"),
    "attacker": ("▲ ", "$attacker"),
    "defender": ("■ ", "$defender"),
    "reading": ("· ", ""),
    "alarm": ("⚠ ", "bold $warning"),
    "event": ("» ", ""),
    "score": ("Σ ", "bold"),
}


class Log(VerticalScroll, can_focus=True):
    """What happened, the newest round last."""

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(id="lines")

    def on_show(self) -> None:
        """Comes to the front at its end."""
        self.scroll_end(animate=False)

    def show(self, entries: tuple[Entry, ...]) -> None:
        """Shows these entries and stands at the end."""
        lines = [Content.assemble(_line(entry)) for entry in entries]
        self.query_one("#lines", Static).update(Content("\n").join(lines))
        self.scroll_end(animate=False)


def _line(entry: Entry) -> Content:
    mark, style = _MARKS[entry.tone]
    return Content.styled(f"{mark}{entry.text}", style)
