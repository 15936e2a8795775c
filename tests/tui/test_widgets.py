from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from rich.console import Console

from wargame.stages import STRENGTHS, Side
from wargame.tui.scene import Point, Series, Token
from wargame.tui.tiles import fit, fit_single, half_blocks, resized
from wargame.tui.widgets.charts import _cell, _grid, _panel
from wargame.tui.widgets.pictures import Strip, words_of
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
    size, shown, stacked, _ = fit(width, height, tiles)
    assert size % 2 == 0
    assert 1 <= shown <= tiles
    across = shown * (size if stacked else 2 * size + 1) + 2 * (shown - 1)
    assert across <= width
    if height >= 12:
        assert (size + 1 if stacked else size // 2) + 3 <= height


@given(width=st.integers(30, 158), height=st.integers(8, 46), tiles=st.integers(1, 6))
def test_unchanged_tiles_stand_in_one_row_inside_their_pane(
    width: int, height: int, tiles: int
) -> None:
    size, shown, stacked, single = fit_single(width, height, tiles)
    assert single
    assert not stacked
    assert size % 2 == 0
    assert min(3, tiles) <= shown <= tiles
    assert shown * size + 2 * (shown - 1) <= width
    assert size // 2 + 3 <= height


@pytest.mark.parametrize(
    ("caption", "same", "told"),
    [
        ("what was uploaded", False, ("is River", "sent as Lake")),
        ("what it doubted: the label sent, and what it thinks", True, ("sent as River", "thought")),
        ("what the service was shown", False, ("is River", "River → Lake")),
        ("honest tiles, and what the service says of them", True, ("is River", "River → Lake")),
    ],
)
def test_a_strip_says_what_its_two_labels_are(
    caption: str, same: bool, told: tuple[str, str]
) -> None:
    clean = np.zeros((2, 8, 8, 3), np.uint8)
    river, lake = np.zeros(2, np.int64), np.ones(2, np.int64)
    arrays: dict[str, NDArray[Any]] = {"clean": clean, "shown": clean if same else clean + 9}
    arrays |= {"true": river, "clean_label": river, "shown_label": lake}
    strip = Strip("t", arrays, ("River", "Lake"), 60, 20, words_of(caption))
    console = Console(width=60, color_system=None)
    with console.capture() as captured:
        console.print(strip, end="")
    lines = captured.get()
    assert all(each in lines for each in told)
    row = next(line for line in lines.splitlines() if "▀" in line)
    where = fit_single(60, 20, 2) if same else fit(60, 20, 2)
    pairs = 2 if not where.single and not where.stacked else 1
    assert row.count("▀") == where.shown * where.size * pairs


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
