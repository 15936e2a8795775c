"""The card at the end: the podium, the equilibrium, and where the page lies."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from wargame.stages import SIDES, Side
from wargame.tournament.mixture import Mix, Share
from wargame.tournament.standings import Row, Standings
from wargame.tui.tournament.live import Live
from wargame.tui.tournament.marks import Part, fit, lines, rating_words, share_bar
from wargame.tui.widgets.pipeline import SHAPE

_STEP = 20
_ORDER = (2, 1, 3)
"""Who stands where on a podium, from left to right."""
_HEIGHT = {1: 4, 2: 2, 3: 1}
_NAME, _BAR = 15, 8
_DUST = 0.0005
_FEW = 6


class FinalScreen(ModalScreen[None]):
    """Lies over the standings until it is put away."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,r", "dismiss", "Standings", tooltip="Look at the standings again"),
        Binding("q", "leave", "Quit", tooltip="Leave; everything is kept"),
    ]

    def __init__(self, live: Live, page: str | None) -> None:
        super().__init__()
        self._live, self._page = live, page

    def compose(self) -> ComposeResult:
        """One text."""
        with VerticalScroll(id="final") as card:
            card.border_title = "The tournament is over"
            card.border_subtitle = "Esc: the standings · q: quit"
            yield Static(id="card")

    def on_mount(self) -> None:
        """The card."""
        self.show()

    def show(self) -> None:
        """What came of it."""
        found = self._live.standings
        if found is None:
            return
        told = [*podium(found), _best(found), []]
        told += _mix(found, _par(self._live))
        if self._page is not None:
            told += [[], [("The page for the class: ", "$muted"), (self._page, "bold $accent")]]
        self.query_one("#card", Static).update(lines(told))

    def action_leave(self) -> None:
        """Out."""
        self.app.exit(return_code=0)


def podium(found: Standings) -> list[list[Part]]:
    """The first three on their steps, by the format's order, or by rating where it has none.

    Who plays one side only has no rating over both, and no place by it.
    """
    ranked = {row.rank: row for row in found.rows if row.rank in _HEIGHT}
    if found.placing:
        ranked = dict(enumerate(map(found.row, found.placing[: len(_HEIGHT)]), start=1))
    if 1 not in ranked:
        return [[("Nobody has a rating over both sides.", "$muted")]]
    tall = max(_HEIGHT.values()) + 2
    columns = [_column(place, ranked.get(place), tall) for place in _ORDER]
    return [[part for column in columns for part in (column[line], " ")] for line in range(tall)]


def _column(place: int, row: Row | None, tall: int) -> list[Part]:
    if row is None:
        return [" " * _STEP] * tall
    height = _HEIGHT[place]
    colour = "$accent" if place == 1 else "$primary" if place == 2 else "$secondary"
    name = f"★ {row.name}" if place == 1 else row.name
    head: list[Part] = [(fit(name, _STEP).strip().center(_STEP), f"bold {colour}")]
    head.append((rating_words(row.rating).center(_STEP), ""))
    step: list[Part] = [(str(place).center(_STEP), f"bold $background on {colour}")]
    step += [(" " * _STEP, f"on {colour}")] * (height - 1)
    air: list[Part] = [" " * _STEP] * (tall - height - 2)
    return [*air, *head, *step]


def _best(found: Standings) -> list[Part]:
    """The first of each side, who may play that side only."""
    told: list[Part] = []
    for side in SIDES:
        if rows := found.side(side):
            best = f"{SHAPE[side]} best {side.value} {rows[0].name}"
            told.append((f"{fit(best, 29)}  ", f"${side.value}"))
    return told


def _par(live: Live) -> float | None:
    pars = {result.par for result in live.tally.results}
    return pars.pop() if len(pars) == 1 else None


def _mix(found: Standings, par: float | None) -> list[list[Part]]:
    if found.mix is None:
        missing = found.missions.missing
        met = f"{missing} pair{'s' if missing != 1 else ''}"
        words = f"{met} never met, so there is no equilibrium mix." if missing else ""
        return [[(words or "No match was played.", "$muted")]]
    mix = found.mix
    left, right = (_side(side, _played(mix.shares[side])) for side in SIDES)
    gap: list[Part] = [" " * (_NAME + _BAR + 8)]
    pairs = zip_longest(left, right, fillvalue=gap)
    return [_value(mix, par), *([*one, *two] for one, two in pairs)]


def _side(side: Side, shares: Sequence[Share]) -> list[list[Part]]:
    colour = f"${side.value}"
    told: list[list[Part]] = [
        [(fit(f"{SHAPE[side]} best mix of {side.value}s", _NAME + _BAR + 8), f"bold {colour}")]
    ]
    for share in shares:
        bars = share_bar(share.weight, _BAR, colour)
        told.append([f"{fit(share.name, _NAME)} ", *bars, (f" {share.weight:4.0%}  ", "bold")])
    return told


def _value(mix: Mix, par: float | None) -> list[Part]:
    spread = "" if mix.low is None or mix.high is None else f" [{mix.low:.3f}, {mix.high:.3f}]"
    return [
        ("Equilibrium: ", "bold"),
        "each side does best to draw its agent by lot as below; the mission is then ",
        (f"{mix.value:.3f}", "bold"),
        f"{spread}." if par is None else f"{spread} against par {par:.3f}.",
    ]


def _played(shares: Sequence[Share]) -> list[Share]:
    heavy = [share for share in shares if share.weight >= _DUST]
    return sorted(heavy, key=lambda share: -share.weight)[:_FEW]
