"""A defender that spends as little as it can."""

from __future__ import annotations

from typing import ClassVar

from wargame.game.agent import Agent, active, alarms, choose, find
from wargame.game.view import View
from wargame.stages import Side, Strength


class Frugal(Agent):
    """Light cards only, and a reserve for the day an alarm shows where it burns."""

    name: ClassVar[str] = "frugal"
    title: ClassVar[str] = "The frugal"
    sides: ClassVar[tuple[Side, ...]] = (Side.DEFENDER,)
    character: ClassVar[str] = (
        "Cheap light measures, a reserve, and one strong answer when it burns"
    )

    cheap: ClassVar[tuple[str, ...]] = (
        "encrypted_store",
        "authenticate_contributors",
        "compare_and_rollback",
        "traffic_monitor",
        "encrypted_channel",
        "output_perturbation",
        "hash_ledger",
        "artifact_scan",
    )

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def act(self, view: View) -> int:
        """A strong answer to an alarm; else the next light measure, none twice in three rounds."""
        if alarms(view):
            for card in ("label_sanitation", "api_authentication", "rate_limit"):
                strong = find(view, card, Strength.HEAVY)
                if strong is not None and strong.legal and not active(view, card):
                    return strong.action
        for card in self.cheap:
            light = find(view, card, Strength.LIGHT)
            worn = card in self._used and self._used[card] >= view.round - 2
            if light is not None and light.legal and not worn and not active(view, card):
                self._used[card] = view.round
                return choose(view, card, Strength.LIGHT)
        return 0
