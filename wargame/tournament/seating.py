"""Who plays for an entrant: ready agents and policies here, strangers' code in the sandbox."""

from __future__ import annotations

from pathlib import Path

from wargame.errors import WargameError
from wargame.game.agent import Agent, Fault, agent_class
from wargame.sandbox.limits import Limits
from wargame.sandbox.warden import Guest, Program, Script, Warden
from wargame.stages import Side
from wargame.tournament.entrant import Kind, Submission
from wargame.tournament.package import unpacked

RUNNER = "wargame.protocol.runner:main"
"""What loads a stranger's Python file, inside the sandbox."""


def seat(
    name: str, submission: Submission, side: Side, warden: Warden, limits: Limits, cache: Path
) -> Agent:
    """A fresh agent that plays for an entrant.

    Args:
        name: the entrant's; the match calls the agent so.
        submission: what plays.
        side: the side it is to play.
        warden: keeps the processes of strangers' code.
        limits: what these may use.
        cache: where packages are unpacked.

    Raises:
        Fault: it was refused when it was taken in.
        WargameError: it does not play this side, or its package is damaged.
    """
    if submission.kind is Kind.REFUSED:
        raise Fault(side, f"{name} was not let in: {submission.word}")
    if submission.kind is Kind.READY:
        return _named(name, agent_class(submission.word), side)
    folder = unpacked(submission, cache)
    if submission.kind is Kind.POLICY:
        from wargame.game import policy

        return _named(name, policy.load(folder), side)
    from wargame.protocol.guest_agent import GuestAgent

    guest: Guest
    if submission.kind is Kind.PYTHON:
        guest = Script(folder, submission.main, RUNNER)
    else:
        guest = Program(folder, submission.command)
    return GuestAgent(name, lambda: warden.open(guest, limits), limits)


def _named(name: str, kind: type[Agent], side: Side) -> Agent:
    """An agent under the entrant's name, which its class has already: so a class of its own."""
    if side not in kind.sides:
        raise WargameError(f"{kind.name} cannot play the {side.value}")
    own: type[Agent] = type(kind.__name__, (kind,), {"__module__": kind.__module__, "name": name})
    return own()
