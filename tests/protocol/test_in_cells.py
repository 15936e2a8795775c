"""Both ends of the protocol with the sandbox between them, in each way of it that works here.

How guests end is tried in the best way alone: tests/sandbox does so in every way.
"""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.game.players import Dice
from wargame.game.agent import Agent, Fault
from wargame.game.agent_file import load
from wargame.protocol.guest_agent import GuestAgent
from wargame.sandbox.limits import Limits, Status
from wargame.sandbox.method import Method, methods
from wargame.sandbox.warden import Guest, Program, Script, Warden
from wargame.stages import SIDES, Side

from .cells import ROOT
from .matches import match

RUNNER = "wargame.protocol.runner:main"
LIMITS = Limits.model_validate({"start": 30, "move": 20})
MINE = """\
from wargame.game.agent import Agent
class Mine(Agent):
    title = character = "mine"
    def act(self, view):
        print("round", view.round)
{act}
"""
DEAREST = """\
        held = {own.card for own in view.in_force}
        spare = view.budget - sum(view.deck.upkeep[view.deck.numbers[card]] for card in held)
        best = view.moves[0]
        for move in view.moves:
            if move.legal and move.card not in held and best.cost < move.cost <= spare:
                best = move
        return best.action
"""


@pytest.fixture(scope="module", params=methods())
def warden(request: pytest.FixtureRequest) -> Iterator[Warden]:
    with Warden(Method(request.param)) as opened:
        yield opened


@pytest.fixture(scope="module")
def best() -> Iterator[Warden]:
    with Warden(methods()[0]) as opened:
        yield opened


def script(folder: Path, act: str) -> Script:
    package = folder / "package"
    package.mkdir(mode=0o755)
    (package / "agent.py").write_text(
        MINE.format(act=textwrap.indent(textwrap.dedent(act), " " * 8))
    )
    return Script(package, "agent.py", RUNNER)


def guest(warden: Warden, program: Guest, limits: Limits = LIMITS) -> GuestAgent:
    return GuestAgent("mine", lambda: warden.open(program, limits), limits)


def played(folder: Path, agent: Agent, side: Side) -> list[tuple[int, int]]:
    agents = (agent, Dice()) if side is Side.ATTACKER else (Dice(), agent)
    lines = list(match(folder, *agents))
    return [(line.plays[SIDES[0]].action, line.plays[SIDES[1]].action) for line in lines]


@pytest.mark.parametrize("side", SIDES)
def test_every_kind_of_guest_plays_the_same(
    tmp_path: Path, warden: Warden, side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = script(tmp_path, DEAREST)
    monkeypatch.syspath_prepend(own.folder)
    home = played(tmp_path, load(own.folder / own.file)(), side)
    with guest(warden, own) as agent:
        assert played(tmp_path, agent, side) == home
    assert agent.output == "".join(f"round {number}\n" for number in range(1, 13))
    assert agent.peak_memory > 0
    for name in ("python", "javascript"):
        folder = ROOT / "docs" / "examples" / name
        command = json.loads((folder / "agent.json").read_text("utf-8"))["command"]
        if shutil.which(command[0]):
            with guest(warden, Program(folder, tuple(command))) as agent:
                assert played(tmp_path, agent, side) == home, name
            assert agent.output == ""


ENDS = {
    "fails": ("return {}['x']", Status.ERROR, "agent.py:6: KeyError: 'x'"),
    "leaves": ("import os; os._exit(0)", Status.ERROR, "ended by itself"),
    "late": ("import time; time.sleep(60)", Status.TIMEOUT, "answered later than 0.3 s"),
    "spins": ("while True: pass", Status.TIMEOUT, "answered later than 0.3 s"),
    "hoards": ("x = []\nwhile True: x.append(bytes(2**20))", Status.MEMORY, "more memory than"),
    "forbidden": ("return view.moves[-1].action + 1", Status.ILLEGAL, "there is no action"),
    "no number": ("return None", Status.ILLEGAL, "no message of the protocol"),
}


@pytest.mark.parametrize("name", ENDS)
def test_each_way_to_end_has_its_status_and_the_same_words_again(
    tmp_path: Path, best: Warden, name: str
) -> None:
    act, status, words = ENDS[name]
    hasty = {"move": 0.3, "bank": 0} if status is Status.TIMEOUT else {}
    limits = LIMITS.model_copy(update={"memory": 64, **hasty})
    program = script(tmp_path, act)
    told = []
    for _ in range(2):
        with guest(best, program, limits) as agent, pytest.raises(Fault) as caught:
            played(tmp_path, agent, Side.DEFENDER)
        assert caught.value.status is status, str(caught.value)
        assert caught.value.side is Side.DEFENDER
        told.append(str(caught.value))
    assert told[0] == told[1]
    assert words in told[0]
