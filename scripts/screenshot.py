"""The README's picture: a real match in mid-play, drawn from the cells that the screen shows.

A terminal's blocks and frames fill their cells exactly, whatever the font; an SVG made of glyphs
alone leaves seams in them. So blocks are drawn as rectangles and frames as lines.

    python scripts/screenshot.py docs/board.png
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from rich.segment import Segment
from textual.app import App
from textual.screen import Screen

ROOT = Path(__file__).resolve().parent.parent
WIDE, HIGH, FONT = 10, 20, 16.6
"""Units of a cell, and the size at which a letter of DejaVu Sans Mono is a cell wide."""
INK, PAPER = "#d9dee7", "#10151c"
LOWER = {block: eighths / 8 for eighths, block in enumerate("▁▂▃▄▅▆▇█", start=1)}
LEFT = {block: eighths / 8 for eighths, block in enumerate("▏▎▍▌▋▊▉", start=1)}
LIGHT, HEAVY, ROUND = 1.1, 2.2, 5.0
FRAMES = {
    "─": "M0,{m}H{w}", "━": "M0,{m}H{w}", "│": "M{c},0V{h}", "┃": "M{c},0V{h}",
    "╭": "M{c},{h}V{d}Q{c},{m} {e},{m}H{w}", "╮": "M0,{m}H{l}Q{c},{m} {c},{d}V{h}",
    "╰": "M{c},0V{u}Q{c},{m} {e},{m}H{w}", "╯": "M0,{m}H{l}Q{c},{m} {c},{u}V0",
    "┬": "M0,{m}H{w}M{c},{m}V{h}", "┴": "M0,{m}H{w}M{c},{m}V0", "┼": "M0,{m}H{w}M{c},0V{h}",
    "┌": "M{c},{h}V{m}H{w}", "┐": "M0,{m}H{c}V{h}", "└": "M{c},0V{m}H{w}", "┘": "M0,{m}H{c}V0",
    "├": "M{c},0V{h}M{c},{m}H{w}", "┤": "M{c},0V{h}M0,{m}H{c}",
}  # fmt: skip
PLACES = {
    "w": WIDE, "h": HIGH, "c": WIDE / 2, "m": HIGH / 2, "d": HIGH / 2 + ROUND,
    "u": HIGH / 2 - ROUND, "e": WIDE / 2 + ROUND, "l": WIDE / 2 - ROUND,
}  # fmt: skip


class Run(NamedTuple):
    """Cells of one style."""

    x: int
    y: int
    text: str
    ink: str
    paper: str
    bold: bool


def runs(screen: Screen[Any]) -> Iterator[Run]:
    """Everything that a screen shows."""
    for y, strip in enumerate(screen._compositor.render_strips()):
        x = 0
        for segment in strip:
            yield _run(segment, x, y)
            x += segment.cell_length


def _run(segment: Segment, x: int, y: int) -> Run:
    style = segment.style
    ink, paper = INK, PAPER
    if style is not None:
        ink = style.color.get_truecolor().hex if style.color else INK
        paper = style.bgcolor.get_truecolor().hex if style.bgcolor else PAPER
        if style.reverse:
            ink, paper = paper, ink
    return Run(x, y, segment.text, ink, paper, bool(style and style.bold))


def svg(screen: Screen[Any]) -> str:
    """A screen as a drawing."""
    width, height = screen.size.width * WIDE, screen.size.height * HIGH
    papers, inks = [], []
    for run in runs(screen):
        papers.append(_box(run.x * WIDE, run.y * HIGH, len(run.text) * WIDE, HIGH, run.paper))
        inks += [_sign(run, at, sign) for at, sign in enumerate(run.text) if sign.strip()]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -12 {width + 24} {height + 24}"',
            f' font-family="DejaVu Sans Mono, monospace" font-size="{FONT}">',
            _box(-12, -12, width + 24, height + 24, PAPER),
            *papers,
            *inks,
            "</svg>",
        ]
    )


def _box(x: float, y: float, wide: float, high: float, fill: str) -> str:
    box = f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" fill="{fill}"'
    return f'{box} shape-rendering="crispEdges"/>'


def _sign(run: Run, at: int, sign: str) -> str:
    x, y = (run.x + at) * WIDE, run.y * HIGH
    if sign == "▀":
        return _box(x, y, WIDE, HIGH / 2, run.ink)
    if sign in LOWER:
        high = HIGH * LOWER[sign]
        return _box(x, y + HIGH - high, WIDE, high, run.ink)
    if sign in LEFT:
        return _box(x, y, WIDE * LEFT[sign], HIGH, run.ink)
    if sign in FRAMES:
        thick = HEAVY if sign in "━┃" else LIGHT
        path = FRAMES[sign].format(**PLACES)
        pen = f'fill="none" stroke="{run.ink}" stroke-width="{thick}"'
        return f'<path transform="translate({x},{y})" d="{path}" {pen}/>'
    weight = ' font-weight="bold"' if run.bold else ""
    return f'<text x="{x}" y="{y + 15}" fill="{run.ink}"{weight}>{escape(sign)}</text>'


def png(drawing: str, out: Path, width: int) -> None:
    """A drawing as a picture of so many pixels across."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "screen.svg"
        source.write_text(drawing, encoding="utf-8")
        subprocess.run(["rsvg-convert", "-w", str(width), "-o", out, source], check=True)


async def at_round(app: App[None], size: tuple[int, int], round_: int, turn: int) -> str:
    """Lets the agents play on to a round, holds them there, and draws the screen."""
    from wargame.tui.screens.watch import WatchScreen
    from wargame.tui.widgets.pictures import Pictures

    async with app.run_test(size=size) as pilot:
        while not isinstance(app.screen, WatchScreen):
            await pilot.pause(0.1)
        screen = app.screen
        screen._pace = 0.01
        while len(screen._chapters) <= round_:
            await pilot.pause(0.05)
        await pilot.press("space")
        while screen._busy:
            await pilot.pause(0.05)
        await pilot.press("home", *["right"] * round_)
        screen.query_one(Pictures).action_turn(turn)
        await pilot.pause(0.5)
        return svg(screen)


def main() -> int:
    from wargame.tui.app import WargameApp, watching
    from wargame.tui.backstage import Backstage
    from wargame.tui.options import Options
    from wargame.tui.screens.opening import CurtainScreen

    parser = argparse.ArgumentParser(description="Draw a match in mid-play.")
    parser.add_argument("out", type=Path, help="a .png or .svg file")
    parser.add_argument("--scenario", default="mapengine")
    parser.add_argument("--attacker", default="poisoner")
    parser.add_argument("--defender", default="vigilant")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--fidelity", default="drill")
    parser.add_argument("--round", type=int, default=5)
    parser.add_argument("--turn", type=int, default=1, help="strips of pictures to turn on by")
    parser.add_argument("--size", default="160x48")
    parser.add_argument("--width", type=int, default=1500, help="pixels across")
    args = parser.parse_args()
    names = {"attacker": args.attacker, "defender": args.defender}
    backstage = Backstage(Options(args.scenario, seed=args.seed, fidelity=args.fidelity, **names))
    app = WargameApp(
        backstage.options, lambda: CurtainScreen(lambda: watching(backstage), "Preparing.")
    )
    columns, lines = (int(part) for part in args.size.split("x"))
    drawing = asyncio.run(at_round(app, (columns, lines), args.round, args.turn))
    if args.out.suffix == ".svg":
        args.out.write_text(drawing, encoding="utf-8")
    else:
        png(drawing, args.out, args.width)
    return 0


if __name__ == "__main__":
    sys.exit(main())
