"""A student's Python file at the guest's end: in a process of its own, or in a quick cell."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.game.players import Script as Passing
from wargame.game.agent import Agent, Fault
from wargame.game.agent_file import load
from wargame.game.match import Match
from wargame.game.terms import Scenario
from wargame.game.view import View
from wargame.protocol.guest_agent import GuestAgent
from wargame.protocol.messages import SEEDS
from wargame.sandbox.limits import Limits, Status
from wargame.sandbox.method import methods
from wargame.sandbox.warden import Script, Warden
from wargame.stages import SIDES, Side

from .cells import runner
from .matches import match, scenario

LIMITS = Limits.model_validate({"start": 60, "move": 60})
HEAD = """\
from wargame.game.agent import Agent, legal
import helper
class Mine(Agent):
    title = "Mine"
    character = "mine"
"""
CURIOUS = (
    HEAD
    + """\
    def act(self, view):
        print("a word", helper.WORD, view.round)
        import os, sys
        os.write(1, b"another")
        sys.__stdout__.write("a third")
        from wargame.game.view import encode, layout
        assert len(layout(self.scenario, self.side)) == len(encode(view))
        found = legal(view)
        number = int(abs(encode(view)).sum() * 1000) + int(self.rng.integers(5))
        return found[number % len(found)]
