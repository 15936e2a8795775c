"""Every key of the screen beneath, with what it does."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

LEGEND = (
    "On the board ▲ is the attacker's card and ■ the defender's; ▁ ▄ █ is its strength, light, "
    "medium or heavy. In the hand ◆2 means in force for two more rounds, and [3] is the price at "
    "the chosen strength. Every number is measured on a model that is really trained; ± is half "
    "of its 95 % interval."
)


class HelpScreen(ModalScreen[None]):
    """Keys and signs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,enter,q", "dismiss", "Back", tooltip="Close this help")
    ]

    def __init__(self, bindings: dict[str, ActiveBinding]) -> None:
        super().__init__()
        self._active = bindings

    def compose(self) -> ComposeResult:
        """One text."""
        with VerticalScroll(id="help"):
            yield Static(self._text())

    def _text(self) -> Content:
        parts: list[tuple[str, str] | str] = [("Keys\n", "bold $accent")]
        told: set[str] = set()
        for active in self._active.values():
            binding = active.binding
            what = binding.tooltip or binding.description
            if not what or what in told or binding.system:
                continue
            told.add(what)
            key = self.app.get_key_display(binding)
            parts += [(f"{key:>10}  ", "bold"), f"{what}\n"]
        parts += [("\nSigns\n", "bold $accent"), LEGEND]
        return Content.assemble(*parts)
