"""A trained policy as an agent: reads the view as numbers, plays what its network prefers.

Needs NumPy only. A ready policy plays under its name; a user's own under `NAME@MARK`, where the
mark stands for everything that decides its moves, so that a record names exactly one policy.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from wargame import catalog
from wargame.errors import WargameError
from wargame.game.agent import Agent
from wargame.game.network import Network, greedy, sample
from wargame.game.policy_file import Policy, folder_of, read, read_settings, save
from wargame.game.policy_terms import Made, Settings, Stored, check_deck, describe
from wargame.game.terms import Scenario
from wargame.game.view import View, encode
from wargame.stages import Side

__all__ = [
    "Made",
    "PolicyAgent",
    "Settings",
    "check_deck",
    "describe",
    "load",
    "read",
    "ready",
    "ready_settings",
    "save",
]


class PolicyAgent(Agent):
    """Plays by a network; `load` makes a subclass for each policy."""

    settings: ClassVar[Stored]
    network: ClassVar[Network]

    def begin(self, side: Side, scenario: Scenario, rng: np.random.Generator) -> None:
        """Checks that the scenario's deck is the one of the training.

        Raises:
            WargameError: it is another side or deck; says what differs.
        """
        if side is not self.settings.side:
            raise WargameError(f"{self.name} cannot play the {side.value}")
        check_deck(self.settings, scenario)
        super().begin(side, scenario, rng)

    def act(self, view: View) -> int:
        """The likeliest legal action, or one drawn by likelihood, as the settings say."""
        legal = np.fromiter((move.legal for move in view.moves), bool, len(view.moves))
        logits = self.network.logits(encode(view))
        if self.settings.play == "greedy":
            return greedy(logits, legal)
        return sample(logits, legal, self.rng)


def load(path: Path) -> type[PolicyAgent]:
    """The agent in a policy folder.

    Args:
        path: the folder, or its policy.json.

    Raises:
        WargameError: there is none, or it is damaged; names the file.
    """
    folder = folder_of(path).resolve()
    if catalog.policy_folders().get(folder.name) == folder:
        return ready(folder.name)
    policy = read(path)
    return _agent(f"{policy.settings.name}@{policy.settings.mark}", policy)


def ready(name: str) -> type[PolicyAgent]:
    """The agent of a ready policy.

    Raises:
        WargameError: there is none, or it is damaged.
    """
    ready_settings(name)
    return _agent(name, read(catalog.policy_folders()[name]))


def ready_settings(name: str) -> Stored:
    """What a ready policy is, without its weights.

    Raises:
        WargameError: there is none, or its policy.json is wrong.
    """
    known = catalog.policy_folders()
    if name not in known:
        raise catalog.unknown("policy", name, tuple(known))
    settings = read_settings(known[name])
    if settings.name != name:
        raise WargameError(f"{known[name]}: the policy in it calls itself {settings.name}")
    return settings


def _agent(name: str, policy: Policy) -> type[PolicyAgent]:
    settings = policy.settings
    facts = {
        "__module__": __name__,
        "__doc__": settings.character,
        "name": name,
        "title": settings.title,
        "sides": (settings.side,),
        "character": settings.character,
        "settings": settings,
        "network": Network(policy.weights, settings.activation),
    }
    return type("TrainedPolicy", (PolicyAgent,), facts)
