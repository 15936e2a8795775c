"""From a policy in training to a folder that plays: the actor alone, and how it was made."""

from __future__ import annotations

from pathlib import Path

from sb3_contrib import MaskablePPO

from wargame.arena import export
from wargame.arena.run_folder import TrainSettings
from wargame.game import policy
from wargame.game.policy_terms import Made
from wargame.game.terms import Scenario

FIRST_WORLD, LAST_WORLD = 2**32, 2**62
"""Training worlds are drawn from seeds that nobody types, so that small ones are always new."""


def write(
    place: Path,
    model: MaskablePPO,
    own: TrainSettings,
    scenario: Scenario,
    rounds: int,
    command: str,
) -> None:
    """Writes the policy as it is now; takes the place of one that lies there.

    Args:
        place: the policy's folder.
        model: in training.
        own: of the training.
        scenario: whose deck it plays.
        rounds: resolved for it, those of the warm start included.
        command: what a reader would type to make it again.
    """
    sizes = export.architecture(model.policy)
    settings = policy.describe(
        scenario,
        own.side,
        name=f"{scenario.name}-{own.side.value}",
        title=f"Trained {own.side.value} of {scenario.title}"[:60],
        character=_character(own),
        hidden=sizes.hidden,
        activation=sizes.activation,
        play="greedy",
        made=Made(
            command=command,
            steps=rounds,
            seed=own.seed,
            fidelity=own.fidelity,
            opponents=tuple(word for word, _ in own.opponents),
            worlds=(FIRST_WORLD, LAST_WORLD),
        ),
    )
    policy.save(place, settings, export.weights(model.policy), over=place.exists())


def _character(own: TrainSettings) -> str:
    against = ", ".join(Path(word).name for word, _ in own.opponents)
    return f"Learned on measured effects against {against}"[:200]
