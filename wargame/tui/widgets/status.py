"""The top line of a match, and the line that says what is being made."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from wargame.stages import Side
from wargame.tui.widgets.pipeline import SHAPE
from wargame.tui.words import plain


class Status(Static):
    """Who plays, the round and the budgets."""

    DEFAULT_CSS = "Status { height: 1; }"

    def tell(
        self, title: str, round_: str, budgets: Mapping[Side, int], cap: int, note: str = ""
    ) -> None:
        """Shows the line.

        Args:
            title: of the game.
            round_: such as "round 3 of 8".
            budgets: points of the sides that may be seen.
            cap: most points that a side can hold.
            note: what else is good to know.
        """
        parts: list[tuple[str, str] | str] = [(f" {title} ", "bold reverse $primary"), " ", round_]
        for side, points in budgets.items():
            coins = "●" * points + "○" * max(0, cap - points) if cap <= 12 else ""
            style = f"${side.value}"
            label = f"   {SHAPE[side]} {side.value} "
            parts += [(label, style), (coins, style), (f" {points}/{cap}", f"bold {style}")]
        if note:
            parts.append((f"   {note}", "$muted"))
        self.update(Content.assemble(*parts))


class Bar(Widget):
    """A bar with what is being made; empty while nothing is."""

    DEFAULT_CSS = "Bar { height: 1; }"
    state: reactive[tuple[str, int, int] | None] = reactive(None)
    idle: reactive[str] = reactive("")

    def render(self) -> Content:
        """The bar, or what the player can do."""
        if self.state is None:
            return Content.styled(f" {self.idle}", "$muted")
        what, done, total = self.state
        length = max(10, min(40, self.size.width // 3))
        eighths = round(8 * length * done / total) if total > 0 else 0
        full, rest = divmod(min(eighths, 8 * length), 8)
        filled = "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
        share = f" {done / total:4.0%} " if total > 1 else "      "
        return Content.assemble(
            " ",
            (filled, "$accent"),
            ("·" * (length - len(filled)), "$border"),
            share,
            (plain(what), "bold"),
            ("   Esc calls it off", "$muted"),
        )
