"""A review in words for students: every number in them was measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wargame.game.deck import Deck
from wargame.stages import SIDES, Side, Strength
from wargame.theory.review import Alternative, Change, Review, RoundReview, SideReview


def card_and_strength(card: str | None, strength: Strength | None) -> str:
    """A move as commands take it, such as "pgd:heavy"."""
    return "pass" if card is None or strength is None else f"{card}:{strength.value}"


@dataclass(frozen=True, slots=True)
class Tongue:
    """How moves and measures are called."""

    move: Callable[[str | None, Strength | None], str] = card_and_strength
    measure: Callable[[str], str] = str


PLAIN = Tongue()
LEAST = 0.0005
"""A part of the mission value below this moves no third digit, and is no reason."""


def best_reply(
    review: Review, at: RoundReview, side: Side, tongue: Tongue = PLAIN, *, brief: bool = False
) -> str:
    """What a side could have played in a round, what it would have measured, and why.

    Args:
        review: the whole.
        at: the round.
        side: whose move.
        tongue: how things are called.
        brief: one sentence, without the log's line and the rest of the match.
    """
    one = at.sides[side]
    best = one.best
    head = f"Round {at.round}: the {side.value} {_did(one, tongue)}"
    if best is None:
        many = len(one.alternatives)
        worse = "higher" if side is Side.ATTACKER else "lower"
        if many == 0:
            return f"{head}; nothing else could be played."
        others = "the one other move" if many == 1 else f"all {many} other moves"
        return f"{head}. That was best: {others} tried measured a mission no {worse}."
    points = "would have cost nothing" if best.cost == 0 else f"would have cost {best.cost}"
    name = "passing" if best.card is None else tongue.move(best.card, best.strength)
    said = [f"{head}; {name} {points} and {_kept(at, side, best)}{_because(best, tongue)}."]
    if brief:
        return said[0]
    if best.event is not None:
        said.append(f"Its line in the log: “{best.event}”.")
    if best.through is not None:
        said.append(_to_the_end(review, best, side))
    return " ".join(said)


def _did(one: SideReview, tongue: Tongue) -> str:
    return "passed" if one.card is None else f"played {tongue.move(one.card, one.strength)}"


def _kept(at: RoundReview, side: Side, best: Alternative) -> str:
    verb, way = ("brought", "higher") if side is Side.ATTACKER else ("kept", "lower")
    doubt = "" if best.clear else ", within the error of the measurements"
    return (
        f"{verb} the mission {best.gain:.3f} {way} ({at.mission:.3f} → {best.mission:.3f}{doubt})"
    )


def _because(best: Alternative, tongue: Tongue) -> str:
    reasons = [change for change in best.changes if abs(change.effect) >= LEAST]
    return f", because {_changed(reasons[0], tongue)}" if reasons else ""


def _changed(change: Change, tongue: Tongue) -> str:
    name = tongue.measure(change.measure)
    if change.before is None:
        return f"{name} would have been measured at {value(change.after, change.unit)}"
    if change.after is None:
        return f"{name}, at {value(change.before, change.unit)}, would have been no more"
    verb = "fallen" if change.after < change.before else "risen"
    was, now = value(change.before, change.unit), value(change.after, change.unit)
    return f"{name} would have {verb} from {was} to {now}"


def value(number: float | None, unit: str) -> str:
    """A measured value with its unit; a dash where there is none."""
    if number is None:
        return "–"
    if unit in ("share", "auc"):
        return f"{number:.3f}"
    shown = f"{number:,.0f}" if number == int(number) or abs(number) >= 100 else f"{number:.3g}"
    return f"{shown} {unit}" if unit != "count" else shown


def _to_the_end(review: Review, best: Alternative, side: Side) -> str:
    through = best.through
    assert through is not None  # noqa: S101
    rest = "With everything after it as recorded, the match "
    verb = "would have come out" if review.result is not None else "so far would stand"
    where = f"{verb} at {through.mission:.3f} instead of {review.mission:.3f}"
    against = through.gain < 0
    turn = f": {abs(through.gain):.3f} {'worse' if against else 'better'} for the {side.value}"
    if through.gain == 0:
        turn = ": no difference"
    won = review.wins(best)
    tail = f", and the {won.value} would have won" if won is not None else ""
    lapsed = len(through.lapsed)
    lost = ""
    if lapsed:
        lost = f" ({lapsed} later {'move' if lapsed == 1 else 'moves'} no longer allowed: passed)"
    return f"{rest}{where}{turn}{tail}{lost}."


def lapses(best: Alternative, decks: tuple[Deck, Deck]) -> list[str]:
    """The recorded moves that could no longer be played after an alternative, in words."""
    found = best.through.lapsed if best.through is not None else ()
    return [
        f"round {each.round}: the {each.side.value} can no longer play "
        f"{decks[SIDES.index(each.side)].describe(each.action)}, and passes"
        for each in found
    ]


def turning_point(review: Review) -> str:
    """The round that mattered most, and from where on the winner led."""
    return f"{turning_words(review)}{_led(review)}"


def turning_words(review: Review, tongue: Tongue = PLAIN) -> str:
    """The round that mattered most."""
    turning = review.turning
    if not review.rounds:
        return "No round is reviewed yet."
    if turning is None:
        return "No other move would have measured better in any round."
    move = tongue.move(turning.reply.card, turning.reply.strength)
    head = f"Turning point: round {turning.round}. Had the {turning.side.value} played {move}, "
    if turning.reply.card is None:
        head = f"Turning point: round {turning.round}. Had the {turning.side.value} passed, "
    if turning.reply.through is None or not turning.through_match:
        return f"{head}the round would have gone {turning.gain:.3f} its way: the greatest regret."
    far = f"{turning.reply.through.mission:.3f} instead of {review.mission:.3f}"
    return f"{head}the match would have come out at {far}: no other move followed changed it more."


def _led(review: Review) -> str:
    result = review.result
    if result is None or not review.rounds:
        return ""
    if result.turning_round == 1:
        return f" The {result.winner.value} led from the first round to the end."
    return f" The {result.winner.value} led from round {result.turning_round} to the end."
