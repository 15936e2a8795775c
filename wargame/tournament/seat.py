"""A seat at a match: an entrant whose every offence is told as its own fault, at its own turn."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np

from wargame.errors import WargameError
from wargame.game.agent import Agent, Fault
from wargame.game.terms import Scenario
from wargame.game.view import View
from wargame.sandbox.limits import Stopped
from wargame.stages import Side


class Seat(Agent):
    """An entrant in a match.

    Whoever cannot even begin offends at its first turn, so that both sides are always asked and
    the opponent's offence in the same round is seen as well.

    Args:
        name: the entrant's.
        make: its agent, fresh.
    """

    title = character = ""

    def __init__(self, name: str, make: Callable[[], Agent]) -> None:
        self.name = name  # type: ignore[misc]  # an entrant's own, not its class's
        self._make = make
        self._agent: Agent | None = None
        self._fault: Fault | None = None

    def begin(self, side: Side, scenario: Scenario, rng: np.random.Generator) -> None:
        """Makes the agent and lets it begin; what goes wrong waits for its turn."""
        super().begin(side, scenario, rng)
        try:
            self._agent = self._make()
            self._agent.begin(side, scenario, rng)
        except Fault as fault:
            self._fault = fault
        except Stopped as stopped:
            self._fault = Fault(side, f"{self.name}: {stopped}", stopped.status)
        except WargameError as error:
            self._fault = Fault(side, f"{self.name}: {error}")

    def act(self, view: View) -> int:
        """The agent's answer.

        Raises:
            Fault: it could not begin, or offended.
        """
        if self._fault is not None:
            raise self._fault
        assert self._agent is not None  # noqa: S101  (begun without a fault)
        return self._agent.act(view)

    def end(self, view: View) -> None:
        """Tells the agent; what it does after its last move changes nothing."""
        if self._agent is not None:
            with suppress(WargameError):
                self._agent.end(view)

    @property
    def output(self) -> str:
        """What an isolated agent wrote to its standard error; empty for others."""
        return str(getattr(self._agent, "output", ""))

    def close(self) -> None:
        """Ends the agent's process, where it has one."""
        close = getattr(self._agent, "close", None)
        if close is not None:
            close()
