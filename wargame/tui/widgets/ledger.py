"""Tables of a match told openly: one round's numbers, and one line a round."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from wargame import catalog
from wargame.stages import SIDES, Side
from wargame.tui.chapter import Chapter, Played
from wargame.tui.scene import in_unit
from wargame.tui.widgets.pipeline import LEVEL, SHAPE
from wargame.tui.words import measure_words

_Part = str | tuple[str, str]


class Round(VerticalScroll, can_focus=True):
    """Both sides' moves and every measure of one round."""

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(id="round")

    def show(self, chapter: Chapter) -> None:
        """Shows a round."""
        self.query_one("#round", Static).update(_round(chapter))


def _round(chapter: Chapter) -> Content:
    parts: list[_Part] = []
    for side in SIDES:
        if side in chapter.plays:
            parts += [played(side, chapter.plays[side]), "\n"]
    if chapter.worth is not None:
        worth = chapter.worth
        parts += [
            ("\nMission value ", "bold"),
            (f"{worth.mission:.3f}", "bold $accent"),
            f" [{worth.low:.3f}, {worth.high:.3f}]\n",
        ]
        for goal, value in worth.harms.items():
            filled = round(20 * value)
            parts += [
                f"  {goal:<16}",
                ("█" * filled, "$attacker"),
                ("·" * (20 - filled), "$border"),
            ]
            parts += [f" {value:.2f}\n"]
    parts += [("\nMeasured\n", "bold")]
    for name, measure in chapter.measures.items():
        parts += [(f"  {measure_words(name):<44} ", "$muted"), f"{in_unit(measure)}\n"]
    return Content.assemble(*parts)


def played(side: Side, play: Played) -> tuple[str, str]:
    """A move in words, in its side's colour."""
    what = "passes" if play.card is None else catalog.card(play.card).title
    level = f" {LEVEL[play.strength]} {play.strength.value}" if play.strength else ""
    return f"{SHAPE[side]} {side.value:<9} {what}{level}", f"${side.value}"


def summary(chapters: Sequence[Chapter], par: float, turning: int) -> Content:
    """Two lines a round: both moves and the mission value, and what it was made of.

    Args:
        chapters: the opening and the rounds.
        par: the mission value that parts victory from defeat.
        turning: the round from which on the winner led.
    """
    note = f"◀ round {turning}: from here on the winner led"
    heads = f"{'':>3}  {'▲ attacker':<30}{'■ defender':<29}{'mission':>7}\n"
    parts: list[_Part] = [(heads, "$muted")]
    for chapter in chapters[1:]:
        mission = chapter.worth.mission if chapter.worth else 0.0
        parts.append((f"{chapter.round:>3}  ", "bold $accent" if chapter.round == turning else ""))
        parts += [_brief(side, chapter.plays[side]) for side in SIDES]
        parts.append((f"{mission:>7.3f}", "$attacker" if mission > par else "$defender"))
        parts.append(" ◀\n" if chapter.round == turning else "\n")
        parts.append((f"{'':>5}{_gained(chapter)}\n", "$muted"))
    return Content.assemble(*parts, (note, "$muted"))


def _gained(chapter: Chapter) -> str:
    """What the attacker gained in a round, goal by goal, and by what."""
    worth = chapter.worth
    found = [
        f"{goal} {value:.2f} by {measure_words(worth.causes[goal])}"
        for goal, value in (worth.harms.items() if worth else ())
        if worth and goal in worth.causes and value >= 0.005
    ]
    return "; ".join(found) or "nothing was harmed"


def _brief(side: Side, play: Played) -> tuple[str, str]:
    if play.card is None or play.strength is None:
        return f"{'–':<29}", "$muted"
    title = catalog.card(play.card).title
    return f"{LEVEL[play.strength]} {title[:26]:<27}", f"${side.value}"
