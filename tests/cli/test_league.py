"""`wargame league-train`, and `equilibrium --best-response`, in processes of their own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import Run, environment

BRIEF = ["--steps", "12", "--games", "4", "--worlds", "1", "--generations", "1", "--workers", "1"]
POOLS = ["--attackers", "random", "--defenders", "random"]


def words(small: Path, leaves: Path, out: Path, *more: str) -> list[str]:
    where = ["--data", str(leaves), "--out", str(out), "--iterations", "1"]
    return ["league-train", str(small), *where, *more]


@pytest.fixture(scope="module")
def league(small: Path, leaves: Path, shared_home: Path) -> tuple[Path, str]:
    """One iteration, undisturbed; what it said."""
    out = shared_home / "league"
    done = subprocess.run(
        [sys.executable, "-m", "wargame", *words(small, leaves, out, *BRIEF, *POOLS)],
        capture_output=True,
        text=True,
        env=environment(shared_home, COLUMNS="80"),
    )
    assert done.returncode == 0, done.stderr
    return out, done.stdout


def test_it_is_told_in_words_within_eighty_columns(league: tuple[Path, str]) -> None:
    out, said = league
    (line,) = map(json.loads, (out / "iterations.jsonl").read_text().splitlines())
    assert f"value {line['value']:.3f} against par 0.250" in said
    for side in ("attacker", "defender"):
        name = line[f"{side}_response"]
        told = f"{side}: {name} joins its pool" if name else f"{side}: no better one found"
        assert told in said
    for told in ("Exploitability by iteration", "lower bound", f"{line['exploitability']:.3f}"):
        assert told in said
    places = [each for each in said.splitlines() if str(out) in each]
    assert all(len(each) <= 80 for each in said.splitlines() if each not in places)
    assert (out / "exploitability.svg").read_text().startswith("<?xml")


def test_interrupted_it_goes_on_to_the_same_bytes(
    wargame: Run, small: Path, leaves: Path, league: tuple[Path, str], tmp_path: Path
) -> None:
    whole, _ = league
    out = tmp_path / "cut"
    process = subprocess.Popen(
        [sys.executable, "-m", "wargame", *words(small, leaves, out, *BRIEF, *POOLS)],
        env=environment(tmp_path / "home"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and not (out / "runs").exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1]
    assert process.returncode == 130, said
    assert "--resume" in said
    assert "Traceback" not in said
    done = wargame(*words(small, leaves, out, "--resume", "--workers", "1", "--json"))
    assert done.returncode == 0, done.stderr
    assert (out / "iterations.jsonl").read_bytes() == (whole / "iterations.jsonl").read_bytes()
    told = json.loads(done.stdout)
    kept = json.loads((whole / "iterations.jsonl").read_text())
    assert told == {name: value for name, value in kept.items() if name != "check"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--resume", "--steps", "13"), "begun with --steps 12, not 13"),
        (("--resume", "--defenders", "frugal"), "the league holds the defenders random"),
        (("--resume", "--seeds", "1:9"), "not 1,2,3,4,5,6,7,8"),
        ((), "holds a league already"),
    ],
)
def test_another_league_is_told(
    wargame: Run,
    small: Path,
    leaves: Path,
    league: tuple[Path, str],
    more: tuple[str, ...],
    said: str,
) -> None:
    done = wargame(*words(small, leaves, league[0], *more))
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--attackers", "evadr"), "did you mean evader?"),
        (("--defenders", "evader"), "evader cannot play the defender"),
        (("--seeds", "5:6"), "--seeds"),
        (("--seed", "-1"), "a seed is a whole number from 0 on"),
        (("--worlds", "0"), "--worlds"),
        (("--fidelity", "sharp"), "no fidelity called"),
        (("--steps", "0"), "a whole number above 0"),
        (("--minutes", "never"), "a number of minutes"),
        (("--resume",), "no league to resume"),
    ],
)
def test_bad_words_are_told(
    wargame: Run, small: Path, leaves: Path, tmp_path: Path, more: tuple[str, ...], said: str
) -> None:
    done = wargame(*words(small, leaves, tmp_path / "none", *more))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "none").exists()


def test_a_tables_mixture_is_exploited_by_training(
    wargame: Run, small: Path, leaves: Path, tmp_path: Path
) -> None:
    table = tmp_path / "table.jsonl"
    where = ("--data", leaves, "--out", table, "--fidelity", "drill")
    done = wargame("payoff", small, *POOLS, *where, "--seeds", "2")
    assert done.returncode == 0, done.stderr
    bounded = ("equilibrium", table, "--data", leaves, "--method", "zero-sum", "--workers", "1")
    done = wargame(*bounded, "--best-response", "1", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["best_response"]
    gains = [told[side]["gain"] for side in ("attacker", "defender")]
    assert told["exploitability_at_least"] == pytest.approx(sum(max(0.0, g) for g in gains))
    assert Path(told["attacker"]["policy"]).is_relative_to(tmp_path / "table-responses")
    shown = wargame(*bounded, "--best-response", "1")
    assert f"at least {told['exploitability_at_least']:.3f}" in shown.stdout
    other = wargame("equilibrium", table, "--best-response", "1", "--data", table)
    assert other.returncode == 2
