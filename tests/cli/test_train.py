"""`wargame train` from the command line: told, killed, resumed, refused."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import Run, environment

STEPS = 5 * 2 * 3
"""Five updates of two games of three rounds."""


def words(small: Path, leaves: Path, folder: Path, *more: str) -> list[str]:
    sizes = [
        "--generations",
        "1",
        "--worlds",
        "1",
        "--games",
        "2",
        "--workers",
        "1",
        "--steps",
        str(STEPS),
    ]
    sides = ["--side", "defender", "--opponent", "random,poisoner"]
    return ["train", str(small), *sides, *sizes, "--data", str(leaves), "--out", str(folder), *more]


def curve(folder: Path) -> list[dict[str, object]]:
    """The learning curve without what hangs on the clock and the store."""
    lines = [json.loads(line) for line in (folder / "curve.jsonl").read_text().splitlines()]
    return [{k: v for k, v in line.items() if k not in ("seconds", "hits")} for line in lines]


@pytest.fixture(scope="module")
def whole(small: Path, leaves: Path, shared_home: Path) -> Path:
    """An undisturbed training."""
    folder = shared_home / "whole"
    done = subprocess.run(
        [sys.executable, "-m", "wargame", *words(small, leaves, folder, "--json")],
        capture_output=True,
        text=True,
        env=environment(shared_home),
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["update"] for line in told] == list(range(6))
    return folder


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_and_resumed_it_goes_on_from_the_last_checkpoint(
    whole: Path,
    wargame: Run,
    small: Path,
    leaves: Path,
    shared_home: Path,
    tmp_path: Path,
    how: signal.Signals,
) -> None:
    folder = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-m", "wargame", *words(small, leaves, folder)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env=environment(shared_home),
    )
    while process.poll() is None and _updates(folder) < 2:
        time.sleep(0.002)
    process.send_signal(how)
    _, error = process.communicate(timeout=120)
    had = _updates(folder)
    # A line that was being settled when Ctrl-C came is taken back.
    assert 1 <= had < 6, f"the signal came too late: {error}"
    if how is signal.SIGINT:
        assert process.returncode == 130
        assert "--resume" in error
    done = wargame(*words(small, leaves, folder, "--resume"))
    assert done.returncode == 0, done.stderr
    assert curve(folder) == curve(whole)
    for name in ("checkpoint.safetensors", "policy/weights.safetensors"):
        assert (folder / name).read_bytes() == (whole / name).read_bytes()


def _updates(folder: Path) -> int:
    try:
        return (folder / "curve.jsonl").read_bytes().count(b"\n")
    except OSError:
        return 0


def test_it_tells_what_to_do_with_the_policy(
    whole: Path, wargame: Run, small: Path, leaves: Path
) -> None:
    done = wargame(*words(small, leaves, whole, "--resume"))
    assert done.returncode == 0, done.stderr
    assert f"the best policy lies in {whole / 'policy'}" in done.stdout
    match = wargame(
        *("watch", small, "--attacker", "random", "--defender", whole / "policy"),
        *("--data", leaves, "--fidelity", "drill", "--headless"),
    )
    assert match.returncode == 0, match.stderr


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (("--opponent", "poisonerr"), "did you mean poisoner"),
        (("--opponent", "frugal"), "frugal cannot play the attacker"),
        (("--opponent", "pool:nowhere"), "there is no pool in nowhere"),
        (("--teachers", "thief"), "thief cannot play the defender"),
        (("--fidelity", "sharp"), "sharp"),
        (("--games", "0"), "--games"),
        (("--seed", "-1"), "--seed"),
        (("--steps", "many"), "many"),
        (("--minutes", "-3"), "-3"),
        (("--resume",), "there is no training to resume"),
    ],
)
def test_wrong_words_are_told(
    wargame: Run, small: Path, leaves: Path, tmp_path: Path, changed: tuple[str, ...], why: str
) -> None:
    folder = tmp_path / "run"
    done = wargame(
        "train", small, "--side", "defender", "--out", folder, "--data", leaves, *changed
    )
    assert done.returncode == 2
    assert why in done.stderr
    assert "Traceback" not in done.stderr
    assert not folder.exists()


def test_what_was_begun_is_not_mixed_up(
    whole: Path, wargame: Run, small: Path, leaves: Path
) -> None:
    before = {path: path.read_bytes() for path in whole.rglob("*") if path.is_file()}
    for more, why in (
        ((), "holds a training already"),
        (("--resume", "--seed", "4"), "--seed was 0"),
        (("--resume", "--games", "9"), "--games was 2"),
        (("--resume", "--opponent", "thief"), "--opponents was"),
    ):
        given = ("train", small, "--side", "defender", "--out", whole, "--data", leaves, *more)
        done = wargame(*given)
        assert done.returncode == 2
        assert why in done.stderr
    assert before == {path: path.read_bytes() for path in whole.rglob("*") if path.is_file()}