"""
)


def written(folder: Path, text: str) -> Path:
    (folder / "helper.py").write_text('WORD = "é"\n', "utf-8")
    path = folder / "mine.py"
    path.write_text(text, "utf-8")
    return path


def body(act: str, rest: str = "") -> str:
    return HEAD + textwrap.indent(
        f"def act(self, view):\n{textwrap.indent(act, '    ')}\n{rest}", "    "
    )


class AsGuest(Agent):
    """An agent in this process with the generator that a guest would have."""

    name = title = character = "as a guest"

    def __init__(self, inner: Agent) -> None:
        self._inner = inner

    def begin(self, side: Side, scenario: Scenario, rng: np.random.Generator) -> None:
        self._inner.begin(side, scenario, np.random.default_rng(int(rng.integers(SEEDS))))

    def act(self, view: View) -> int:
        return self._inner.act(view)


@pytest.mark.parametrize("side", SIDES)
def test_a_file_plays_the_same_at_home_and_in_a_guest(
    tmp_path: Path, side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, CURIOUS)
    with GuestAgent("mine", runner(path), LIMITS) as guest:
        away = list(_against_passing(tmp_path, guest, side))
    monkeypatch.syspath_prepend(tmp_path)
    home = list(_against_passing(tmp_path, AsGuest(load(path)()), side))
    assert [line.plays for line in away] == [line.plays for line in home]
    assert len({line.plays[side].action for line in away}) > 3
    assert re.findall(r"a word é (\d+)", guest.output) == [str(n) for n in range(1, 13)]
    assert guest.output.count("another") == guest.output.count("a third") == 12
    assert guest.slowest > 0


def _against_passing(folder: Path, agent: Agent, side: Side) -> Match:
    agents = (agent, Passing()) if side is Side.ATTACKER else (Passing(), agent)
    return match(folder, *agents)


@pytest.fixture(scope="module")
def warden() -> Iterator[Warden]:
    """Forks, which is quicker than a fresh interpreter."""
    with Warden(methods()[0]) as opened:
        yield opened


def fault(warden: Warden, folder: Path, text: str) -> tuple[Fault, str]:
    package = folder / "package"
    package.mkdir(mode=0o755)
    script = Script(package, written(package, text).name, "wargame.protocol.runner:main")
    with GuestAgent("mine", lambda: warden.open(script, LIMITS), LIMITS) as guest:
        with pytest.raises(Fault) as caught:
            list(_against_passing(folder, guest, Side.DEFENDER))
        return caught.value, guest.output


ERRORS = {
    "syntax": ("class Mine(:\n", r"mine\.py:1: SyntaxError: invalid syntax"),
    "null bytes": ("a\0b", r"mine\.py: .*null bytes"),
    "no agent": ("x = 1\n", r"write one subclass of wargame\.game\.agent\.Agent in it; found none"),
    "no act": (HEAD, r"mine\.py:3: Mine has no act"),
    "import": ("import no_such_module\n", r"mine\.py:1: ModuleNotFoundError: .*no_such_module"),
    "init": (body("return 0", "def __init__(self): 1/0"), r"mine\.py:8: ZeroDivisionError"),
    "begin": (body("return 0", "def begin(self, *all): self.x"), r"mine\.py:8: AttributeError"),
    "act": (body("print(1)\nraise ValueError('a\\nb')"), r"mine\.py:8: ValueError: a b$"),
    "bad words": (
        HEAD + "    def act(self, view):\n        class E(Exception):\n"
        "            def __str__(self): return 1/0\n        raise E\n",
        r"mine\.py: E$",
    ),
    "recursion": (body("return self.act(view)"), r"mine\.py:7: RecursionError: maximum recursion"),
    "input": (body("return int(input())"), r"mine\.py:7: EOFError"),
    "exit": (body("import sys; sys.exit(3)"), "exit code 3$"),
    "exit with words": (body("import sys; sys.exit('I give up')"), "exit code 1: I give up$"),
    "exit at once": (body("import os; os._exit(0)"), "mine: ended by itself$"),
    "exit at import": ("raise SystemExit(4)\n", "exit code 4$"),
    "interrupt": (body("raise KeyboardInterrupt"), "exit code 130$"),
    "base exception": (body("class Odd(BaseException): ...\nraise Odd(1)"), r"mine\.py:8: Odd: 1$"),
    "a thread goes on": (
        body("import threading, time\nthreading.Thread(target=time.sleep, args=[60]).start()\n1/0"),
        r"mine\.py:9: ZeroDivisionError: division by zero$",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_an_agent_that_fails_reads_why_and_where(warden: Warden, tmp_path: Path, name: str) -> None:
    text, words = ERRORS[name]
    found, output = fault(warden, tmp_path, text)
    assert found.status is Status.ERROR
    assert re.search(words, str(found)), str(found)
    assert "wargame/protocol" not in output
    assert "importlib" not in output


def test_a_traceback_shows_the_students_frames_alone(tmp_path: Path) -> None:
    text = body("try:\n    {}['x']\nexcept KeyError:\n    helper.deeper()")
    (tmp_path / "sub").mkdir()
    path = written(tmp_path / "sub", text)
    (path.parent / "helper.py").write_text("def deeper(): raise OSError('no')\n")
    with (
        GuestAgent("mine", runner(path), LIMITS) as guest,
        pytest.raises(Fault, match=r"mine\.py:10: OSError: no"),
    ):
        list(_against_passing(tmp_path, guest, Side.DEFENDER))
    frames = re.findall(r'File "(.*?)", line (\d+)', guest.output)
    assert [(Path(name).name, line) for name, line in frames] == [
        ("mine.py", "8"), ("mine.py", "10"), ("helper.py", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "act", ["raise MemoryError", "[0] * 10**14", "import numpy; numpy.empty(10**14)"]
)
def test_out_of_memory_has_a_status_of_its_own(warden: Warden, tmp_path: Path, act: str) -> None:
    assert fault(warden, tmp_path, body(act))[0].status is Status.MEMORY


def test_out_of_memory_while_loading_too(warden: Warden, tmp_path: Path) -> None:
    assert fault(warden, tmp_path, "x = bytearray(10**15)\n")[0].status is Status.MEMORY


NO_ACTIONS = {
    "None": "None", "1.5": "1.5", "'1'": "'1'", "[1]": "a list",
    "object()": "a object", "view": "a View", "10**100": "a number beyond", "'é'": r"\\xe9",
}  # fmt: skip


@pytest.mark.parametrize("answer", NO_ACTIONS)
def test_what_is_no_number_is_illegal_as_at_home(
    warden: Warden, tmp_path: Path, answer: str
) -> None:
    found, _ = fault(warden, tmp_path, body(f"return {answer}"))
    assert found.status is Status.ILLEGAL
    assert re.search(NO_ACTIONS[answer], str(found)), str(found)


def test_numbers_of_numpy_and_truths_count_as_at_home(tmp_path: Path) -> None:
    text = body("import numpy\nreturn numpy.int64(0) if view.round % 2 else True")
    with GuestAgent("mine", runner(written(tmp_path, text)), LIMITS) as guest:
        lines = list(_against_passing(tmp_path, guest, Side.DEFENDER))
    assert [line.plays[Side.DEFENDER].action for line in lines[:2]] == [0, 1]


def test_a_side_that_it_cannot_play_is_said(warden: Warden, tmp_path: Path) -> None:
    text = body("return 0").replace('title = "Mine"', 'title = "Mine"; sides = ("attacker",)')
    found, _ = fault(warden, tmp_path, text)
    assert found.status is Status.ERROR
    assert str(found).endswith("mine.py cannot play the defender")


def test_the_end_is_told_and_it_leaves_by_itself(tmp_path: Path) -> None:
    text = body("return 0", "def end(self, view): print('over after', view.history)")
    cell = runner(written(tmp_path, text))()
    with GuestAgent("mine", lambda: cell, LIMITS) as guest:
        list(_against_passing(tmp_path, guest, Side.DEFENDER))
    assert f"over after {(0,) * 12}" in guest.output


def test_where_the_host_goes_it_leaves_in_silence(tmp_path: Path) -> None:
    cell = runner(written(tmp_path, body("return 0")))()
    assert cell._process.stdin is not None
    cell._process.stdin.close()
    assert (cell.status, cell.output) == (0, "")
    cell.close()


PRELOADED = """
import sys
from wargame.protocol import runner
runner.preload()
from wargame import catalog
print(len(catalog.card_names()), *sys.modules)
"""


def test_preloading_brings_every_card_and_nothing_heavy() -> None:
    command = [sys.executable, "-W", "error", "-c", PRELOADED]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    loaded = set(said[1:])
    cards = {name for name in loaded if re.match(r"wargame\.(attacks|defences)\.\w+\.\w+", name)}
    assert len(cards) >= int(said[0]) > 30
    heavy = {"torch", "textual", "sklearn", "scipy", "ray", "sqlalchemy", "matplotlib", "rich"}
    assert not heavy & {name.split(".")[0] for name in loaded}
    assert {"numpy", "wargame.game.view", "wargame.game.scenario"} <= loaded


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    agent = GuestAgent("mine", runner(tmp_path / "none.py"), LIMITS)
    with pytest.raises(Fault, match=r"there is no agent file none\.py"):
        agent.begin(Side.DEFENDER, scenario(), np.random.default_rng(1))


def test_a_guest_that_sleeps_is_stopped_at_its_deadline(tmp_path: Path) -> None:
    limits = Limits.model_validate({"start": 60, "move": 0.2, "bank": 0.1})
    path = written(tmp_path, body("import time; time.sleep(60)"))
    began = time.monotonic()
    with GuestAgent("mine", runner(path), limits) as guest:
        with pytest.raises(Fault, match=r"later than 0\.2 s and the bank of 0\.1 s") as caught:
            list(_against_passing(tmp_path, guest, Side.DEFENDER))
        assert caught.value.status is Status.TIMEOUT
    assert time.monotonic() - began < 30
