"""Column charts of a few rounds: small multiples that read well at any size.

Line plots of eight points waste a terminal's few cells; a column a round shows each value.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from wargame.tui.scene import Point, Series

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_COLOURS = {"reading": "$accent", "defender": "$defender", "attacker": "$attacker"}
_LEAST, _NARROW, _LOW = 20, 14, 5


class Charts(Widget, can_focus=True):
    """One small chart for each series."""

    series: reactive[tuple[Series, ...]] = reactive(())
    empty: str = "Nothing has been measured yet. Instruments are cards: play one to see more."

    def render(self) -> Content:
        """All charts, as large as they fit."""
        if not self.series:
            return Content.styled(self.empty, "$muted")
        width, height = self.size.width, self.size.height
        across, rows = _grid(len(self.series), width, height)
        shown = self.series[: across * rows]
        panel = width // across
        tall = max(4, height // rows)
        lines: list[Content] = []
        for start in range(0, len(shown), across):
            group = [_panel(each, panel, tall) for each in shown[start : start + across]]
            lines += [Content("").join([part[row] for part in group]) for row in range(tall)]
        return Content("\n").join(lines[:height])


def _grid(count: int, width: int, height: int) -> tuple[int, int]:
    """Charts in a row and rows of charts: as few rows as leave each chart its width."""
    most = max(1, height // _LOW)
    across = max(1, min(count, width // _LEAST))
    rows = min(most, -(-count // across))
    across = max(1, min(-(-count // rows), width // _NARROW))
    return across, rows


def _panel(series: Series, width: int, height: int) -> list[Content]:
    inner, rows = width - 2, height - 3
    points: Sequence[Point] = series.points
    colour = _COLOURS.get(series.tone, "$accent")
    now = f"{_value(points[-1].value)}{_spread(points[-1])}" if points else "–"
    if len(series.label) + len(now) >= inner:
        now = now.partition(" ")[0]
    label = _cut(series.label, inner - len(now) - 1)
    head = Content.assemble((label, "bold"), " ", (now, colour))
    lines = [_padded(head, width)]
    step, points = _step(points, inner)
    for row in range(rows, 0, -1):
        line = "".join(
            _cell(point, series.top, rows, row) * max(1, step - 1) + " " * (step > 1)
            for point in points
        )
        lines.append(_padded(Content.styled(line[:inner], colour), width))
    axis = "".join(str(point.round)[-max(1, step - 1) :].ljust(step) for point in points)[:inner]
    lines.append(_padded(Content.styled(axis, "$muted"), width))
    note = f"par {series.line:.2f}" if series.line is not None else ""
    lines.append(_padded(Content.styled(note, "$muted"), width))
    return lines


def _step(points: Sequence[Point], inner: int) -> tuple[int, Sequence[Point]]:
    """Columns a round takes, and the newest rounds that fit."""
    step = max(1, min(4, inner // max(1, len(points))))
    return step, points[-(inner // step) :]


def _cell(point: Point, top: float, rows: int, row: int) -> str:
    eighths = round(8 * rows * max(0.0, min(1.0, point.value / (top or 1.0))))
    return _EIGHTHS[max(1 if row == 1 else 0, min(8, eighths - 8 * (row - 1)))]


def _value(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) and abs(value) > 1 else f"{value:.2f}"


def _spread(point: Point) -> str:
    half = (point.high - point.low) / 2
    return f" ±{half:.2f}" if 0.005 <= half < 10 else ""


def _padded(content: Content, width: int) -> Content:
    return Content.assemble(content, " " * max(0, width - content.cell_length))


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: max(0, width - 1)]}…"
