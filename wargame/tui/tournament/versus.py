"""One entrant against each of the others, on both sides."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from wargame.stages import SIDES, Side
from wargame.tournament.match_words import offences
from wargame.tournament.outcome import MatchResult
from wargame.tournament.standings import Row
from wargame.tui.tournament.live import Live
from wargame.tui.tournament.marks import Part, badge, fit, mission_bar, rating_words
from wargame.tui.tournament.meetings import Meeting
from wargame.tui.tournament.sheet import Sheet
from wargame.tui.widgets.pipeline import SHAPE

_NAME, _BAR, _WIDE_BAR = 16, 10, 20
_FEW = 20
"""Forfeits that are told; the page has all."""


class VersusScreen(ModalScreen[None]):
    """Kept up while matches go on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", "Back", tooltip="Back to the standings"),
        Binding("left", "other(-1)", "Better one", tooltip="The entrant above it"),
        Binding("right", "other(1)", "Next one", tooltip="The entrant below it"),
    ]

    def __init__(self, live: Live, name: str) -> None:
        super().__init__()
        self._live, self.name_shown = live, name

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        with VerticalScroll(id="versus"):
            yield Sheet(id="against")

    def on_mount(self) -> None:
        """The first picture."""
        self.show()

    def on_resize(self) -> None:
        """Bars are as long as there is room."""
        self.call_after_refresh(self.show)

    def action_other(self, by: int) -> None:
        """Another entrant, in the order of the standings."""
        order = list(self._live.names())
        at = order.index(self.name_shown) if self.name_shown in order else 0
        if order:
            self.name_shown = order[max(0, min(len(order) - 1, at + by))]
        self.show()

    def show(self) -> None:
        """What is known now."""
        panel = self.query_one("#versus", VerticalScroll)
        panel.border_title = f"{self.name_shown}: head to head"
        bar = _WIDE_BAR if self.app.size.width >= 130 else _BAR
        self.query_one("#against", Sheet).show(self._told(bar))

    def _told(self, bar: int) -> list[list[Part]]:
        name, live = self.name_shown, self._live
        rows = live.standings.rows if live.standings is not None else ()
        told = [line for row in rows if row.name == name for line in _summary(row)]
        heads = "".join(fit(f"as {SHAPE[side]} {side.value}", bar + 17) for side in SIDES)
        told.append([(f"{'against':<{_NAME + 2}}{heads}", "$muted")])
        for other in live.names():
            pairs = live.meetings.pairs
            met = {
                Side.ATTACKER: pairs.get((name, other)),
                Side.DEFENDER: pairs.get((other, name)),
            }
            if not any(met.values()):
                continue
            label = "itself" if other == name else other
            told.append([(fit(label, _NAME), "bold"), "  "])
            for side in SIDES:
                told[-1] += _met(met[side], side, bar, unrated=other == name)
        return told + _forfeits(name, live.meetings.forfeits.get(name, []))


def _summary(row: Row) -> list[list[Part]]:
    first: list[Part] = []
    if row.rank is not None:
        first += [("rank ", "$muted"), (f"{row.rank}", "bold $accent"), ("   rating ", "$muted")]
        first += [(rating_words(row.rating), "bold")]
    for side in SIDES:
        if row.ratings[side] is not None:
            first.append((f"   {SHAPE[side]} {rating_words(row.ratings[side])}", f"${side.value}"))
    first.append((f"   won {row.wins} of {row.matches}", ""))
    return [first, []]


def _met(met: Meeting | None, side: Side, bar: int, *, unrated: bool) -> list[Part]:
    if met is None:
        return [(fit("–", bar + 17), "$muted")]
    won = met.won if side is Side.ATTACKER else met.held
    score = "(unrated)" if unrated else f"{won} of {met.matches}"
    colour = f"bold ${side.value}" if 2 * won > met.matches and not unrated else "$muted"
    bars = mission_bar(met.mission, met.par, bar)
    return [*bars, f" {met.mission:.3f} ", (f"{score:<10}", colour)]


def _forfeits(name: str, results: list[MatchResult]) -> list[list[Part]]:
    if not results:
        return []
    told: list[list[Part]] = [[], [(f"forfeits ({len(results)}), the newest first", "$muted")]]
    for result in results[: -_FEW - 1 : -1]:
        for own, status, words in offences(result):
            if own == name:
                players = [result.fixture.player(side) for side in SIDES]
                other = next((each for each in players if each != name), name)
                where = f" round {result.fixture.round} against {other}: "
                told.append([badge(status), (where, "$muted"), words])
    return told
