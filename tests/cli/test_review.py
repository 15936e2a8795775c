"""The review of records: finished, unfinished, forged, of humans and of files that are gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wargame.cli import main
from wargame.game.record import read
from wargame.store import canonical
from wargame.theory.reviewer import Reviewer

from .conftest import Run

Lines = list[dict[str, Any]]


def changed(played: Path, path: Path, change: Callable[[Lines], None]) -> Path:
    lines = [json.loads(line) for line in played.read_bytes().splitlines()]
    change(lines)
    path.write_bytes(b"".join(canonical(line) + b"\n" for line in lines))
    return path


def test_one_and_two_workers_tell_the_same_of_every_round(
    wargame: Run, played: Path, leaves: Path, tmp_path: Path
) -> None:
    told = []
    for workers, home in (("1", None), ("2", tmp_path / "home")):
        done = wargame(
            "review", played, "--data", leaves, "--workers", workers, "--json", home=home
        )
        assert done.returncode == 0, done.stderr
        assert "other rounds to look at" in done.stderr
        told.append(done.stdout)
    assert told[0] == told[1]
    review, record = json.loads(told[0]), read(played)
    assert review["complete"]
    assert review["missions"] == [each.score.mission for each in record.rounds]
    assert record.result is not None
    assert review["result"]["mission"] == record.result.mission
    for each, line in zip(review["rounds"], record.rounds, strict=True):
        assert each["key"] == line.key
        for side, one in each["sides"].items():
            play = next(play for name, play in line.plays.items() if name == side)
            assert one["action"] == play.action
            assert play.action not in [alt["action"] for alt in one["alternatives"]]
            gains = [alt["gain"] for alt in one["alternatives"]]
            assert one["regret"] == max([0.0, *gains])
            assert sum(alt["through"] is not None for alt in one["alternatives"]) <= 1


def test_words_bars_and_a_table(wargame: Run, played: Path, leaves: Path) -> None:
    done = wargame("review", played, "--data", leaves, "--workers", "1")
    assert done.returncode == 0, done.stderr
    for part in ("▲ attacker: regret", "■ defender: regret", "best replies", "would have cost"):
        assert part in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 140
    some = wargame(
        *("review", played, "--data", leaves, "--workers", "1"),
        *("--side", "defender", "--rounds", "2", "--follow", "0"),
    )
    assert some.returncode == 0, some.stderr
    assert "▲ attacker: regret" not in some.stdout
    assert "the match would have" not in some.stdout


def _human(lines: Lines) -> None:
    lines[0]["agents"]["defender"] = None


def _own_file(lines: Lines) -> None:
    lines[0]["agents"]["attacker"] = "gone_long_ago.py"


def _unfinished(lines: Lines) -> None:
    del lines[-2:]


@pytest.mark.parametrize("change", [_human, _own_file, _unfinished])
def test_who_played_does_not_matter_nor_whether_it_is_finished(
    wargame: Run, played: Path, leaves: Path, tmp_path: Path, change: Callable[[Lines], None]
) -> None:
    path = changed(played, tmp_path / "other.jsonl", change)
    done = wargame("review", path, "--data", leaves, "--workers", "1", "--json")
    assert done.returncode == 0, done.stderr
    review = json.loads(done.stdout)
    assert len(review["rounds"]) == len(read(path).rounds)
    assert review["finished"] == (change is not _unfinished)


def test_a_line_that_was_cut_off_is_left_out(
    wargame: Run, played: Path, leaves: Path, tmp_path: Path
) -> None:
    path = tmp_path / "cut.jsonl"
    lines = played.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:4]) + lines[4][:50])
    done = wargame("review", path, "--data", leaves, "--workers", "1", "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["rounds"]) == 2


def _no_round(lines: Lines) -> None:
    del lines[1:]


def _damaged(lines: Lines) -> None:
    lines[3]["score"]["mission"] = "much"


def _other_scenario(lines: Lines) -> None:
    lines[0]["content"]["mission"]["par"] = 0.5


def _other_data(lines: Lines) -> None:
    lines[0]["data"]["digest"] = "0" * 64


def _not_allowed(lines: Lines) -> None:
    lines[2]["plays"]["attacker"].update(action=99)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_no_round, "no round is played yet"),
        (_damaged, "forged.jsonl:4: damaged: "),
        (_other_scenario, "forged.jsonl:1: the scenario is not the one that was played"),
        (_other_data, "the match was played on other data"),
        (_not_allowed, "forged.jsonl:3: damaged: there is no action 99"),
    ],
)
def test_what_cannot_be_reviewed_is_told_in_one_line(
    wargame: Run,
    played: Path,
    leaves: Path,
    tmp_path: Path,
    change: Callable[[Lines], None],
    said: str,
) -> None:
    path = changed(played, tmp_path / "forged.jsonl", change)
    done = wargame("review", path, "--data", leaves, "--workers", "1")
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rounds", "3:9"], "--rounds lies in 1 to 3 in this record"),
        (["--rounds", "3:2"], "expected A:B"),
        (["--follow", "some"], "expected a whole number or all"),
        (["--side", "nobody"], "invalid choice"),
    ],
)
def test_wrong_arguments(
    wargame: Run, played: Path, leaves: Path, words: list[str], said: str
) -> None:
    done = wargame("review", played, "--data", leaves, *words)
    assert done.returncode == 2
    assert said in done.stderr


def test_ctrl_c_shows_what_is_done(
    played: Path,
    leaves: Path,
    shared_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv("WARGAME_HOME", str(shared_home))
    monkeypatch.setattr(Reviewer, "_follow", stop)
    code = main(["review", str(played), "--data", str(leaves), "--workers", "1", "--json"])
    told = capsys.readouterr()
    assert code == 130
    assert "stopped" in told.err
    review = json.loads(told.out)
    assert not review["complete"]
    assert len(review["rounds"]) == 3
