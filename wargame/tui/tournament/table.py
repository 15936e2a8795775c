"""The standings as a table that one can walk; rows move to their places, the far ones quicker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.geometry import Region
from textual.message import Message

from wargame.stages import SIDES
from wargame.tournament.ratings import Rating
from wargame.tournament.standings import Row
from wargame.tui.tournament.live import Live
from wargame.tui.tournament.marks import Part, fit, share_bar
from wargame.tui.tournament.sheet import Sheet
from wargame.tui.widgets.pipeline import SHAPE

_FIXED, _NAME, _BAR = 44, 14, 6
"""Cells of everything but the name, the bar and the forfeits; the least of these two."""
_BADGES = 13
_STRIDE = 4
"""A row that is this many times as many lines away goes so many lines at once."""


def eased(shown: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The next picture on the way from one order to another: no row moves by more than a line.

    Rows that are gone vanish at once, and new ones stand at the end.
    """
    place = {name: at for at, name in enumerate(wanted)}
    now = [name for name in shown if name in place]
    now += [name for name in wanted if name not in now]
    at = 0
    while at + 1 < len(now):
        if place[now[at]] > place[now[at + 1]]:
            now[at], now[at + 1] = now[at + 1], now[at]
            at += 1
        at += 1
    return now


def hurried(shown: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """`eased`, as often as it takes for the order to be right within a few pictures.

    Where matches are over sooner than rows get by one line, the table would never be in order.
    """
    place = {name: at for at, name in enumerate(wanted)}
    far = max((abs(place.get(name, at) - at) for at, name in enumerate(shown)), default=0)
    now = eased(shown, wanted)
    for _ in range(far // _STRIDE):
        now = eased(now, wanted)
    return now


class Table(VerticalScroll, can_focus=True):
    """One row an entrant."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "walk(-1)", "Up", show=False, tooltip="Up and down: choose an entrant"),
        Binding("down", "walk(1)", "Down", show=False, tooltip="Up and down: choose an entrant"),
        Binding("home", "walk(-999)", show=False, tooltip="To the first entrant"),
        Binding("end", "walk(999)", show=False, tooltip="To the last entrant"),
        Binding("enter", "open", "Head to head", tooltip="How the chosen entrant did against each"),
    ]

    class Opened(Message):
        """An entrant was chosen."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, live: Live, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._live = live
        self._order: list[str] = []
        self.chosen: str | None = None
        """The entrant under the cursor."""

    def compose(self) -> ComposeResult:
        """The heads stay, the rows scroll."""
        yield Sheet(id="heads")
        yield Sheet(id="rows")

    def show(self) -> None:
        """The standings as they are now."""
        self._order = hurried(self._order, self._live.names())
        if self.chosen not in self._order:
            self.chosen = self._order[0] if self._order else None
        self._draw()

    def _draw(self) -> None:
        name, bar, badges = self._widths()
        head = f"{'#':>3}{'':<{name + 8}}{'rating':>{bar + 6}}"
        head += "".join(f"{SHAPE[side]} {side.value[:6]}".rjust(9) for side in SIDES)
        self.query_one("#heads", Sheet).show([[(f"{head} won-lost  forfeits", "$muted")]])
        rows = self._live.standings.rows if self._live.standings is not None else ()
        found = {row.name: row for row in rows}
        span = _span([row.rating for row in rows])
        told: list[list[Part]] = [
            self._row(found[each], span, name, bar, badges)
            if each in found
            else ["          ", (fit(each, name), self._style(each))]
            for each in self._order
        ]
        waiting: list[list[Part]] = [[("Nobody has come yet.", "$muted")]]
        self.query_one("#rows", Sheet).show(told or waiting)

    def _widths(self) -> tuple[int, int, int]:
        spare = max(0, self.size.width - _FIXED - _NAME - _BAR - _BADGES)
        longest = max((len(name) for name in self._order), default=0)
        name = _NAME + min(spare // 2, max(0, longest - _NAME))
        spare -= name - _NAME
        bar = _BAR + min(8, spare // 2)
        return name, bar, _BADGES + spare - (bar - _BAR)

    def _row(
        self, row: Row, span: tuple[float, float], name: int, bar: int, badges: int
    ) -> list[Part]:
        leads = row == self._live.leader
        rank = f"{row.rank:>3} " if row.rank is not None else "  – "
        parts: list[Part] = [
            (rank, "bold $accent" if leads else ""),
            ("★ " if leads else "  ", "bold $accent"),
            _moved(self._live.moved(row.name)),
            (fit(row.name, name), self._style(row.name)),
            " ",
            *_rating_bar(row.rating, span, bar),
            (_points(row.rating, 6), "bold"),
        ]
        parts += [(_points(row.ratings[side], 9), f"${side.value}") for side in SIDES]
        return [*parts, f"{row.wins:>5}-{row.losses:<3}", *_forfeits(row, badges)]

    def _style(self, name: str) -> str:
        risen = self._live.moved(name) and self._live.names()[0] == name
        if name == self.chosen and self.has_focus:
            return "bold reverse $accent"
        return "bold reverse $success" if risen else "bold"

    def on_resize(self) -> None:
        """Columns are as wide as there is room."""
        self._draw()

    def on_focus(self) -> None:
        """The cursor shows."""
        self._draw()

    def on_blur(self) -> None:
        """The cursor hides."""
        self._draw()

    def action_walk(self, by: int) -> None:
        """Another entrant."""
        if self.chosen is None:
            return
        at = max(0, min(len(self._order) - 1, self._order.index(self.chosen) + by))
        self.chosen = self._order[at]
        self._draw()
        self.scroll_to_region(Region(0, at, 1, 2), animate=False)

    def action_open(self) -> None:
        """Its head to head."""
        if self.chosen is not None:
            self.post_message(self.Opened(self.chosen))


def _span(ratings: Sequence[Rating | None]) -> tuple[float, float]:
    values = [each.value for each in ratings if each is not None]
    return (min(values), max(values)) if values else (0.0, 0.0)


def _rating_bar(rating: Rating | None, span: tuple[float, float], length: int) -> list[Part]:
    if rating is None:
        return [" " * length]
    low, high = span
    # The last keeps a stub, so that the bar does not read as nothing.
    share = (rating.value - low) / (high - low) if high > low else 1.0
    return share_bar(0.15 + 0.85 * share, length, "$primary")


def _points(rating: Rating | None, width: int) -> str:
    return f"{'–' if rating is None else round(rating.value):>{width}}"


def _moved(by: int) -> Part:
    if not by:
        return "    "
    return (f"{'↑' if by > 0 else '↓'}{abs(by):<3}", "$success" if by > 0 else "$error")


def _forfeits(row: Row, width: int) -> list[Part]:
    found = row.forfeits.items()
    told = " ".join(f"{status.value} {count}" for status, count in found)
    if len(told) + 2 > width:
        told = " ".join(f"{status.value[0]}{count}" for status, count in found)
    return [(f" {told} ", "bold $background on $warning")] if told else []
