"""An attacker that wants the data and the model."""

from __future__ import annotations

from typing import ClassVar

from wargame.game.agent import Agent, active, affordable, choose, value
from wargame.game.view import View
from wargame.stages import Side


class Thief(Agent):
    """Listens on the link, asks who was in the training data, and copies the model by queries.

    Drops a trade that stopped paying: a sniffer that reads nothing is not renewed.
    """

    name: ClassVar[str] = "thief"
    title: ClassVar[str] = "The thief"
    sides: ClassVar[tuple[Side, ...]] = (Side.ATTACKER,)
    character: ClassVar[str] = "Takes records, membership and the model itself; breaks nothing"

    trades: ClassVar[dict[str, str]] = {
        "sniff": "records_exposed",
        "checkpoint_theft": "weights_read",
        "model_extraction": "agreement",
        "membership_inference": "queries",
        "unauthorized_api": "calls_served",
    }

    def __init__(self) -> None:
        self._barren: set[str] = set()

    def act(self, view: View) -> int:
        """The first trade that is not in force and has not proved barren."""
        for card, what in self.trades.items():
            found = value(view, f"{card}.{what}")
            if found is not None and found <= 0.05:
                self._barren.add(card)
        for card in self.trades:
            strengths = affordable(view, card)
            if strengths and not active(view, card) and card not in self._barren:
                return choose(view, card, strengths[-1])
        return 0
