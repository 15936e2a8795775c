from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from wargame import catalog
from wargame.errors import WargameError
from wargame.game import agent
from wargame.game.board import Board
from wargame.game.scenario import Scenario
from wargame.game.view import View, view
from wargame.pipeline.outcome import Reading
from wargame.stages import Side, Strength

FILE = '''
from wargame.game.agent import Agent, choose


class Flipper(Agent):
    """Flips labels."""

    name = "flipper"
    title = "Flipper"
    character = "flips"

    def act(self, view):
        return choose(view, "label_flip")
'''


def seen(tiny: Scenario, budget: int, *readings: Reading) -> View:
    board = Board(tiny)
    position = replace(board.start(), budgets=(budget, budget))
    return view(position, Side.ATTACKER, (readings,), board.deck(Side.ATTACKER))


def test_choosing_passes_where_it_cannot_play(tiny: Scenario) -> None:
    # backdoor costs 2, 3 and 5; pgd needs white-box access
    four = seen(tiny, 4)
    assert agent.affordable(four, "backdoor") == (Strength.LIGHT, Strength.MEDIUM)
    assert agent.choose(four, "backdoor", Strength.MEDIUM) == 5
    assert agent.choose(four, "backdoor", Strength.HEAVY) == 0
    assert agent.affordable(four, "pgd") == ()
    assert agent.choose(four, "pgd") == 0
    assert agent.choose(four, "absent") == 0
    assert agent.strongest(four, ["pgd", "backdoor", "label_flip"]) == 5
    assert agent.strongest(seen(tiny, 1), ["pgd", "backdoor", "label_flip"]) == 1
    assert agent.legal(seen(tiny, 0)) == [0]


def test_readings_of_the_last_round(tiny: Scenario) -> None:
    loud = Reading("probe", "probe_accuracy", 0.4, 0.3, 0.5, True, "t")
    told = seen(tiny, 4, loud)
    assert agent.value(told, "probe_accuracy") == 0.4
    assert agent.value(told, "absent") is None
    assert agent.alarms(told) == ("probe_accuracy",)
    assert agent.alarms(seen(tiny, 4)) == ()


def test_a_file_is_an_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import types

    module = types.ModuleType("agents.flipper")
    module.__file__ = str(tmp_path / "flipper.py")
    exec(FILE, module.__dict__)
    monkeypatch.setitem(sys.modules, "agents.flipper", module)
    monkeypatch.setattr(catalog, "agent_files", lambda: {"flipper": tmp_path / "flipper.py"})
    one, two = agent.make("flipper"), agent.make("flipper")
    assert one.name == "flipper"
    assert one is not two
    with pytest.raises(WargameError, match="did you mean flipper"):
        agent.make("fliper")
    del module.__dict__["Flipper"]
    with pytest.raises(WargameError, match="no agent class"):
        agent.make("flipper")
