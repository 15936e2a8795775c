"""A user's own agent file: loaded where the user names it, and blamed by file and line."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from wargame.errors import WargameError
from wargame.game import agent
from wargame.game.agent_file import load, named
from wargame.game.match import DataFacts, Match
from wargame.game.scenario import Scenario
from wargame.store import Store

from .fakes import Resolver

FACTS = DataFacts("digits", "d" * 40, "the tests")

STEADY = """\
from dataclasses import dataclass

from wargame.game.agent import Agent, choose


@dataclass
class Note:
    text: str = "a dataclass looks its module up"


class Steady(Agent):
    title = "Steady"
    character = "Flips labels"

    def act(self, view):
        return choose(view, "label_flip")
"""


def write(folder: Path, text: str, name: str = "steady.py") -> Path:
    path = folder / name
    path.write_text(dedent(text))
    return path


def test_a_file_is_an_agent_under_its_file_name(tmp_path: Path) -> None:
    found = named(str(write(tmp_path, STEADY)))
    assert issubclass(found, agent.Agent)
    assert (found.name, found.title) == ("steady.py", "Steady")
    assert named("random") is agent.agent_class("random")


def test_the_file_is_read_anew_each_time(tmp_path: Path) -> None:
    assert load(write(tmp_path, STEADY)).character == "Flips labels"
    other = write(tmp_path, STEADY.replace("Flips labels", "Flips them all"))
    assert load(other).character == "Flips them all"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\ndef act(:\n    pass\n", "steady.py:2: SyntaxError: invalid syntax"),
        ("import wargame\n\nx = wargame.nothing\n", "steady.py:3: AttributeError"),
        ("import no_such_module\n", "steady.py:1: ModuleNotFoundError"),
        ("x = 1\n", "found none"),
        (STEADY + "\n\nclass Other(Steady):\n    pass\n", "found Steady and Other"),
        (STEADY.replace("def act", "def play"), "steady.py:11: Steady has no act"),
        (
            STEADY.replace('    title = "Steady"\n', ""),
            'steady.py:11: Steady has no title; write in the class: title = "..."',
        ),
    ],
)
def test_a_wrong_file_is_blamed_where_it_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(WargameError, match=re.escape(said)) as caught:
        named(str(path))
    assert str(caught.value).startswith(str(path))


def test_an_absent_file_is_said_to_be_absent(tmp_path: Path) -> None:
    with pytest.raises(WargameError, match="there is no agent file"):
        named(str(tmp_path / "absent.py"))


def test_an_agent_that_fails_in_play_is_blamed_by_line(tiny: Scenario, tmp_path: Path) -> None:
    text = STEADY.replace('choose(view, "label_flip")', "view.budget + None")
    match = Match(
        tiny,
        load(write(tmp_path, text))(),
        None,
        seed=1,
        fidelity="drill",
        data=FACTS,
        store=Store(tmp_path / "store"),
        resolver=Resolver(),
    )
    with pytest.raises(agent.Fault, match=r"^steady\.py:16: TypeError: "):
        match.step(defender_action=0)


def test_a_record_starts_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "open('started', 'w')\n" + STEADY)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WargameError, match="a record starts none"):
        agent.make("steady.py")
    assert not (tmp_path / "started").exists()
