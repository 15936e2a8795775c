"""The hand: one row a card, with its price at each strength and why it cannot be played."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wargame import catalog
from wargame.game.view import Move, View
from wargame.stages import STRENGTHS

_TITLE, _STAGE = 26, 11


class Hand(OptionList):
    """Rows to choose a card from; left and right choose the strength."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "strength(-1)", "Weaker", show=False, tooltip="Play the card weaker"),
        Binding("right", "strength(1)", "Strength", tooltip="Play the card harder: sooner, dearer"),
        Binding("enter", "select", "Play", tooltip="Play the marked card at the marked strength"),
    ]

    class Looked(Message):
        """A card and strength is under the cursor."""

        def __init__(self, move: Move) -> None:
            super().__init__()
            self.move = move

    class Chosen(Message):
        """A move was chosen that can be played."""

        def __init__(self, move: Move) -> None:
            super().__init__()
            self.move = move

    class Refused(Message):
        """A move was chosen that cannot be played."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view: View | None = None
        self._strength = 1

    @property
    def move(self) -> Move | None:
        """The move under the cursor."""
        if self._view is None or self.highlighted is None:
            return None
        return self._at(self.highlighted)

    def _at(self, row: int) -> Move:
        assert self._view is not None  # noqa: S101
        return self._view.moves[0 if row == 0 else 1 + 3 * (row - 1) + self._strength]

    def show(self, seen: View) -> None:
        """Shows the hand of a view; the cursor stays where it was."""
        self._view = seen
        rows = 1 + len(seen.deck.names)
        if self.option_count != rows:
            self.clear_options()
            self.add_options([Option(self._row(row), id=str(row)) for row in range(rows)])
            self.highlighted = min(1, rows - 1)
        else:
            self._redraw()
        self._tell()

    def wait(self, words: str) -> None:
        """Shows why there is no hand yet."""
        self.add_option(Option(words, disabled=True))

    def hide(self) -> None:
        """Shows nothing, so that the next player sees nothing."""
        self._view = None
        self.clear_options()

    def _redraw(self) -> None:
        if self._view is not None:
            for row in range(self.option_count):
                self.replace_option_prompt_at_index(row, self._row(row))

    def _row(self, row: int) -> Content:
        seen = self._view
        assert seen is not None  # noqa: S101
        if row == 0:
            return Content.assemble("   ", ("Pass", "bold"), "  keep the points")
        move, name = self._at(row), seen.deck.names[row - 1]
        held = next((own for own in seen.in_force if own.card == name), None)
        style = f"${seen.side.value}" if move.legal else "$muted"
        title = seen.deck.titles[row - 1]
        width = max(40, self.size.width - 4)
        prices = [seen.moves[1 + 3 * (row - 1) + s].cost for s in range(len(STRENGTHS))]
        note = move.reason or catalog.card(name).summary
        left = f"◆{held.rounds_left}".ljust(3) if held else "   "
        room = width - 3 - _TITLE - _STAGE - 10
        return Content.assemble(
            (left, "$success"),
            (_cut(title, _TITLE - 1).ljust(_TITLE), f"bold {style}"),
            (seen_stage(name).ljust(_STAGE), "$muted"),
            *self._prices(prices, seen.budget),
            " ",
            (_cut(note, room), "$warning" if move.reason else "$muted"),
        )

    def _prices(self, prices: list[int], budget: int) -> list[tuple[str, str]]:
        parts = []
        for at, price in enumerate(prices):
            style = "" if price <= budget else "$muted"
            if at == self._strength:
                parts.append((f"[{price}]", f"bold {style or '$accent'}"))
            else:
                parts.append((f" {price} ", style))
        return parts

    def _tell(self) -> None:
        if (move := self.move) is not None:
            self.post_message(self.Looked(move))

    def action_strength(self, by: int) -> None:
        """Another strength, for all rows."""
        self._strength = (self._strength + by) % len(STRENGTHS)
        self._redraw()
        self._tell()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """The cursor moved."""
        event.stop()
        self._tell()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A row was chosen by Enter or by the mouse."""
        event.stop()
        if (move := self.move) is None:
            return
        self.post_message(
            self.Chosen(move) if move.legal else self.Refused(move.reason or "it cannot be played")
        )

    def on_resize(self, _event: events.Resize) -> None:
        """Rows are cut to the width."""
        self._redraw()


def seen_stage(name: str) -> str:
    """The stage of a card."""
    return catalog.card(name).stage.value


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: max(0, width - 1)]}…"
