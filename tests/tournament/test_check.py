"""`check`: valid or not, why, and how fast; in words, as JSON and as exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tournament import offers
from tests.worlds import ROOT, environment
from wargame.cli.tournament.check import told
from wargame.errors import WargameError
from wargame.sandbox.limits import Limits, Status
from wargame.stages import Side
from wargame.store import canonical
from wargame.tournament.check import check

BROKEN = """\
from wargame.game.agent import Agent


class Mine(Agent):
    title = "Broken \\x1b[2J"
    character = "falls over in the third round"

    def act(self, view):
        print("round", view.round)
        return {1: 0, 2: 0}[view.round]
"""


def test_a_valid_agent_plays_both_sides_isolated_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    (tmp_path / "mine.py").write_bytes(offers.AGENT)
    report = check("mine.py", base=tmp_path)
    assert report.valid
    assert (report.kind, report.title, report.problem) == ("python", "Mine", "")
    assert [side.side for side in report.sides] == list(Side)
    for side in report.sides:
        assert (side.status, side.rounds, side.passed, side.output) == (Status.OK, 8, 8, "")
        assert side.slowest_ms is not None
        assert 0 < side.slowest_ms < 2000
        assert side.memory_mb is not None
        assert 1 < side.memory_mb < 512
    assert told(report).count("it passed in every round") == 2
    active = replace(report, sides=tuple(replace(side, passed=7) for side in report.sides))
    assert "it passed in every round" not in told(active)
    assert list(scratch.iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {"mine.py", "scratch"}


def test_what_is_wrong_is_told_with_file_and_line_and_output(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(BROKEN)
    heard: list[tuple[str, int, int]] = []
    report = check(
        "mine.py",
        base=tmp_path,
        sides=(Side.DEFENDER,),
        progress=lambda *words: heard.append(words),
    )
    [side] = report.sides
    assert heard == [("defender against poisoner: round", done, 8) for done in range(3)]
    assert not report.valid
    assert (side.status, side.rounds) == (Status.ERROR, 2)
    assert "mine.py:10: KeyError: 3" in side.problem
    assert "round 1\nround 2\nround 3\n" in side.output


def test_a_policy_is_checked_without_isolation_being_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object, **__: object) -> None:
        raise WargameError("nothing isolates here")

    monkeypatch.setattr("wargame.tournament.check.choose", none)
    offers.policy(tmp_path / "trained")
    report = check("trained", base=tmp_path)
    assert report.valid
    [side] = report.sides
    assert (side.side, side.rounds, side.slowest_ms) == (Side.ATTACKER, 8, None)
    (tmp_path / "mine.py").write_bytes(offers.AGENT)
    with pytest.raises(WargameError, match="nothing isolates"):
        check("mine.py", base=tmp_path)


def test_limits_hold_in_a_check(tmp_path: Path) -> None:
    slow = offers.AGENT.replace(b"return 0", b"import time; time.sleep(30)")
    (tmp_path / "mine.py").write_bytes(slow)
    limits = Limits(move=0.2, bank=0)
    [side] = check("mine.py", base=tmp_path, limits=limits, sides=(Side.ATTACKER,)).sides
    assert (side.status, side.rounds) == (Status.TIMEOUT, 0)
    assert "answered later than 0.2 s" in side.problem


def test_a_side_that_it_cannot_play_is_no_match(tmp_path: Path) -> None:
    report = check("vigilant", base=tmp_path, sides=(Side.ATTACKER,))
    assert not report.valid
    assert "vigilant cannot play the attacker" in report.sides[0].problem


def run(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "wargame", "tournament", "check", *words],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(Path(os.environ["WARGAME_HOME"])),
        timeout=120,
    )


def test_the_command_says_it_in_words_and_by_exit_code(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(BROKEN)
    done = run(tmp_path, "mine.py", "--side", "attacker")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("mine.py: not valid (python, 'Broken")
    assert "mine.py:10: KeyError: 3" in done.stdout
    assert "  | round 3\n" in done.stdout
    assert "\x1b" not in done.stdout
    fine = run(tmp_path, str(ROOT / "agents" / "thief.py"))
    assert (fine.returncode, fine.stderr) == (0, "")
    assert "attacker  OK        8 rounds against vigilant, slowest answer" in fine.stdout


def test_the_command_says_it_as_json(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def act(:\n")
    done = run(tmp_path, "mine.py", "--json")
    assert (done.returncode, done.stderr) == (1, "")
    found = json.loads(done.stdout)
    assert set(found) == {"agent", "valid", "problem", "kind", "digest", "title", "sides"}
    assert found["valid"] is False
    assert f"mine.py{os.sep}" not in found["problem"]
    assert "mine.py:1: SyntaxError" in found["problem"]
    assert run(tmp_path, "mine.py", "--command", '"').returncode == 2


def test_a_name_or_title_that_is_no_text_is_told_all_the_same(tmp_path: Path) -> None:
    agent = offers.AGENT.replace(b'"Mine"', b'"Mine \\ud800"')
    assert agent != offers.AGENT
    for name in ("mine.py", "bad\udcff.py", "esc\x1b[2J.py"):
        (tmp_path / name).write_bytes(agent)
        report = check(name, base=tmp_path, sides=(Side.ATTACKER,))
        assert report.valid == (name == "mine.py")
        assert json.loads(canonical(report.to_json()))["title"] == r"Mine \ud800" * report.valid
        assert "\x1b" not in told(report)
        assert told(report).encode()
