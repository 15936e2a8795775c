"""One setting with a few values; left and right change it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Choice(Widget, can_focus=True):
    """A label and the value chosen among several."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "Previous", show=False, tooltip="Take the value before"),
        Binding("right,space", "turn(1)", "Change", tooltip="Take the next value"),
    ]
    DEFAULT_CSS = "Choice { height: 1; }"
    at: reactive[int] = reactive(0)

    class Changed(Message):
        """Another value was chosen."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> Choice:
            """The setting."""
            return self.choice

    def __init__(self, label: str, values: list[tuple[str, str]], value: str, id: str) -> None:
        super().__init__(id=id)
        self._label = label
        self._values = values
        self._pick(value)

    def _pick(self, value: str) -> None:
        names = [name for name, _ in self._values]
        self.set_reactive(Choice.at, names.index(value) if value in names else 0)

    @property
    def value(self) -> str:
        """The name of the value chosen."""
        return self._values[self.at][0] if self._values else ""

    def offer(self, values: list[tuple[str, str]], value: str) -> None:
        """Other values to choose from, and the one to stand at."""
        self._values = values
        self._pick(value)
        self.refresh()

    def render(self) -> Content:
        """The label, and the value between two arrows."""
        _, words = self._values[self.at] if self._values else ("", "–")
        arrows = "bold $accent" if self.has_focus else "$muted"
        style = "bold" if self.has_focus else ""
        return Content.assemble(
            (f"{self._label:<10}", "$muted"), ("◂ ", arrows), (words, style), (" ▸", arrows)
        )

    def action_turn(self, by: int) -> None:
        """Another value."""
        if self._values:
            self.at = (self.at + by) % len(self._values)
            self.post_message(self.Changed(self))

    def on_click(self) -> None:
        """The next value."""
        self.action_turn(1)
