"""The matches as they come, the newest first."""

from __future__ import annotations

from wargame.stages import SIDES
from wargame.tournament.match_words import offences, visible
from wargame.tournament.outcome import MatchResult
from wargame.tui.tournament.live import Live, News, Note
from wargame.tui.tournament.marks import Part, badge, fit, mission_bar, player
from wargame.tui.tournament.sheet import Sheet

_TONES = {
    "round": ("──  ", "$muted"),
    "lead": ("★   ", "bold $accent"),
    "change": ("»   ", "bold"),
}
_WIDE = 120
_WON = {"attacker": "attacker won", "defender": "defender held"}


class Feed(Sheet):
    """As many of the newest lines as there is room for."""

    def __init__(self, live: Live, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._live = live

    def draw(self) -> None:
        """The news as they are now, the last of them on top."""
        width, height = self.size.width, self.size.height
        waiting: list[list[Part]] = [[("No match is over yet.", "$muted")]]
        told = [_line(each, width) for each in self._live.news[: -height - 1 : -1]]
        self.show(told or waiting)


def _line(news: News, width: int) -> list[Part]:
    if isinstance(news, Note):
        mark, style = _TONES[news.tone]
        return [(fit(f"{mark}{visible(news.text)}", width), style)]
    return match_line(news, width)


def match_line(result: MatchResult, width: int) -> list[Part]:
    """One match: the players, the mission value against par, and how it ended."""
    wide = width >= _WIDE
    room = 22 if wide else 13
    fixture = result.fixture
    parts: list[Part] = [(f"{fixture.round:>3} ", "$muted")]
    for side in SIDES:
        parts += [*player(side, fixture.player(side), room, result.winner), " "]
    parts += [*mission_bar(result.mission, result.par, 14 if wide else 10)]
    parts.append((f" {result.mission:.3f} ", "bold"))
    left = width - 15 - 2 * room - (14 if wide else 10) - 3
    return [*parts, *(_offences(result, left) if result.forfeit else [_end(result, left)])]


def _offences(result: MatchResult, width: int) -> list[Part]:
    parts: list[Part] = []
    for name, status, words in offences(result):
        mark = badge(status)
        parts.append(mark)
        width -= len(mark[0])
        text = fit(f" {name}: {words} ", max(0, width)).rstrip()
        parts.append((text, "$warning"))
        width -= len(text)
    return parts


def _end(result: MatchResult, width: int) -> Part:
    short = _WON[result.winner.value] if result.winner is not None else "both lost"
    long = visible(result.words)
    return (long if long and len(long) <= width else fit(short, width).rstrip(), "$muted")
