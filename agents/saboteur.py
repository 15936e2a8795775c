"""An attacker that wants silence."""

from __future__ import annotations

from typing import ClassVar

from wargame.game.agent import Agent, active, affordable, choose, value
from wargame.game.view import View
from wargame.stages import Side


class Saboteur(Agent):
    """Floods the front door, spends the victim's compute, and fills its store with junk."""

    name: ClassVar[str] = "saboteur"
    title: ClassVar[str] = "The saboteur"
    sides: ClassVar[tuple[Side, ...]] = (Side.ATTACKER,)
    character: ClassVar[str] = "Denies the service: floods, unpaid calls, junk and rotten shards"

    def act(self, view: View) -> int:
        """Floods when it can afford a heavy one, and rots the store meanwhile."""
        order = ["request_flood", "unauthorized_api", "shard_corruption", "fake_node"]
        refused = value(view, "unauthorized_api.calls_served")
        if refused is not None and refused < 0.2:
            order = ["shard_corruption", "fake_node", "artifact_payload", "request_flood"]
        for card in order:
            strengths = affordable(view, card)
            if strengths and not active(view, card):
                return choose(view, card, strengths[-1])
        return 0
