"""Real matches that are over in a second: full length, with little to train on.

What is measured in them is coarse, so they tell whether an agent plays and not how well.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from wargame.game import scenario
from wargame.game.agent import Agent, make
from wargame.game.match import DataFacts, Match
from wargame.game.terms import Fidelity, Scenario
from wargame.stages import Side
from wargame.store import Store

RIVALS: dict[Side, str] = {Side.ATTACKER: "vigilant", Side.DEFENDER: "poisoner"}
"""The ready agent that each side is tried against; both react to what they see."""
SEED = 1
_FIDELITY = "sketch"
_SIZES = Fidelity(
    initial=80,
    batch=25,
    window=150,
    evaluation=40,
    gold=20,
    attacked=12,
    steps=6,
    width=4,
    batch_size=16,
    lr=0.01,
    weight_decay=0.0005,
)


def quick(rules: Scenario) -> Scenario:
    """The scenario with sizes that make a round in a fraction of a second, as `sketch`."""
    return rules.model_copy(update={"fidelity": {_FIDELITY: _SIZES}})


def rehearsal(
    agent: Agent,
    side: Side,
    folder: Path,
    *,
    rival: str | None = None,
    game: str | Path | Scenario = "mapengine",
) -> Match:
    """A match of an agent in this process against a ready one; iterate over it to play it.

    Args:
        agent: a fresh one.
        side: the side it plays.
        folder: where what is made is kept; a second match there is quicker.
        rival: who plays the other side; that of `RIVALS` where it is not given.
        game: a scenario's name or file, or the scenario.

    Raises:
        WargameError: the agent does not play this side, or the scenario is wrong.
    """
    rules = quick(game if isinstance(game, Scenario) else scenario.load(game))
    players = {side: agent, side.other: make(rival or RIVALS[side])}
    return Match(
        rules,
        players[Side.ATTACKER],
        players[Side.DEFENDER],
        seed=SEED,
        fidelity=_FIDELITY,
        data=_tiles(rules.data),
        store=Store(folder),
    )


@lru_cache(maxsize=4)
def _tiles(name: str) -> DataFacts:
    from wargame.data import synthetic
    from wargame.data.sources import REPLACEABLE, load, summary
    from wargame.pipeline.source import offer

    # Whatever data the user has: the embedded ones are here at once.
    tiles = synthetic.load() if name in REPLACEABLE else load(name)
    offer(tiles)
    return DataFacts(tiles.name, tiles.digest, summary(tiles))
