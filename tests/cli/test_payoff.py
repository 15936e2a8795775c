"""`wargame payoff` and `wargame equilibrium` in processes of their own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import Run, environment

ATTACKERS, DEFENDERS = "random,evader", "random,frugal"


def words(small: Path, leaves: Path, *more: str) -> list[str]:
    agents = ["--attackers", ATTACKERS, "--defenders", DEFENDERS]
    where = ["--data", str(leaves), "--fidelity", "drill"]
    return ["payoff", str(small), *agents, "--workers", "1", *where, *more]


@pytest.fixture(scope="module")
def table(small: Path, leaves: Path, shared_home: Path) -> Path:
    """A table of five seeds, measured undisturbed."""
    path = shared_home / "table.jsonl"
    done = subprocess.run(
        [sys.executable, "-m", "wargame", *words(small, leaves, "--seeds", "5"), "--out", path],
        capture_output=True,
        text=True,
        env=environment(shared_home),
    )
    assert done.returncode == 0, done.stderr
    assert "Value of the game" in done.stdout
    return path


def test_the_table_in_words_and_in_json(
    wargame: Run, small: Path, leaves: Path, table: Path
) -> None:
    before = table.read_bytes()
    done = wargame(*words(small, leaves, "--seeds", "5", "--json"), "--out", table)
    assert done.returncode == 0, done.stderr
    assert table.read_bytes() == before
    told = json.loads(done.stdout)
    assert told["seeds"] == list(range(5))
    lines = [json.loads(line) for line in before.splitlines()[1:]]
    assert len(lines) == 4 * 5
    for row, attacker in enumerate(ATTACKERS.split(",")):
        for column, defender in enumerate(DEFENDERS.split(",")):
            found = [
                sum(line["missions"]) / len(line["missions"])
                for line in lines
                if (line["attacker"], line["defender"]) == (attacker, defender)
            ]
            cell = told["table"][row][column]
            assert cell["mission"] == pytest.approx(sum(found) / 5)
            assert cell["interval"][0] <= cell["mission"] <= cell["interval"][1]
    assert {each["name"] for each in told["answer"]["attackers"]} == {"random", "evader"}


def test_the_solution_by_every_method(wargame: Run, table: Path) -> None:
    done = wargame("equilibrium", table)
    assert done.returncode == 0, done.stderr
    for said in ("Value of the game", "exploitability", "alpha-rank", "General-sum", "By support"):
        assert said in done.stdout
    assert "fewer than 10 seeds" in " ".join(done.stdout.split())
    told = json.loads(wargame("equilibrium", table, "--json", "--price", "0").stdout)
    value = told["zero_sum"]["value"]
    matrix = told["payoffs"]
    assert max(map(min, matrix)) - 1e-9 <= value <= min(map(max, zip(*matrix, strict=True))) + 1e-9
    # At a price of 0 the two ways to solve it are one.
    for each in told["general_sum"]["equilibria"]:
        assert each["attacker_payoff"] == pytest.approx(value, abs=1e-6)
    assert sum(told["alpha_rank"]["attackers"].values()) == pytest.approx(1)


def test_interrupted_it_goes_on_to_the_same_bytes(
    wargame: Run, small: Path, leaves: Path, table: Path, tmp_path: Path
) -> None:
    home, path = tmp_path / "home", tmp_path / "t.jsonl"
    process = subprocess.Popen(
        [sys.executable, "-m", "wargame", *words(small, leaves, "--seeds", "5"), "--out", path],
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and not (path.exists() and path.stat().st_size > 4000):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1]
    assert process.returncode == 130
    assert "the same command goes on from there" in said
    assert "Traceback" not in said
    kept = path.read_bytes()
    assert table.read_bytes().startswith(kept)
    assert len(kept) < len(table.read_bytes()), "it ended before it was stopped"
    done = wargame(*words(small, leaves, "--seeds", "5"), "--out", path, home=home)
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == table.read_bytes()


def test_without_a_file_the_same_command_goes_on_in_the_data_home(
    wargame: Run, small: Path, leaves: Path, table: Path, shared_home: Path
) -> None:
    for seeds in ("1", "3"):
        done = wargame(*words(small, leaves, "--seeds", seeds))
        assert done.returncode == 0, done.stderr
    (kept,) = (shared_home / "payoffs").iterdir()
    assert table.read_bytes().startswith(kept.read_bytes())
    assert kept.read_bytes().count(b"\n") == 1 + 3 * 4


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--attackers", "evadr"), "did you mean evader?"),
        (("--attackers", "frugal"), "frugal cannot play the attacker"),
        (("--defenders", "human"), "a human cannot play"),
        (("--defenders", ""), "name at least one defender"),
        (("--defenders", "random,random"), "stands twice"),
        (("--seeds", "9:3"), "expected N, or A:B with A < B"),
        (("--seeds", "0"), "expected N, or A:B with A < B"),
        (("--seeds", "many"), "expected N, or A:B with A < B"),
        (("--tolerance", "0"), "a number above 0"),
        (("--fidelity", "sharp"), "no fidelity called"),
        (("--out", "/"), "cannot be written"),
    ],
)
def test_bad_words_are_told(
    wargame: Run, small: Path, leaves: Path, more: tuple[str, str], said: str
) -> None:
    done = wargame(*words(small, leaves), *more)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_other_and_damaged_tables_are_told(
    wargame: Run, small: Path, leaves: Path, table: Path, tmp_path: Path
) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(table.read_bytes().replace(b'"seed":3', b'"seed":2', 1))
    for done in (
        wargame("equilibrium", path),
        wargame(*words(small, leaves, "--seeds", "5"), "--out", path),
    ):
        assert done.returncode == 2
        assert f"{path}:14: damaged" in done.stderr
    done = wargame(*words(small, leaves, "--defenders", "frugal"), "--out", table)
    assert done.returncode == 2
    assert "holds the defenders random, frugal" in done.stderr
    head = table.read_bytes().splitlines(keepends=True)[0]
    path.write_bytes(head)
    done = wargame("equilibrium", path)
    assert done.returncode == 2
    assert "no seed of the table is complete" in done.stderr
    done = wargame("equilibrium", tmp_path)
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
