"""What holds of every ready policy that the catalogue finds, and of one made here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.worlds import TINY
from wargame import catalog
from wargame.game import agent, policy, scenario, setup
from wargame.game.agent_file import named
from wargame.game.match import Match
from wargame.game.terms import Scenario
from wargame.game.view import View
from wargame.stages import SIDES, Side
from wargame.store import Store

READY = tuple(catalog.policy_folders())
PLAYED = (*READY, *(f"untrained {side.value}" for side in SIDES))
"""Ready policies by name; the untrained ones are made here, so that the tests never run empty."""
HELD_OUT = 2**32
"""Seeds of training worlds begin here, far above what anybody types."""

every_ready = pytest.mark.skipif(not READY, reason="there are no ready policies here")


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(Path(tmp_path_factory.mktemp("policy-store")))


def tiny(name: str) -> Scenario:
    """A scenario with its whole decks, short and at sizes that resolve quickly."""
    content = scenario.load(name).content()
    return scenario.from_content({**content, "rounds": 3, "fidelity": {"drill": TINY}})


def untrained(folder: Path, side: Side) -> Path:
    made = policy.Made(command="none", steps=0, seed=0, fidelity="drill", opponents=())
    known = policy.describe(
        scenario.load("mapengine"),
        side,
        name="untrained",
        title="Untrained",
        character="Whatever its first weights prefer",
        hidden=(8,),
        activation="tanh",
        play="greedy",
        made=made,
    )
    rng = np.random.default_rng(4)
    arrays = {k: rng.standard_normal(s).astype(np.float32) for k, s in known.shapes.items()}
    policy.save(folder, known, arrays)
    return folder


def played(
    rules: Scenario, kind: type[policy.PolicyAgent], store: Store
) -> tuple[list[int], list[bool]]:
    """The moves of a match against random, and whether each was allowed when it was chosen."""
    allowed: list[bool] = []

    class Watched(kind):  # type: ignore[misc, valid-type]
        def act(self, view: View) -> int:
            action: int = super().act(view)
            allowed.append(view.moves[action].legal)
            return action

    side = kind.settings.side
    agents = [Watched() if each is side else agent.make("random") for each in SIDES]
    facts = setup.prepare(rules, None, None, seed=11, fidelity="drill", store=store).data
    match = Match(rules, *agents, seed=11, fidelity="drill", data=facts, store=store)
    return [line.plays[side].action for line in match], allowed


@pytest.mark.parametrize("name", PLAYED)
def test_it_plays_a_whole_match_on_its_own_deck_legally_and_always_the_same(
    name: str, store: Store, tmp_path: Path
) -> None:
    if name in READY:
        kind = policy.ready(name)
    else:
        kind = policy.load(untrained(tmp_path / "untrained", Side(name.split()[1])))
    rules = tiny(kind.settings.scenario)
    moves, allowed = played(rules, kind, store)
    assert len(moves) == rules.rounds
    assert allowed == [True] * rules.rounds
    assert played(rules, kind, store)[0] == moves


@every_ready
@pytest.mark.parametrize("name", READY or ("none",))
def test_a_ready_policy_says_what_it_is_and_how_to_make_it_again(name: str) -> None:
    folder = catalog.policy_folders()[name]
    settings = policy.ready_settings(name)
    assert sorted(path.name for path in folder.iterdir()) == ["policy.json", "weights.safetensors"]
    assert name not in catalog.agent_files()
    assert named(name).name == named(str(folder)).name == name
    policy.check_deck(settings, scenario.load(settings.scenario))
    assert settings.made.command.startswith("wargame ")
    assert settings.made.steps > 0
    assert settings.made.worlds is not None
    assert settings.made.worlds[0] >= HELD_OUT
    assert (folder / "weights.safetensors").stat().st_size < 1_000_000
