"""A matrix on the terminal: colours and symbols, within 80 columns."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from wargame.lab.matrix import Verdict
from wargame.lab.told import LEGEND, counts, line, number, sections, symbol

if TYPE_CHECKING:
    from wargame.lab.matrix import Matrix, Pair

_SHORT = 5
"""Lines of a list that is shown in part; the page has them all."""


def show(found: Matrix) -> None:
    """The map, what its signs mean, and the lists."""
    width = max(60, min(100, shutil.get_terminal_size().columns))
    console = Console(width=width, highlight=False, soft_wrap=False)
    for each in heat(found):
        console.print(each, no_wrap=True, crop=False)
    console.print()
    for text in legend(found, width):
        console.print(text, no_wrap=True, crop=False)
    console.print(f"\n{counts(found)}")
    for section in sections(found):
        if not section.pairs:
            continue
        console.print(f"\n[bold]{section.title}[/bold] ({len(section.pairs)})")
        shown = section.pairs if len(section.pairs) <= 2 * _SHORT else section.pairs[:_SHORT]
        for pair in shown:
            console.print(Text(f"  {symbol(pair)} {line(pair)}"))
        if len(shown) < len(section.pairs):
            console.print(f"  and {len(section.pairs) - len(shown)} more, on the page")


def heat(found: Matrix) -> list[Text]:
    """One line a row; columns are numbered, three characters each."""
    names = [row.attack for row in found.rows]
    wide = max(len(name) for name in names)
    heads = "".join(f"{number:>3d}" for number in range(1, len(found.columns) + 1))
    lines = [Text(f"{'':{wide}} gain {heads}", style="dim")]
    cells = {(pair.attack, pair.defence): pair for pair in found.pairs}
    for row in found.rows:
        gain = number(row.gain.mean) if row.gain else "-"
        text = Text(f"{row.attack:{wide}} {gain:>5s}")
        for column in found.columns:
            pair = cells[row.attack, column.defence]
            text.append(f" {symbol(pair)} ", style=colour(pair))
        lines.append(text)
    return lines


def colour(pair: Pair) -> str:
    """Green the more it takes, red where it makes things worse; bold where a source claims it."""
    bold = "bold " if pair.claimed else ""
    share = pair.removed
    if share is None or pair.verdict in (Verdict.NOTHING, Verdict.UNMEASURED):
        return f"{bold}dim"
    share = max(-1.0, min(1.0, share))
    if abs(share) < 0.1:
        return f"{bold}default"
    weak, strong = ("#123d28", "#1a7a48") if share > 0 else ("#4a1d1d", "#a03030")
    sure = pair.verdict is not Verdict.UNDECIDED
    return f"{bold}white on {strong if sure and abs(share) >= 0.5 else weak}"


def legend(found: Matrix, width: int) -> list[Text]:
    """What the signs and the column numbers mean."""
    lines = [Text("claimed  else", style="dim")]
    lines += [Text(f"   {claimed}      {other}   {means}") for claimed, other, means in LEGEND]
    lines.append(Text("gain: what the attack wins undefended, 0 to 1", style="dim"))
    lines.append(Text())
    told = [f"{place:2d} {each.defence}" for place, each in enumerate(found.columns, start=1)]
    wide = max(len(each) for each in told) + 2
    many = max(1, min(3, width // wide))
    deep = -(-len(told) // many)
    for start in range(deep):
        lines.append(Text("".join(f"{each:{wide}}" for each in told[start::deep]).rstrip()))
    return lines
