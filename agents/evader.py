"""An attacker that fools the served model."""

from __future__ import annotations

from typing import ClassVar

from wargame.game.agent import Agent, active, affordable, choose, strongest, value
from wargame.game.view import View
from wargame.stages import Access, Side, Strength


class Evader(Agent):
    """Tries the weights first; where they are locked away it trains a stand-in and transfers."""

    name: ClassVar[str] = "evader"
    title: ClassVar[str] = "The evader"
    sides: ClassVar[tuple[Side, ...]] = (Side.ATTACKER,)
    character: ClassVar[str] = "Steals the weights if it can, and fools the service either way"

    def __init__(self) -> None:
        self._locked = False

    def act(self, view: View) -> int:
        """With weights, gradients; without them, a look whether they lie open, then queries."""
        if value(view, "checkpoint_theft.weights_read") == 0:
            self._locked = True
        if Access.WHITE_BOX in view.access and not self._blunt(view):
            return self._with_weights(view)
        # Cheap and short: it only tells whether the store is encrypted.
        look = choose(view, "checkpoint_theft", Strength.LIGHT)
        if look and not self._locked and not active(view, "checkpoint_theft"):
            return look
        return self._with_queries(view)

    @staticmethod
    def _with_weights(view: View) -> int:
        if not active(view, "pgd"):
            return strongest(view, ("pgd", "fgsm"))
        if not active(view, "checkpoint_theft"):
            return choose(view, "checkpoint_theft", Strength.MEDIUM)
        return 0

    @staticmethod
    def _with_queries(view: View) -> int:
        """A strong stand-in every other round; what is left goes into a copy of the model."""
        if active(view, "substitute"):
            return choose(view, "model_extraction", Strength.LIGHT)
        if Strength.HEAVY in affordable(view, "substitute"):
            return choose(view, "substitute", Strength.HEAVY)
        return strongest(view, ("square",))

    @staticmethod
    def _blunt(view: View) -> bool:
        """Whether the last gradients fooled too few: the copy is stale, or the model hardened."""
        seen = [
            reading.value
            for readings in view.readings
            for reading in readings
            if reading.channel in ("pgd.fooled", "fgsm.fooled")
        ]
        return bool(seen) and seen[-1] < 0.35
