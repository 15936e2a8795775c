"""A defender that counts what each round of protection costs."""

from __future__ import annotations

from typing import ClassVar

from wargame.game.agent import Agent, active, alarms, choose, find
from wargame.game.view import View
from wargame.stages import Side, Strength

LIGHT, MEDIUM, HEAVY = Strength


class Frugal(Agent):
    """Buys what lasts longest for its price and lets nothing lapse early.

    It spends on a strong answer only while an alarm shows that it is needed.
    """

    name: ClassVar[str] = "frugal"
    title: ClassVar[str] = "The frugal"
    sides: ClassVar[tuple[Side, ...]] = (Side.DEFENDER,)
    character: ClassVar[str] = "Buys what lasts; pays for strength only when an alarm calls for it"

    lasting: ClassVar[tuple[tuple[str, Strength], ...]] = (
        ("encrypted_store", HEAVY),
        ("authenticate_contributors", MEDIUM),
        ("api_authentication", HEAVY),
        ("gold_set", LIGHT),
        ("encrypted_channel", HEAVY),
        ("activation_clustering", MEDIUM),
        ("artifact_scan", MEDIUM),
        ("hash_ledger", LIGHT),
    )
    answers: ClassVar[dict[str, tuple[str, ...]]] = {
        "gold_set": ("label_sanitation", "compare_and_rollback"),
        "hash_ledger": ("encrypted_store",),
        "authenticate_contributors": ("label_sanitation",),
    }

    def act(self, view: View) -> int:
        """An answer to the last alarm; else the next lasting measure that is not in force."""
        for channel in alarms(view):
            for card in self.answers.get(channel.split(".")[0], ()):
                if not active(view, card) and (action := choose(view, card, MEDIUM)):
                    return action
        for card, strength in self.lasting:
            if active(view, card):
                continue
            move = find(view, card, strength)
            if move is not None:
                # What cannot be paid yet is saved for: cheap substitutes cost more in the end.
                return move.action if move.legal else 0
        return 0
