"""A review on the standard output: bars, tables and words, or one JSON object."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

from wargame.cli.output import ROUND_SECONDS, print_json, table, wrapped
from wargame.game.deck import Deck
from wargame.stages import SIDES, Side
from wargame.theory.pace import span
from wargame.theory.review_words import (
    LEAST,
    best_reply,
    card_and_strength,
    lapses,
    turning_point,
)

if TYPE_CHECKING:
    from wargame.game.record import Record
    from wargame.store import Store
    from wargame.theory.review import Alternative, Review, RoundReview, SideReview
    from wargame.theory.reviewer import Reviewer

_COLOURS = {Side.ATTACKER: "red", Side.DEFENDER: "blue"}
_SHAPES = {Side.ATTACKER: "▲", Side.DEFENDER: "■"}


def estimate(reviewer: Reviewer, store: Store, workers: int) -> str:
    """How much is to be made, before it begins; the match itself is made already."""
    orders = {
        order.key: order
        for number in reviewer.rounds
        for order in reviewer.replay.orders(reviewer.swaps(number))
    }
    missing = sum(order.ready(store) is None for order in orders.values())
    later = reviewer.followed()
    seconds = ROUND_SECONDS.get(reviewer.game.world.fidelity)
    time = ""
    if seconds is not None and missing:
        who = "one worker" if workers == 1 else f"{workers} workers"
        time = f"; {span(seconds * (missing + later) / workers)} on {who}"
    more = f", and up to {later} more to follow the best replies to the end" if later else ""
    return f"{len(orders)} other rounds to look at, {missing} of them to be made{more}{time}"


def show(review: Review, record: Record, *, as_json: bool) -> None:
    """The review."""
    header = record.header
    if as_json:
        agents = {side.value: header.agents.get(side) for side in SIDES}
        print_json({"seed": header.seed, "agents": agents, **review.to_json()})
        return
    players = " against ".join(header.agents.get(side) or "human" for side in SIDES)
    print(f"{header.scenario}, {header.fidelity}, seed {header.seed}: {players}")
    print(wrapped(_what(review)), end="\n\n")
    _bars(review)
    print(f"\n{wrapped(turning_point(review))}\n")
    print("best replies\n")
    print(table(_HEAD, _rows(review)))
    print(
        "\ngain: in that round; match: in the mean of the whole match, with every later move as "
        "recorded\n~ within the error of the measurements"
    )
    for text in _sentences(review, record):
        print(f"\n{wrapped(text)}")


def _what(review: Review) -> str:
    strengths = "every strength" if review.all_strengths else "the strongest affordable strength"
    done = "" if review.complete else " Stopped: this is what is done so far."
    return (
        f"Every other legal card at {strengths}, really tried; mission values are the attacker's "
        f"gain, 0 to 1.{done}"
    )


def _bars(review: Review) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    width = min(100, shutil.get_terminal_size().columns)
    sides = [side for side in SIDES if any(side in each.sides for each in review.rounds)]
    room = max(8, (width - 18) // max(1, len(sides)) - 10)
    most = max(one.regret for each in review.rounds for one in each.sides.values()) or 1.0
    shown = Table(box=None, padding=(0, 1), header_style="")
    shown.add_column("round", justify="right")
    shown.add_column("mission")
    for side in sides:
        shown.add_column(f"{_SHAPES[side]} {side.value}: regret", style=_COLOURS[side])
    turning = review.turning
    for each in review.rounds:
        mark = " ◀" if turning is not None and each.round == turning.round else ""
        cells = [
            Text(f"{bar(each.sides[side].regret / most, room)} {each.sides[side].regret:.3f}")
            for side in sides
        ]
        shown.add_row(str(each.round), f"{each.mission:.3f}{mark}", *cells)
    Console(width=width, highlight=False).print(shown)


def bar(share: float, room: int) -> str:
    """A bar of eighths of cells, as long as its share of the room."""
    eighths = round(8 * room * min(1.0, max(0.0, share)))
    full, rest = divmod(eighths, 8)
    return "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")


_HEAD = ("round", "side", "played", "best reply", "cost", "gain", "mission", "match")


def _rows(review: Review) -> Iterator[tuple[str, ...]]:
    for each in review.rounds:
        for side, one in each.sides.items():
            best = one.best
            played = card_and_strength(one.card, one.strength)
            yield (
                str(each.round),
                side.value,
                played,
                *(_reply(each, best) if best is not None else ("-", "", "", "", "")),
            )


def _reply(at: RoundReview, best: Alternative) -> tuple[str, ...]:
    doubt = "" if best.clear else " ~"
    through = best.through
    return (
        card_and_strength(best.card, best.strength),
        str(best.cost),
        f"{best.gain:.3f}{doubt}",
        f"{at.mission:.3f} → {best.mission:.3f}",
        f"{through.gain:+.3f}" if through is not None else "",
    )


def _sentences(review: Review, record: Record) -> Iterator[str]:
    """The best replies worth a word."""
    from wargame.game.scenario import from_content

    rules = from_content(record.header.content)
    decks = Deck.of(rules, SIDES[0]), Deck.of(rules, SIDES[1])
    for each in review.rounds:
        for side, one in each.sides.items():
            if _worth_telling(one):
                yield best_reply(review, each, side)
                if one.best is not None:
                    yield from (f"  {text}." for text in lapses(one.best, decks))


def _worth_telling(one: SideReview) -> bool:
    return one.best is not None and one.regret >= LEAST
