"""An attacker that corrupts what the model learns from."""

from __future__ import annotations

from typing import ClassVar

from wargame.game.agent import Agent, active, affordable, choose
from wargame.game.view import View
from wargame.stages import Side, Strength


class Poisoner(Agent):
    """Plants a backdoor first, then keeps lies flowing from drones, links and storage nodes.

    Where its backdoor stops working it changes the way in, since what blocks one gate rarely
    blocks the next.
    """

    name: ClassVar[str] = "poisoner"
    title: ClassVar[str] = "The poisoner"
    sides: ClassVar[tuple[Side, ...]] = (Side.ATTACKER,)
    character: ClassVar[str] = "Corrupts the training data: backdoor first, then lies every round"

    ways: ClassVar[tuple[str, ...]] = (
        "backdoor",
        "shard_corruption",
        "label_flip",
        "fake_node",
        "scaling_attack",
        "tamper",
        "drift_poison",
    )

    def act(self, view: View) -> int:
        """The next way in that is not in force; those that failed come last."""
        for card in sorted(self.ways, key=lambda name: self._failed(view, name)):
            strengths = affordable(view, card)
            if strengths and not active(view, card):
                # A heavy backdoor shows; a medium one already opens.
                wanted = Strength.MEDIUM if card == "backdoor" else strengths[-1]
                return choose(view, card, wanted if wanted in strengths else strengths[-1])
        return 0

    @staticmethod
    def _failed(view: View, card: str) -> bool:
        """Whether its own test of the trigger came back without effect."""
        seen = [
            reading.value
            for readings in view.readings
            for reading in readings
            if reading.channel == f"{card}.trigger_success"
        ]
        return bool(seen) and seen[-1] < 0.3
