"""What an attack is after: the one measure by which its success is told."""

from __future__ import annotations

from collections.abc import Mapping

from wargame.card import Attack
from wargame.game.harm import RULES, advantage, as_is, lost, slowed
from wargame.pipeline.outcome import Measure

WHOLE = "clean_accuracy"
"""What an attack is judged by that has no harmful measure of its own: wrong answers."""

FOOLED = "fooled"
"""How evasion is told where its card measures it: of the tiles read right, those made wrong.

The accuracy under attack, by which the game scores evasion, also falls where a defence makes the
honest model worse.
"""

TOLD: Mapping[str, str] = {
    "clean_accuracy": "clean accuracy lost",
    "honest_served": "honest requests left unserved",
    "fooled": "tiles made wrong, of those read right",
    "accuracy_under_attack": "accuracy lost on attacked tiles",
    "trigger_success": "triggered tiles read as the target",
    "read_as_hidden": "scaled captures read as what they hide",
    "executed": "the payload ran",
    "records_exposed": "records read",
    "auc": "membership advantage (2 AUC - 1)",
    "agreement": "agreement of the copy with the victim",
    "weights_read": "weights read",
    "calls_served": "unpaid calls served",
}
"""Measure without its card to the success it tells, in words."""


def aim(card: type[Attack]) -> str:
    """Name of the measure: the card's first that `harm.RULES` knows, else clean accuracy.

    Evasion goes by the share `FOOLED`.
    """
    if FOOLED in card.measured_by:
        return f"{card.name}.{FOOLED}"
    for what in card.measured_by:
        if f"*.{what}" in RULES:
            return f"{card.name}.{what}"
        if what in RULES:
            return what
    return WHOLE


def in_words(measure: str) -> str:
    """What success by this measure is."""
    what = measure.rpartition(".")[2]
    return TOLD.get(what, what)


def harms(measures: Mapping[str, Measure], opening: Mapping[str, Measure]) -> dict[str, float]:
    """Every harmful measure as a harm, by the formulas of `game.harm`, but not cut to 0..1.

    A harm in a score is never below 0. Cut like that, the mean of what is next to nothing lies
    above nothing, and differences shrink.

    Args:
        measures: of the round.
        opening: of the honest start, which losses are held against.
    """
    found = {}
    for name, now in measures.items():
        card, _, what = name.rpartition(".")
        rule = RULES.get(f"*.{what}" if card else name)
        if rule is None:
            if what == FOOLED:
                found[name] = now.value
            continue
        start = opening.get(WHOLE if card else name)
        value = _uncut(rule[1], now, start)
        if value is not None:
            found[name] = value
    return found


def _uncut(formula: object, now: Measure, start: Measure | None) -> float | None:
    if formula is as_is:
        return now.value
    if formula is advantage:
        return 2 * now.value - 1
    if formula is lost:
        return 1 - (now.value / start.value if start and start.value > 0 else now.value)
    if formula is slowed:
        return slowed(now, start).value
    return None
