"""Every key of the screen beneath, with what it does."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

LEGEND = (
    "On the board ▲ is the attacker's card and ■ the defender's; ▁ ▄ █ is its strength: light, "
    "medium or heavy (dim, plain or bold where there is little room). In the hand ◆2 means in "
    "force for two more rounds, and [3] is the price at the chosen strength. Every number is "
    "measured on a model that is really trained; ± is half of its 95 % interval."
)


class HelpScreen(ModalScreen[None]):
    """Keys and signs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,enter,q", "dismiss", "Back", tooltip="Close this help")
    ]

    def __init__(self, bindings: list[Binding], signs: str = LEGEND) -> None:
        super().__init__()
        self._keys, self._signs = bindings, signs

    def compose(self) -> ComposeResult:
        """One text."""
        with VerticalScroll(id="help"):
            yield Static(self._text())

    def _text(self) -> Content:
        parts: list[tuple[str, str] | str] = [("Keys\n", "bold $accent")]
        told: set[str] = set()
        for binding in self._keys:
            what = binding.tooltip
            if not what or what in told:
                continue
            told.add(what)
            key = self.app.get_key_display(binding)
            parts += [(f"{key:>10}  ", "bold"), f"{what}\n"]
        parts += [("\nSigns\n", "bold $accent"), self._signs]
        return Content.assemble(*parts)
