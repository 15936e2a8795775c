"""Asks an agent for its action; what it does wrong is told as its own fault."""

from __future__ import annotations

import sys

from wargame.errors import WargameError
from wargame.game.agent import Agent, Fault
from wargame.game.agent_file import blame
from wargame.game.board import Board, Position
from wargame.game.view import View
from wargame.sandbox.limits import Status
from wargame.stages import Side


def ask(agent: Agent, view: View, board: Board, position: Position) -> int:
    """The agent's action, which is legal.

    Raises:
        Fault: it failed, or chose what is no action or not allowed.
    """
    side, deck = view.side, board.deck(view.side)
    try:
        answer = agent.act(view)
    except Fault:
        raise
    except WargameError as error:
        raise Fault(side, f"{agent.name}: {error}") from error
    except Exception as error:
        file = getattr(sys.modules.get(type(agent).__module__), "__file__", None)
        raise Fault(side, blame(error, file, agent.name)) from error
    try:
        action = deck.action(answer)
    except WargameError as error:
        raise Fault(side, f"{agent.name}: {error}", Status.ILLEGAL) from error
    why = board.reason(position, side, action)
    if why is not None:
        told = f"{agent.name}: {deck.describe(action)} cannot be played: {why}"
        raise Fault(side, told, Status.ILLEGAL)
    return action


def seated(agent: Agent, side: Side) -> Agent:
    """The agent, if it can play this side.

    Raises:
        WargameError: it cannot.
    """
    if side not in agent.sides:
        raise WargameError(f"{agent.name} cannot play the {side.value}")
    return agent
