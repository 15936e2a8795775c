"""The agents in docs/examples play real matches as they stand, in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.game.players import Dice
from wargame.game.agent import Agent, legal
from wargame.game.match import Match
from wargame.game.view import View
from wargame.protocol.guest_agent import GuestAgent
from wargame.sandbox.limits import Limits
from wargame.stages import SIDES, Side

from .cells import ROOT, Piped
from .matches import match

EXAMPLES = sorted(path.parent.name for path in ROOT.glob("docs/examples/*/agent.json"))
LIMITS = Limits.model_validate({"start": 60, "move": 60})


class Dearest(Agent):
    """The examples' strategy, in the game's own terms."""

    name = title = character = "dearest"

    def act(self, view: View) -> int:
        held = {own.card for own in view.in_force}
        upkeep = sum(view.deck.upkeep[view.deck.numbers[card]] for card in held)
        ready = [view.moves[action] for action in legal(view)]
        paid = [m for m in ready if m.card not in held and m.cost + upkeep <= view.budget]
        return max(paid, key=lambda m: (m.cost, -m.action), default=view.moves[0]).action


def opened(name: str) -> Piped:
    folder = ROOT / "docs" / "examples" / name
    command = json.loads((folder / "agent.json").read_text("utf-8"))["command"]
    if shutil.which(command[0]) is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{command[0]} is not installed")
        pytest.skip(f"{command[0]} is not installed")
    return Piped(folder, command)


def against_dice(folder: Path, agent: Agent, side: Side) -> Match:
    return match(folder, *((agent, Dice()) if side is Side.ATTACKER else (Dice(), agent)))


def test_there_is_one_in_python_and_one_in_another_language() -> None:
    assert EXAMPLES == ["javascript", "python"]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_plays_what_its_words_say(tmp_path: Path, name: str, side: Side) -> None:
    with GuestAgent(name, lambda: opened(name), LIMITS) as guest:
        played = against_dice(tmp_path, guest, side)
        away = list(played)
    assert played.over
    assert guest.output == ""
    home = list(against_dice(tmp_path, Dearest(), side))
    assert [line.plays for line in away] == [line.plays for line in home]
    assert len({line.plays[side].action for line in home} - {0}) > 2


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_begins_with_a_few_lines_on_what_it_is(name: str) -> None:
    [source] = [
        path for path in ROOT.glob(f"docs/examples/{name}/agent.*") if path.suffix != ".json"
    ]
    lines = source.read_text("utf-8").splitlines()
    assert "needs nothing but" in lines[0]
    assert any(f"wargame tournament check docs/examples/{name}" in line for line in lines[:7])
    assert len(lines) < 50
