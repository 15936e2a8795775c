"""Small signs that the panes share: the bar of a mission value, badges, and names that fit."""

from __future__ import annotations

from textual.content import Content

from wargame.sandbox.limits import Status
from wargame.stages import Side
from wargame.tournament.ratings import Rating
from wargame.tui.widgets.pipeline import SHAPE

Part = str | tuple[str, str]
_EIGHTHS = " ▏▎▍▌▋▊▉"


def winner(mission: float, par: float) -> Side:
    """Whose mission value this is: exactly at par it is the defender's."""
    return Side.ATTACKER if mission > par else Side.DEFENDER


def mission_bar(mission: float, par: float, length: int) -> list[Part]:
    """A bar of the mission value in its winner's colour, with a line where par is.

    Args:
        mission: 0..1.
        par: 0..1.
        length: cells.
    """
    colour = f"${winner(mission, par).value}"
    at = min(length - 1, int(par * length))
    full, rest = divmod(round(8 * length * mission), 8)
    cells: list[Part] = []
    for place in range(length):
        filled = place < full
        if place == at:
            cells.append(("│", f"bold $background on {colour}" if filled else "bold $foreground"))
        elif filled:
            cells.append(("█", colour))
        elif place == full and rest:
            cells.append((_EIGHTHS[rest], colour))
        else:
            cells.append(("·", "$border"))
    return cells


def share_bar(share: float, length: int, colour: str) -> list[Part]:
    """A bar of a share 0..1."""
    full, rest = divmod(round(8 * length * max(0.0, min(1.0, share))), 8)
    filled = "█" * full + (_EIGHTHS[rest] if rest else "")
    return [(filled, colour), ("·" * (length - len(filled)), "$border")]


def badge(status: Status) -> Part:
    """A status that is not OK, as it stands everywhere."""
    return (f" {status.value} ", "bold $background on $warning")


def player(side: Side, name: str, width: int, won: Side | None) -> list[Part]:
    """An entrant on its side, bold where it won."""
    style = f"bold ${side.value}" if won is side else "$muted"
    return [(f"{SHAPE[side]} ", f"${side.value}"), (fit(name, width), style)]


def rating_words(rating: Rating | None) -> str:
    """In points, with the interval where there is one."""
    if rating is None:
        return "–"
    if rating.low is None or rating.high is None:
        return f"{rating.value:.0f}"
    return f"{rating.value:.0f} [{rating.low:.0f}, {rating.high:.0f}]"


def fit(text: str, width: int) -> str:
    """Exactly so wide, cut where it is too long."""
    return text.ljust(width) if len(text) <= width else f"{text[: max(0, width - 1)]}…"


def lines(found: list[list[Part]]) -> Content:
    """Lines of parts, one below the other."""
    return Content("\n").join([Content.assemble(*parts) for parts in found])
