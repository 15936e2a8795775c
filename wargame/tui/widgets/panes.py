"""Panes that stand side by side where there is room, and behind one another where not."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static


class PaneBar(Static):
    """One line of numbered tabs, shown where the panes stand behind one another."""

    DEFAULT_CSS = "PaneBar { height: 1; }"

    class Picked(Message):
        """A tab was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, titles: tuple[str, ...]) -> None:
        super().__init__(id="bar")
        self._titles = titles
        self.mark(0)

    def mark(self, current: int) -> None:
        """Shows which pane is in front."""
        parts: list[tuple[str, str] | str] = []
        for at, title in enumerate(self._titles):
            style = "bold reverse $accent" if at == current else "$muted"
            action = f"@click=app.pane({at})"
            parts += [(f" {at + 1} {title} ", f"{style} {action}"), " "]
        self.update(Content.assemble(*parts))


class Panes(Widget):
    """Several titled panes; `-narrow` on the screen shows one of them at a time."""

    def __init__(self, panes: dict[str, Widget], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._panes = panes
        self._current = 0

    def compose(self) -> ComposeResult:
        """The bar, and the panes in a grid."""
        yield PaneBar(tuple(self._panes))
        with Container(id="grid"):
            for title, pane in self._panes.items():
                pane.border_title = title
                pane.add_class("pane")
                yield pane

    def on_mount(self) -> None:
        """The first pane is in front."""
        self.show(0, focus=False)

    def show(self, number: int, *, focus: bool = True) -> None:
        """Brings a pane to the front and gives it the keyboard."""
        panes = list(self._panes.values())
        self._current = number % len(panes)
        for at, pane in enumerate(panes):
            pane.set_class(at == self._current, "-front")
        self.query_one(PaneBar).mark(self._current)
        if focus:
            panes[self._current].focus()
