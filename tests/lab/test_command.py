"""`wargame matrix` in processes of its own: the bench's numbers, resumed and in parallel."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.lab.conftest import Run
from wargame.lab.journal import NAME

PAIRS = [("sniff", "encrypted_channel"), ("pgd", "encrypted_store")]
FILES = (NAME, "matrix.json", "index.html")


def said(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=240)
    return process.returncode, out, err


def same(one: Path, other: Path) -> None:
    for name in FILES:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


@pytest.mark.parametrize(("attack", "defence"), PAIRS)
def test_gains_are_what_the_bench_measures(
    start: Run, whole: Path, words: list[str], attack: str, defence: str
) -> None:
    told = json.loads((whole / "matrix.json").read_text())
    (pair,) = [p for p in told["pairs"] if (p["attack"], p["defence"]) == (attack, defence)]
    plain = [word for word in words if not word.startswith("--attacks")]
    plain = [word for word in plain if "," not in word and word != "--defences"]
    played = ["--attack", f"{attack}:heavy", "--defence", f"{defence}:heavy"]
    code, out, err = said(start("measure", *plain, *played, "--fidelity", "drill", "--json"))
    assert code == 0, err
    runs = json.loads(out)["runs"]
    measure = {"sniff": "sniff.records_exposed", "pgd": "pgd.fooled"}[attack]

    def last(arm: str, seed: int) -> dict[str, Any]:
        (run,) = [r for r in runs if (r["arm"], r["seed"], r["round"]) == (arm, seed, 2)]
        return dict(run["measures"])

    def own(arm: str, seed: int) -> float:
        found = last(arm, seed).get(measure)
        return float(found["value"]) if found else 0.0

    for place, seed in enumerate((0, 1)):
        bare = own("attack alone", seed) - own("neither", seed)
        kept = own("both", seed) - own("defence alone", seed)
        assert pair["aim"]["undefended"]["values"][place] == pytest.approx(bare)
        assert pair["aim"]["defended"]["values"][place] == pytest.approx(kept)
        assert pair["aim"]["effect"]["values"][place] == pytest.approx(bare - kept)
    assert pair["aim"]["undefended"]["mean"] > 0
    assert pair["aim"]["defended"]["mean"] == 0


def test_killed_it_goes_on_to_the_same_bytes(
    start: Run, whole: Path, words: list[str], tmp_path: Path
) -> None:
    rng, out = random.Random(3), tmp_path / "out"
    seen = set()
    for _ in range(3):
        process = start("matrix", *words, "--out", out, at=tmp_path / "home")
        while not (out / NAME).exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(rng.uniform(0.3, 2.0))
        process.kill()
        said(process)
        seen.add((out / NAME).read_bytes().count(b"\n"))
    assert min(seen) < (whole / NAME).read_bytes().count(b"\n"), "no kill came in time"
    code, _, err = said(start("matrix", *words, "--out", out, at=tmp_path / "home"))
    assert code == 0, err
    same(out, whole)


def test_two_workers_write_the_same_bytes(
    start: Run, whole: Path, words: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    two = [*words, "--workers", "2", "--out", str(out), "--json"]
    code, told, err = said(start("matrix", *two, at=tmp_path / "home"))
    assert code == 0, err
    same(out, whole)
    assert json.loads(told) == json.loads((whole / "matrix.json").read_text())


def test_ctrl_c_keeps_a_page_and_says_how_to_go_on(
    start: Run, words: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = start("matrix", *words, "--out", out, at=tmp_path / "home")
    while not (out / NAME).exists() or (out / NAME).read_bytes().count(b"\n") < 2:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    code, _, err = said(process)
    assert code == 130
    assert "the same command goes on" in err
    assert "not measured yet" in (out / "matrix.json").read_text()
    assert (out / "index.html").read_text().endswith("</html>\n")


def test_more_seeds_and_cards_are_added_to_what_is_there(
    start: Run, whole: Path, words: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    before = (whole / NAME).read_bytes()
    (out / NAME).write_bytes(before)
    more = [{"0:2": "0:3", "sniff,pgd": "sniff,pgd,checkpoint_theft"}.get(w, w) for w in words]
    code, told, err = said(start("matrix", *more, "--out", out))
    assert code == 0, err
    after = (out / NAME).read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == 1 + 3 * 4 * 3
    verdicts = json.loads((out / "matrix.json").read_text())["pairs"]
    (pair,) = [p for p in verdicts if (p["attack"], p["defence"]) == PAIRS[0]]
    assert (pair["verdict"], pair["relation"]) == ("works", "agreement")
    assert "● encrypted_channel against sniff" in told
    assert max(len(line) for line in told.splitlines() if "index.html" not in line) <= 80


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (["--attacks", "snif"], "did you mean sniff"),
        (["--attacks", "backdoor"], "no attack in this deck called 'backdoor'"),
        (["--defences", "pgd"], "no defence in this deck called 'pgd'"),
        (["--attacks", " , "], "no attack is named"),
        (["--strength", "huge"], "strength"),
        (["--rounds", "9"], "--rounds lies in 1 to 3"),
        (["--seeds", "3:3"], "expected A:B"),
        (["--fidelity", "drll"], "drill"),
    ],
)
def test_what_is_asked_wrongly_is_told(
    start: Run, words: list[str], tmp_path: Path, more: list[str], expected: str
) -> None:
    out = tmp_path / "out"
    code, _, err = said(start("matrix", *words, *more, "--out", out))
    assert code == 2
    assert expected in err
    assert not out.exists()


def test_the_folder_of_another_matrix_is_refused(start: Run, whole: Path, words: list[str]) -> None:
    code, _, err = said(start("matrix", *words, "--strength", "light", "--out", whole))
    assert code == 2
    assert '"heavy", and asked for is "light"' in err
