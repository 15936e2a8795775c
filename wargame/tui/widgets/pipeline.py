"""The board: seven connected stages with the cards in force at each."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from wargame.stages import STAGES, Side, Stage, Strength
from wargame.tui.scene import Token
from wargame.tui.words import STAGE_WORDS

SHAPE = {Side.ATTACKER: "▲", Side.DEFENDER: "■"}
LEVEL = {Strength.LIGHT: "▁", Strength.MEDIUM: "▄", Strength.HEAVY: "█"}
WEIGHT = {Strength.LIGHT: "dim", Strength.MEDIUM: "not bold", Strength.HEAVY: "bold"}
_WIDE = 130
_FRAME = "$border"


class Pipeline(Widget):
    """Draws collect to serve as one row of boxes, narrow or wide."""

    tokens: reactive[Mapping[Stage, tuple[Token, ...]]] = reactive(dict)

    def render(self) -> Content:
        """The row, as wide as the widget."""
        width, height = self.size.width, self.size.height
        lines = self._apart(width, height) if width >= _WIDE else self._joined(width, height)
        return Content("\n").join(lines)

    def _joined(self, width: int, height: int) -> list[Content]:
        """Boxes that share their walls; arrows pass through them."""
        inner = max(4, (width - len(STAGES) - 1) // len(STAGES))
        rows = [_cells(self.tokens.get(stage, ()), inner, height - 3) for stage in STAGES]
        heads = [(_fit(stage.value, inner), "bold") for stage in STAGES]
        wall = Content.styled("│", _FRAME)
        head = Content.styled("▸", "$accent").join([Content.styled(*part) for part in heads])
        bar = "─" * inner
        lines = [Content.styled("╭" + "┬".join([bar] * 7) + "╮", _FRAME)]
        lines.append(Content.assemble(wall, head, wall))
        lines += [
            Content.assemble(wall, wall.join([cells[row] for cells in rows]), wall)
            for row in range(height - 3)
        ]
        lines.append(Content.styled("╰" + "┴".join([bar] * 7) + "╯", _FRAME))
        return lines

    def _apart(self, width: int, height: int) -> list[Content]:
        """Boxes of their own with arrows between them."""
        inner = (width - 6 * 3) // len(STAGES) - 2
        rows = [_roomy(self.tokens.get(stage, ()), inner, height - 4) for stage in STAGES]
        gap, bar = Content("   "), "─" * inner
        arrow = Content.styled("━━▶", "$accent")
        wall = Content.styled("│", _FRAME)

        def across(parts: list[Content], between: Content) -> Content:
            return between.join([Content.assemble(wall, part, wall) for part in parts])

        lines = [gap.join([Content.styled(f"╭{bar}╮", _FRAME) for _ in STAGES])]
        names = [Content.styled(stage.value.upper().center(inner), "bold") for stage in STAGES]
        lines.append(across(names, arrow))
        words = [_fit(STAGE_WORDS[stage].center(inner), inner) for stage in STAGES]
        lines.append(across([Content.styled(word, "$muted") for word in words], gap))
        lines += [across([cells[row] for cells in rows], gap) for row in range(height - 4)]
        lines.append(gap.join([Content.styled(f"╰{bar}╯", _FRAME) for _ in STAGES]))
        return lines


def _cells(tokens: tuple[Token, ...], inner: int, rows: int) -> list[Content]:
    shown = tokens if len(tokens) <= rows else tokens[: rows - 1]
    cells = [
        Content.styled(
            _fit(SHAPE[t.side] + t.name.replace("_", " "), inner),
            f"{WEIGHT[t.strength]} ${t.side.value}",
        )
        for t in shown
    ]
    if len(tokens) > rows:
        more = _fit(f"+{len(tokens) - len(shown)} more", inner)
        cells.append(Content.styled(more, "$muted"))
    return cells + [Content(" " * inner)] * (rows - len(cells))


def _roomy(tokens: tuple[Token, ...], inner: int, rows: int) -> list[Content]:
    most = rows // 2
    shown = tokens if len(tokens) <= most else tokens[: most - (rows % 2 == 0)]
    cells: list[Content] = []
    for t in shown:
        name = f"{SHAPE[t.side]} {_short(t.name, inner - 2)}"
        cells.append(Content.styled(_fit(name, inner), f"bold ${t.side.value}"))
        left = "last" if t.left <= 1 else f"{t.left} left"
        detail = _fit(f"  {LEVEL[t.strength]} {t.strength.value}, {left}", inner)
        cells.append(Content.styled(detail, "$muted"))
    if len(tokens) > len(shown):
        more = _fit(f"+{len(tokens) - len(shown)} more", inner)
        cells.append(Content.styled(more, "$muted"))
    return cells + [Content(" " * inner)] * (rows - len(cells))


def _short(name: str, width: int) -> str:
    """A card's name that fits: whole, or its words cut to the same length."""
    words = name.split("_")
    if len(" ".join(words)) <= width:
        return " ".join(words)
    each = max(2, (width - len(words) + 1) // len(words))
    spare = width - len(words) + 1 - sum(min(len(word), each) for word in words)
    cut = []
    for word in words:
        keep = min(len(word), each + max(0, spare))
        spare -= max(0, keep - min(len(word), each))
        cut.append(word[:keep])
    return " ".join(cut)[:width]


def _fit(text: str, width: int) -> str:
    return text[:width].ljust(width)
