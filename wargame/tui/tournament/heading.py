"""The two lines on top: which tournament, and how far it is."""

from __future__ import annotations

from wargame.tournament.match_words import visible
from wargame.tui.tournament.live import Live
from wargame.tui.tournament.marks import Part, fit, share_bar
from wargame.tui.tournament.pace import span
from wargame.tui.tournament.sheet import Sheet


class Heading(Sheet):
    """Title, round and leader; bar, pace and time left."""

    def __init__(self, live: Live, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._live = live

    def draw(self, note: str = "") -> None:
        """How things stand; `note` takes the place of the time that is left."""
        self.show([self._title(), self._progress(note)])

    def _title(self) -> list[Part]:
        tally = self._live.tally
        title = visible(tally.title) or "tournament"
        room = max(10, self.size.width - 48)
        parts: list[Part] = [(f" {fit(title, min(room, len(title)))} ", "bold reverse $primary")]
        if tally.round:
            parts.append(f"  round {tally.round}")
        parts.append((f"  {len(tally.entrants)} entrants", "$muted"))
        leader = self._live.leader
        if leader is not None:
            parts += [
                ("   ★ ", "bold $accent"),
                (fit(leader.name, min(18, len(leader.name))), "bold"),
            ]
        return parts

    def _progress(self, note: str) -> list[Part]:
        live = self._live
        done, expected = live.done, max(live.tally.expected, live.done)
        length = max(10, min(60, self.size.width // 3))
        parts: list[Part] = [
            " ",
            *share_bar(done / expected if expected else 0.0, length, "$accent"),
        ]
        parts.append((f" {done}/{expected} matches", "bold"))
        if note:
            return [*parts, (f"   {note}", "bold $warning")]
        rate, left = live.a_minute, live.left
        if live.tally.over:
            parts.append(("   all played", "$success"))
        elif rate is not None and left is not None:
            shown = f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}"
            parts.append((f"   {shown} a minute   {span(left)} left", "$muted"))
        return parts
