"""A person at the screen."""

from __future__ import annotations

from typing import ClassVar

from wargame.errors import WargameError
from wargame.game.agent import Agent
from wargame.game.view import View


class Human(Agent):
    """Stands for whoever sits at the screen, which asks for each move itself."""

    name: ClassVar[str] = "human"
    title: ClassVar[str] = "Human"
    character: ClassVar[str] = "You, at the screen of `wargame play`"

    def act(self, view: View) -> int:
        """A person cannot be asked without a screen.

        Raises:
            WargameError: always.
        """
        raise WargameError(f"a human {view.side.value} needs the screen: use `wargame play`")
