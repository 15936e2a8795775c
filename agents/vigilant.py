"""A defender that watches first and answers what it sees."""

from __future__ import annotations

from typing import ClassVar

from wargame.game.agent import Agent, active, affordable, alarms, choose
from wargame.game.view import View
from wargame.stages import Side

ANSWERS: dict[str, tuple[str, ...]] = {
    "gold_set": ("compare_and_rollback", "label_sanitation", "activation_clustering"),
    "compare_and_rollback": ("label_sanitation", "authenticate_contributors", "hash_ledger"),
    "label_sanitation": ("authenticate_contributors", "activation_clustering"),
    "activation_clustering": ("authenticate_contributors", "compare_and_rollback"),
    "hash_ledger": ("encrypted_store",),
    "query_monitor": ("rate_limit", "output_perturbation", "adversarial_training"),
    "traffic_monitor": ("rate_limit", "api_authentication"),
    "rate_limit": ("traffic_monitor", "api_authentication"),
}
"""What to play when an instrument raises an alarm."""


class Vigilant(Agent):
    """Buys instruments, keeps them running, and answers each alarm with what it points to."""

    name: ClassVar[str] = "vigilant"
    title: ClassVar[str] = "The vigilant"
    sides: ClassVar[tuple[Side, ...]] = (Side.DEFENDER,)
    character: ClassVar[str] = "Instruments first; every alarm gets its answer"

    watch: ClassVar[tuple[str, ...]] = (
        "encrypted_store",
        "compare_and_rollback",
        "traffic_monitor",
        "query_monitor",
        "encrypted_channel",
        "hash_ledger",
        "gold_set",
        "scaling_filter",
        "artifact_scan",
    )

    def act(self, view: View) -> int:
        """An answer to the last round's alarms, else the next instrument that is not running."""
        for channel in alarms(view):
            for card in ANSWERS.get(channel.split(".")[0], ()):
                if (action := self._play(view, card)) != 0:
                    return action
        for card in self.watch:
            if (action := self._play(view, card)) != 0:
                return action
        return 0

    @staticmethod
    def _play(view: View, card: str) -> int:
        strengths = affordable(view, card)
        return 0 if active(view, card) or not strengths else choose(view, card, strengths[-1])
