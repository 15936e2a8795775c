"""An attacker that fools the served model."""

from __future__ import annotations

from typing import ClassVar

from wargame.game.agent import Agent, active, affordable, choose, strongest
from wargame.game.view import View
from wargame.stages import Access, Side, Strength


class Evader(Agent):
    """Steals the weights once, then attacks with gradients; without weights it works by queries."""

    name: ClassVar[str] = "evader"
    title: ClassVar[str] = "The evader"
    sides: ClassVar[tuple[Side, ...]] = (Side.ATTACKER,)
    character: ClassVar[str] = "Steals the weights, then fools the service with gradients"

    def act(self, view: View) -> int:
        """Weights first, then the strongest evasion that its own success still justifies."""
        tried = view.round - 1
        if not active(view, "checkpoint_theft") and (tried == 0 or self._stale(view)):
            wanted = affordable(view, "checkpoint_theft")
            if wanted:
                return choose(view, "checkpoint_theft", wanted[-1])
        if Access.WHITE_BOX in view.access:
            if not active(view, "pgd"):
                return strongest(view, ("pgd", "fgsm"))
            return strongest(view, ("square",)) if view.budget > 5 else 0
        if active(view, "substitute"):
            return choose(view, "model_extraction", Strength.MEDIUM)
        return strongest(view, ("substitute", "square", "model_extraction"))

    @staticmethod
    def _stale(view: View) -> bool:
        """Whether the last evasion failed on most tiles though it had weights to work with."""
        if Access.WHITE_BOX not in view.access:
            return False
        seen = [
            reading.value
            for readings in view.readings
            for reading in readings
            if reading.channel in ("pgd.fooled", "fgsm.fooled")
        ]
        return bool(seen) and seen[-1] < 0.5
