from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wargame.stages import STRENGTHS, Side
from wargame.tui.scene import Point, Series, Token
from wargame.tui.tiles import fit, half_blocks, resized
from wargame.tui.widgets.charts import _cell, _grid, _panel
from wargame.tui.widgets.pipeline import _cells, _roomy


@given(seed=st.integers(0, 99), half=st.integers(1, 8), width=st.integers(1, 12))
def test_half_blocks_keep_every_pixel(seed: int, half: int, width: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (2 * half, width, 3), dtype=np.uint8)
    lines = half_blocks(image)
    back = np.zeros_like(image)
    for row, line in enumerate(lines):
        for column, segment in enumerate(line):
            assert segment.text == "▀"
            assert segment.style is not None
            assert segment.style.color is not None
            assert segment.style.bgcolor is not None
            back[2 * row, column] = segment.style.color.get_truecolor()
            back[2 * row + 1, column] = segment.style.bgcolor.get_truecolor()
    assert (back == image).all()


@given(width=st.integers(20, 200), height=st.integers(7, 60), tiles=st.integers(1, 9))
def test_a_layout_of_tiles_fits_its_room(width: int, height: int, tiles: int) -> None:
    size, shown, stacked = fit(width, height, tiles)
    assert size % 2 == 0
    assert 1 <= shown <= tiles
    across = shown * (size if stacked else 2 * size + 1) + 2 * (shown - 1)
    assert across <= width
    if height >= 12:
        assert (size + 1 if stacked else size // 2) + 3 <= height


def test_a_tile_made_smaller_keeps_its_mean() -> None:
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 1), dtype=np.uint8)
    small = resized(image, 16)
    assert small.shape == (16, 16, 3)
    assert abs(small.mean() - image.mean()) < 1
    assert resized(image, 64).shape == (64, 64, 3)


@given(value=st.floats(0, 1), rows=st.integers(1, 12))
def test_a_column_is_as_high_as_its_value(value: float, rows: int) -> None:
    column = [_cell(Point(1, value, value, value), 1.0, rows, row) for row in range(1, rows + 1)]
    eighths = sum(" ▁▂▃▄▅▆▇█".index(cell) for cell in column)
    assert eighths == max(1, round(8 * rows * value))
    assert "".join(column).rstrip() == "".join(column).rstrip(" ")


@given(
    values=st.lists(st.floats(0, 5000), min_size=1, max_size=100),
    width=st.integers(10, 80),
    height=st.integers(4, 20),
)
def test_a_chart_fills_exactly_its_cells(values: list[float], width: int, height: int) -> None:
    points = tuple(Point(n, v, v - 1, v + 1) for n, v in enumerate(values))
    lines = _panel(Series("some long label of a channel", points, max(1.0, *values)), width, height)
    assert len(lines) == height
    assert {line.cell_length for line in lines[1:]} == {width}


@given(count=st.integers(1, 40), width=st.integers(14, 200), height=st.integers(5, 60))
def test_charts_stay_inside_their_pane(count: int, width: int, height: int) -> None:
    across, rows = _grid(count, width, height)
    assert across >= 1
    assert width // across >= 14 or across == 1
    assert rows * max(4, height // rows) <= max(height, 4)


@given(count=st.integers(0, 9), rows=st.integers(2, 9), inner=st.integers(6, 30))
def test_a_stage_never_overflows_and_counts_what_it_cannot_show(
    count: int, rows: int, inner: int
) -> None:
    tokens = tuple(
        Token(Side.ATTACKER, "very_long_card_name_indeed", "T", STRENGTHS[n % 3], n)
        for n in range(count)
    )
    for cells, each in ((_cells(tokens, inner, rows), 1), (_roomy(tokens, inner, rows), 2)):
        assert len(cells) == rows
        assert {cell.cell_length for cell in cells} == {inner}
        text = "\n".join(cell.plain for cell in cells)
        shown = text.count("▲")
        hidden = int(text.split("+")[1].split()[0]) if "+" in text else 0
        assert shown + hidden == count
        assert shown * each <= rows
