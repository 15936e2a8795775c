"""Lines of text of which only those are drawn anew that differ.

A screen that changes four times a second would otherwise take a fifth of a core.
"""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from wargame.tui.tournament.marks import Part


class Sheet(Widget):
    """A text of single lines, cut where they are too long."""

    DEFAULT_CSS = "Sheet { height: auto; text-wrap: nowrap; }"

    ALLOW_SELECT = False
    """A line that is kept does not know its number, which a selection would need."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[list[Part]] = []
        self._drawn: dict[tuple[Part, ...], Strip] = {}

    def show(self, lines: list[list[Part]]) -> None:
        """Shows these lines."""
        old, self._lines = self._lines, lines
        wanted = {tuple(line) for line in lines}
        self._drawn = {key: strip for key, strip in self._drawn.items() if key in wanted}
        for place, line in enumerate(lines):
            if place >= len(old) or old[place] != line:
                self.refresh(Region(0, place, self.size.width, 1))
        if len(lines) != len(old):
            self.refresh(layout=True)

    def get_content_height(self, _container: Size, _viewport: Size, _width: int) -> int:
        """One row a line."""
        return len(self._lines)

    def render_line(self, y: int) -> Strip:
        """One line; kept for as long as it stands anywhere."""
        line = tuple(self._lines[y]) if y < len(self._lines) else ()
        if line not in self._drawn:
            content = Content.assemble(*line)
            [strip] = Visual.to_strips(self, content, self.size.width, 1, self.visual_style)
            self._drawn[line] = strip
        return self._drawn[line]

    def on_resize(self, _event: events.Resize) -> None:
        """Lines are as long as there is room."""
        self._drawn.clear()

    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        self._drawn.clear()
        super().notify_style_update()
