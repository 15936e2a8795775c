"""`kill -9` at random moments: what is resumed ends up byte for byte as if undisturbed.

WARGAME_KILLS sets how many moments are tried; the default keeps the suite short.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from wargame.game.record import read

from .conftest import Run, environment, watching

KILLS = int(os.environ.get("WARGAME_KILLS", "4"))


def killed(home: Path, file: Path, words: list[str], after: float) -> float:
    """Starts a match and kills it so many seconds after its record appeared.

    Returns the seconds from then to its end.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "wargame", *words, "--record", str(file)],
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not file.exists() and process.poll() is None:
        time.sleep(0.002)
    start = time.monotonic()
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return time.monotonic() - start


def test_killed_matches_resume_to_the_same_bytes(
    wargame: Run, small: Path, leaves: Path, played: Path, tmp_path: Path
) -> None:
    words = watching(small, leaves)
    whole = tmp_path / "whole.jsonl"
    longest = killed(tmp_path / "timed", whole, words, 120)
    assert whole.read_bytes() == played.read_bytes()
    rng = random.Random(20)
    seen = set()
    for number in range(KILLS):
        home, file = tmp_path / f"home{number}", tmp_path / f"{number}.jsonl"
        killed(home, file, words, rng.uniform(0, longest))
        seen.add(len(read(file).lines))
        done = wargame("resume", file, "--headless", home=home)
        assert done.returncode == 0, done.stderr
        assert file.read_bytes() == played.read_bytes()
    assert min(seen) < len(read(played).lines), "no kill came in time"


def test_resume_without_a_file_finds_the_newest_unfinished(
    wargame: Run, small: Path, leaves: Path, played: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    for file in (first, second):
        killed(home, file, watching(small, leaves), 0.0)
    os.utime(first, (0, 0))
    for file in (second, first):
        done = wargame("resume", "--headless", home=home)
        assert done.returncode == 0, done.stderr
        assert file.read_bytes() == played.read_bytes()
    done = wargame("resume", "--headless", home=home)
    assert done.returncode == 2
    assert "no unfinished match" in done.stderr


def test_a_match_killed_before_its_record_begins_can_be_resumed_too(
    wargame: Run, small: Path, leaves: Path, played: Path, tmp_path: Path
) -> None:
    home, file = tmp_path / "home", tmp_path / "m.jsonl"
    script = (
        "import sys, os\nfrom wargame.cli import main\nfrom wargame.cli import matches\n"
        "note = matches.note\n"
        "def noted(*words):\n    note(*words)\n    os.kill(os.getpid(), 9)\n"
        "matches.note = noted\nmain(sys.argv[1:])"
    )
    words = [*watching(small, leaves), "--record", "m.jsonl"]
    done = subprocess.run(
        [sys.executable, "-c", script, *words], env=environment(home), cwd=tmp_path
    )
    assert done.returncode == -9
    assert not file.exists()
    again = wargame("resume", file, "--headless", home=home)
    assert again.returncode == 0, again.stderr
    assert file.read_bytes() == played.read_bytes()
    file.unlink()
    assert wargame("resume", file, "--headless", home=home).returncode == 2


def test_two_processes_never_write_one_record(
    wargame: Run, played: Path, leaves: Path, tmp_path: Path
) -> None:
    import fcntl

    file = tmp_path / "m.jsonl"
    head = played.read_bytes().splitlines(keepends=True)[0]
    file.write_bytes(head)
    with file.open("rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        done = wargame("resume", file, "--headless")
    assert done.returncode == 2
    assert "another process" in done.stderr
    assert file.read_bytes() == head


OWN = """\
from wargame.game.agent import Agent, legal


class Mine(Agent):
    title = "Mine"
    character = "The dearest card it can play"

    def act(self, view):
        return max(legal(view), key=lambda action: view.moves[action].cost)
"""


def test_an_own_agent_file_is_named_again_to_go_on_and_to_verify(
    wargame: Run, small: Path, leaves: Path, tmp_path: Path
) -> None:
    mine, file = tmp_path / "mine.py", tmp_path / "m.jsonl"
    mine.write_text(OWN)
    words = [mine if word == "random" else word for word in watching(small, leaves)]
    words[words.index("--defender") + 1] = "random"
    done = wargame(*words, "--record", file)
    assert done.returncode == 0, done.stderr
    whole = file.read_bytes()
    assert read(file).header.agents == {"attacker": "mine.py", "defender": "random"}
    file.write_bytes(b"".join(whole.splitlines(keepends=True)[:4]))
    refused = wargame("resume", file, "--headless")
    assert refused.returncode == 2
    assert "--attacker" in refused.stderr
    done = wargame("resume", file, "--headless", "--attacker", mine)
    assert done.returncode == 0, done.stderr
    assert file.read_bytes() == whole
    assert wargame("verify", file, "--attacker", mine).returncode == 0
    mine.write_text(OWN.replace("max", "min"))
    other = wargame("verify", file, "--attacker", mine)
    assert other.returncode == 1
    assert "plays.attacker.action" in other.stdout
