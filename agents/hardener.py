"""A defender that makes the system strong before anything happens."""

from __future__ import annotations

from typing import ClassVar

from wargame.game.agent import Agent, active, affordable, choose
from wargame.game.view import View
from wargame.stages import Side, Strength


class Hardener(Agent):
    """Proactive: encryption and robust learning from the first round, renewed before they lapse."""

    name: ClassVar[str] = "hardener"
    title: ClassVar[str] = "The hardener"
    sides: ClassVar[tuple[Side, ...]] = (Side.DEFENDER,)
    character: ClassVar[str] = "Encrypts and trains robustly from the start; looks at nothing"

    order: ClassVar[tuple[tuple[str, Strength], ...]] = (
        ("encrypted_store", Strength.HEAVY),
        ("adversarial_training", Strength.LIGHT),
        ("authenticate_contributors", Strength.MEDIUM),
        ("encrypted_channel", Strength.HEAVY),
        ("label_sanitation", Strength.MEDIUM),
        ("api_authentication", Strength.MEDIUM),
        ("activation_clustering", Strength.MEDIUM),
        ("artifact_scan", Strength.MEDIUM),
        ("scaling_filter", Strength.MEDIUM),
        ("rate_limit", Strength.MEDIUM),
    )

    def act(self, view: View) -> int:
        """The first measure in its order that is not in force, as strong as it can pay for."""
        for card, wanted in self.order:
            if active(view, card):
                continue
            strengths = [s for s in affordable(view, card) if _rank(s) <= _rank(wanted)]
            if strengths:
                return choose(view, card, strengths[-1])
            if view.budget < 4:
                # Better to save for the next in order than to take what is cheap.
                return 0
        return 0


def _rank(strength: Strength) -> int:
    return tuple(Strength).index(strength)
