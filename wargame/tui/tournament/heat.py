"""The matrix of mission values as a heat map: attackers down, defenders across."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from wargame.stages import Side
from wargame.tui.tournament.live import Live
from wargame.tui.tournament.marks import Part, fit, winner
from wargame.tui.tournament.meetings import Meeting
from wargame.tui.tournament.sheet import Sheet
from wargame.tui.widgets.pipeline import SHAPE

_LABEL, _SHORT = 16, 12
"""Cells of an attacker's name: usually, and where it would leave too few to the numbers."""
_DIGITS = 3
"""Least width of a cell that holds a number."""
_DEPTHS = (20, 40, 60, 85)
"""Percent of the winner's colour, by how far from par."""


class Heat(VerticalScroll, can_focus=True):
    """A cell a pair, in the order of the standings."""

    def __init__(self, live: Live, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._live = live

    def compose(self) -> ComposeResult:
        """One text."""
        yield Sheet(id="cells")

    def show(self) -> None:
        """The mission values as they are now."""
        found = self._live.standings
        if found is None or not self._live.meetings.pairs:
            empty: list[list[Part]] = [[("No match is over yet.", "$muted")]]
            self.query_one("#cells", Sheet).show(empty)
            return
        order = self._live.names()
        attackers = [name for name in order if name in found.missions.attackers]
        defenders = [name for name in order if name in found.missions.defenders]
        label, width = widths(self.size.width, len(defenders))
        told = heat(self._live, attackers, defenders, label, width)
        told += [[], *_legend(width)]
        self.query_one("#cells", Sheet).show(told)

    def on_resize(self) -> None:
        """Cells are as wide as there is room."""
        self.show()


def widths(room: int, columns: int) -> tuple[int, int]:
    """Cells of the screen that a name and a column get; a column's are 1 to 5."""
    for label in (_LABEL, _SHORT):
        width = (room - label) // max(1, columns)
        if width >= _DIGITS:
            break
    return label, max(1, min(5, width))


def heat(
    live: Live, attackers: Sequence[str], defenders: Sequence[str], label: int, width: int
) -> list[list[Part]]:
    """The heads and one line an attacker; columns have the numbers of the lines."""
    places = {name: place for place, name in enumerate(live.names(), start=1)}
    heads = [_number(places[name], width) for name in defenders]
    told: list[list[Part]] = [[(fit("▲ down  ■ →", label), "$muted"), *heads]]
    for one in attackers:
        name = fit(f"{places[one]:>2} {one}", label - 1) + " "
        cells = [_cell(live.meetings.pairs.get((one, two)), width) for two in defenders]
        told.append([(name, "bold"), *cells])
    return told


def _number(place: int, width: int) -> Part:
    # Numbers that touch are told apart by their colours.
    style = "$muted" if place % 2 else "$foreground"
    return (f"{place % 10 if width < 2 else place:^{width}}", style)


def _cell(met: Meeting | None, width: int) -> Part:
    if met is None:
        return (f"{'·':^{width}}", "$border")
    side = winner(met.mission, met.par)
    room = 1 - met.par if side is Side.ATTACKER else met.par
    share = abs(met.mission - met.par) / room if room > 0 else 0.0
    depth = _DEPTHS[min(len(_DEPTHS) - 1, int(share * len(_DEPTHS)))]
    colour = "$background" if depth > 50 else "$foreground"
    return (f"{_value(met.mission, side, width):^{width}}", f"{colour} on ${side.value} {depth}%")


def _value(mission: float, side: Side, width: int) -> str:
    if width < _DIGITS:
        return SHAPE[side]
    return f"{mission:.2f}" if width == 5 else f"{round(100 * mission)}"


def _legend(width: int) -> list[list[Part]]:
    unit = {5: "mean mission value", 4: "mean mission in hundredths", 3: "mission in hundredths"}
    what = unit.get(width, f"{SHAPE[Side.ATTACKER]} above par, {SHAPE[Side.DEFENDER]} not")
    told: list[Part] = [(f"{what}; ", "$muted")]
    for side, words in ((Side.ATTACKER, "attacker's"), (Side.DEFENDER, "defender's")):
        told += [("  ", f"on ${side.value} {depth}%") for depth in _DEPTHS[1:]]
        told.append((f" {words}  ", "$muted"))
    return [told, [("· not played yet; the farther from par, the stronger the colour", "$muted")]]
