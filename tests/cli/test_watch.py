"""Headless matches: the same bytes every time, on the disk before anything else, never lost."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from wargame.game.record import read

from .conftest import Run, environment, watching


def test_another_process_and_two_workers_write_the_same_bytes(
    wargame: Run, small: Path, leaves: Path, played: Path, tmp_path: Path
) -> None:
    cold = tmp_path / "home"
    file = tmp_path / "m.jsonl"
    words = [*watching(small, leaves), "--json", "--record", str(file), "--workers", "2"]
    done = wargame(*words, home=cold)
    assert done.returncode == 0, done.stderr
    assert file.read_bytes() == played.read_bytes()
    assert done.stdout.encode() == played.read_bytes()
    assert done.stderr == ""


def test_words_tell_every_round_and_what_decided(
    wargame: Run, small: Path, leaves: Path, played: Path, tmp_path: Path
) -> None:
    done = wargame(*watching(small, leaves))
    assert done.returncode == 0, done.stderr
    record = read(played)
    assert record.result is not None
    told = " ".join(done.stdout.split())
    assert record.result.words in told
    for line in record.rounds:
        assert f"round {line.round}" in told
        assert f"mission {line.score.mission:.3f}" in told


def test_a_finished_record_is_replaced_as_a_whole(
    wargame: Run, small: Path, leaves: Path, played: Path, tmp_path: Path
) -> None:
    file = Path(shutil.copy(played, tmp_path / "m.jsonl"))
    before = file.stat().st_ino
    assert wargame(*watching(small, leaves), "--record", file).returncode == 0
    assert file.stat().st_ino != before
    assert file.read_bytes() == played.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["m.jsonl"]


def test_an_unfinished_record_goes_on(
    wargame: Run, small: Path, leaves: Path, played: Path, tmp_path: Path
) -> None:
    file = tmp_path / "m.jsonl"
    whole = played.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(whole[:3]) + whole[3][:40])
    done = wargame(*watching(small, leaves), "--json", "--record", file)
    assert done.returncode == 0, done.stderr
    assert file.read_bytes() == played.read_bytes() == done.stdout.encode()


def test_anything_else_is_never_written_over_unasked(
    wargame: Run, small: Path, leaves: Path, played: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "notes.txt"
    mine.write_text("my notes\n")
    other = [*watching(small, leaves, seed=4), "--record"]
    for path, content in ((mine, b"my notes\n"), (tmp_path / "m.jsonl", played.read_bytes())):
        path.write_bytes(content)
        done = wargame(*other, path)
        assert done.returncode == 2
        assert "--force" in done.stderr
        assert path.read_bytes() == content
    assert wargame(*other, mine, "--force").returncode == 0
    assert read(mine).header.seed == 4


def test_the_header_is_on_the_disk_before_torch_is_loaded(
    small: Path, leaves: Path, tmp_path: Path
) -> None:
    script = (
        "import sys\nfrom wargame.cli import main\n"
        "class Stop:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'torch':\n            import os; os._exit(9)\n"
        "sys.meta_path.insert(0, Stop())\nmain(sys.argv[1:])"
    )
    file = tmp_path / "m.jsonl"
    words = [*watching(small, leaves), "--record", str(file)]
    done = subprocess.run([sys.executable, "-c", script, *words], env=environment(tmp_path))
    assert done.returncode == 9
    record = read(file)
    assert record.header.seed == 3
    assert record.opening is None


def test_ctrl_c_says_how_to_go_on(
    wargame: Run, small: Path, leaves: Path, played: Path, tmp_path: Path
) -> None:
    file = tmp_path / "m.jsonl"
    process = subprocess.Popen(
        [sys.executable, "-m", "wargame", *watching(small, leaves), "--record", str(file)],
        env=environment(tmp_path / "home"),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    while not file.exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"wargame resume {file}" in said
    assert "Traceback" not in said
    done = wargame("resume", file, "--headless")
    assert done.returncode == 0, done.stderr
    assert file.read_bytes() == played.read_bytes()


@pytest.mark.parametrize("limit", [100, 9_000])
def test_a_full_disk_loses_nothing(
    small: Path, leaves: Path, played: Path, tmp_path: Path, limit: int, shared_home: Path
) -> None:
    file = tmp_path / "m.jsonl"

    def narrow() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [sys.executable, "-m", "wargame", *watching(small, leaves), "--record", str(file)],
        env=environment(shared_home),
        preexec_fn=narrow,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    if file.exists():
        whole = read(file).whole
        assert len(whole) <= limit
        assert played.read_bytes().startswith(whole)


def test_a_reader_that_leaves_is_no_error(
    small: Path, leaves: Path, played: Path, shared_home: Path, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "wargame", "replay", str(played), "--json"],
        env=environment(shared_home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_a_store_that_is_no_folder_is_told(
    wargame: Run, small: Path, leaves: Path, tmp_path: Path
) -> None:
    place = tmp_path / "store"
    place.write_text("")
    done = wargame(*watching(small, leaves), WARGAME_STORE=str(place))
    assert done.returncode == 2
    assert str(place) in done.stderr


def test_too_little_data_is_told_before_a_record_begins(
    wargame: Run, small: Path, leaves: Path, tmp_path: Path
) -> None:
    with np.load(leaves) as arrays:
        few = {name: arrays[name][:40] for name in arrays}
    np.savez(tmp_path / "few.npz", **few)
    words = [
        tmp_path / "few.npz" if word == str(leaves) else word for word in watching(small, leaves)
    ]
    done = wargame(*words, "--record", "m.jsonl")
    assert done.returncode == 2
    assert "40 training and 40 test records; at least" in done.stderr
    assert "resume" not in done.stderr
    assert not (tmp_path / "m.jsonl").exists()


def test_the_data_option_wins_over_the_environment(
    wargame: Run, small: Path, leaves: Path, tmp_path: Path
) -> None:
    done = wargame(*watching(small, leaves), WARGAME_DATA=str(tmp_path / "absent"))
    assert done.returncode == 0, done.stderr
    words = [word for word in watching(small, leaves) if word not in ("--data", str(leaves))]
    missing = wargame(*words, WARGAME_DATA=str(tmp_path / "absent"))
    assert missing.returncode == 2
    assert str(tmp_path / "absent") in missing.stderr


def test_a_record_says_nothing_of_places(played: Path, leaves: Path) -> None:
    assert str(leaves.parent).encode() not in played.read_bytes()
    assert os.uname().nodename not in json.loads(played.read_bytes().splitlines()[0]).values()
