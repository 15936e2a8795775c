"""The regrets of a match: a row of bars a round, and a table of what a side could have played."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from wargame import catalog
from wargame.game.deck import Deck
from wargame.stages import SIDES, Side, Strength
from wargame.theory.review import Alternative, Review, RoundReview
from wargame.theory.review_words import Tongue, best_reply, lapses
from wargame.tui.widgets.pipeline import LEVEL, SHAPE
from wargame.tui.words import measure_words

_Part = str | tuple[str, str]
_EIGHTHS = " ▏▎▍▌▋▊▉"
_TITLE, _TALL = 30, 14


def move_words(card: str | None, strength: Strength | None) -> str:
    """A move by its card's title."""
    if card is None or strength is None:
        return "Pass"
    return f"{catalog.card(card).title} ({strength.value})"


TONGUE = Tongue(move_words, measure_words)


class Regrets(OptionList):
    """One row a round: the mission value, and how much each side missed."""

    class Looked(Message):
        """A round is under the cursor."""

        def __init__(self, round_: int) -> None:
            super().__init__()
            self.round = round_

    def __init__(self, rounds: int, *, id: str | None = None) -> None:
        super().__init__(*(Option("", id=str(n)) for n in range(1, rounds + 1)), id=id)
        self._review: Review | None = None

    def on_mount(self) -> None:
        """Stands at the first round."""
        self.highlighted = 0

    def show(self, review: Review) -> None:
        """Shows what is done of a review."""
        self._review = review
        self._redraw()

    def _redraw(self) -> None:
        for row in range(self.option_count):
            self.replace_option_prompt_at_index(row, self._row(row))

    def _row(self, row: int) -> Content:
        review = self._review
        done = {each.round: each for each in review.rounds} if review is not None else {}
        each = done.get(row + 1)
        if review is None or each is None:
            return Content.assemble(f"{row + 1:>3}  ", ("not tried yet", "$muted"))
        turning = review.turning is not None and review.turning.round == each.round
        mark: _Part = ("◀ ", "bold $accent") if turning else "  "
        parts: list[_Part] = [f"{each.round:>3}  {each.mission:.3f} ", mark]
        most = max(one.regret for other in review.rounds for one in other.sides.values()) or 1.0
        room = max(6, (self.size.width - 16) // 2 - 10)
        for side in SIDES:
            if side in each.sides:
                regret = each.sides[side].regret
                parts += _bar(side, regret, most, room)
        return Content.assemble(*parts)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """The cursor moved."""
        event.stop()
        self.post_message(self.Looked(event.option_index + 1))

    def on_resize(self, _event: events.Resize) -> None:
        """Bars are as long as there is room."""
        self._redraw()


def _bar(side: Side, regret: float, most: float, room: int) -> list[_Part]:
    full, rest = divmod(round(8 * room * regret / most), 8)
    filled = "█" * full + (_EIGHTHS[rest] if rest else "")
    style = f"${side.value}"
    return [
        (f"{SHAPE[side]} ", style),
        (filled, style),
        ("·" * (room - len(filled)), "$border"),
        f" {regret:.3f} ",
    ]


class Replies(VerticalScroll, can_focus=True):
    """The best reply of a side in a round in words, and every move it could have made."""

    def __init__(self, side: Side, decks: tuple[Deck, Deck], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._side, self._decks = side, decks

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(classes="replies")

    def show(self, review: Review | None, at: RoundReview | None) -> None:
        """Shows a round; None while it is not tried yet."""
        shown = Content.styled("The other cards of this round are not tried yet.", "$muted")
        if review is not None and at is not None and self._side in at.sides:
            shown = Content.assemble(*self._parts(review, at))
        self.query_one(".replies", Static).update(shown)
        self.scroll_home(animate=False)

    def _parts(self, review: Review, at: RoundReview) -> list[_Part]:
        one = at.sides[self._side]
        brief = self.size.height < _TALL
        parts: list[_Part] = [best_reply(review, at, self._side, TONGUE, brief=brief)]
        if one.best is not None and not brief:
            parts += [f" In {text}." for text in lapses(one.best, self._decks)]
        heads = f"  {'':<{_TITLE}}{'cost':>5}{'mission':>8}{'gain':>9}{'match':>9}"
        parts += ["\n\n", (f"{heads}\n", "$muted")]
        name = _name(one.card, one.strength)
        style = f"bold ${self._side.value}"
        parts.append((f"{SHAPE[self._side]} {name:<{_TITLE}}{one.cost:>5}", style))
        parts.append((f"{at.mission:>8.3f}{'played':>9}\n", style))
        for alternative in one.alternatives:
            parts += self._tried(alternative)
        return parts

    def _tried(self, tried: Alternative) -> list[_Part]:
        style = "$success" if tried.gain > 0 else "$muted" if tried.gain < 0 else ""
        doubt = " " if tried.clear or tried.gain == 0 else "~"
        through = f"{tried.through.gain:>+8.3f}" if tried.through is not None else ""
        return [
            f"  {_name(tried.card, tried.strength):<{_TITLE}}{tried.cost:>5}{tried.mission:>8.3f}",
            (f"{tried.gain:>+8.3f}{doubt}", style),
            f"{through}\n",
        ]


def _name(card: str | None, strength: Strength | None) -> str:
    if card is None or strength is None:
        return "Pass"
    level = f" {LEVEL[strength]}"
    return f"{catalog.card(card).title[: _TITLE - 3]}{level}"
