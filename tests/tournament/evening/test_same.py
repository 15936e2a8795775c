"""The same tournament leaves the same bytes, whoever does the work and however often they stop."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.tournament.postgres import Server
from tests.worlds import environment

from .conftest import Run, command, events, written

KILLS = 2
"""Times that one evening is killed; more would leave nothing to be killed at."""
EVENINGS = max(1, int(os.environ.get("WARGAME_KILLS", "2")) // KILLS)


@pytest.fixture
def undisturbed(wargame: Run, class_room: Path, finished: Path) -> dict[str, bytes]:
    """What the tournament leaves where one process plays it without a break."""
    out = class_room / "alone"
    shutil.copytree(finished, out)
    return _exported(wargame, out)


def _played(wargame: Run, folder: Path, name: str, *words: str) -> dict[str, bytes]:
    out = folder / name
    done = wargame("run", "evening.yaml", "--out", out, "--headless", *words)
    assert done.returncode == 0, done.stderr
    return _exported(wargame, out)


def _exported(wargame: Run, out: Path) -> dict[str, bytes]:
    exported = wargame("export", "evening.yaml", "--out", out, "--records")
    assert exported.returncode == 0, exported.stderr
    return written(out)


def test_workers_clusters_stores_and_databases_change_nothing(
    wargame: Run, class_room: Path, undisturbed: dict[str, bytes], postgres: Server
) -> None:
    assert len([name for name in undisturbed if name.endswith(".jsonl")]) == 25
    two = _played(wargame, class_room, "two", "--workers", "2")
    assert two == undisturbed
    file = class_room / "evening.yaml"
    shared = (class_room / "shared").as_uri()
    file.write_text(f"{file.read_text()}results: {postgres.fresh()}\nstore: {shared}\n")
    ray = _played(wargame, class_room, "ray", "--cluster", "local:2")
    assert ray == undisturbed
    assert not (class_room / "ray" / "results.db").exists()
    assert (class_room / "shared" / "objects").is_dir()


@pytest.mark.parametrize("evening", range(EVENINGS))
def test_killed_at_any_moment_it_goes_on_to_the_same_bytes(
    wargame: Run,
    class_room: Path,
    home: Path,
    leaves: Path,
    undisturbed: dict[str, bytes],
    evening: int,
) -> None:
    rng = random.Random(4 + evening)
    told: list[str] = []
    for attempt in range(KILLS + 1):
        last = attempt == KILLS
        text = _killed(class_room, home, leaves, after=None if last else rng.randint(0, 8))
        told += [_key(event) for event in events(text) if event["event"] == "played"]
    assert len(told) == len(set(told)), "a match that was kept was played again"
    assert 25 - KILLS * 4 <= len(told) <= 25  # a kill may come between keeping and telling
    assert _exported(wargame, class_room / "cut") == undisturbed


def _key(event: dict[str, object]) -> str:
    result = event["result"]
    assert isinstance(result, dict)
    return str(sorted(result["fixture"].items()))


def _killed(class_room: Path, home: Path, leaves: Path, *, after: int | None) -> str:
    """Plays, and is killed with so many matches told; returns what was told."""
    process = subprocess.Popen(
        command("run", "evening.yaml", "--out", "cut", "--json", "--workers", "2"),
        cwd=class_room,
        env=environment(home, WARGAME_DATA=str(leaves)),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if after is not None and sum('"played"' in each for each in lines) >= after:
            time.sleep(random.Random(after).random() * 0.2)
            process.kill()
            break
    rest, _ = process.communicate(timeout=200)
    code = process.returncode
    assert code == (0 if after is None else -signal.SIGKILL)
    return "".join(lines) + rest
