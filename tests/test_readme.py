"""The README says nothing that does not work: its commands and its code are run as they stand."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shlex
import shutil
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from wargame.tournament.terms import load

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^([^\n]*)\n\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONTROL = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|[\]P_^].*?(\x07|\x1b\\)|.)", re.DOTALL)
CHECKS = """
assert info["action_mask"].shape == (env.action_space.n,) and env.action_space.n > len(legal) > 0
assert not terminated and observation in env.observation_space
assert both.agents == ["attacker", "defender"] and set(infos) == set(both.agents)
"""


SHORT: dict[str, dict[str, str]] = {
    "train": {
        "--opponent": "thief",
        "--teachers": "frugal",
        "--worlds": "1",
        "--games": "4",
        "--generations": "1",
        "--steps": "32",
    },
    "evaluate": {
        "--attacker": "thief",
        "--defender": "runs/defender/policy,frugal",
        "--seeds": "100:102",
    },
    "payoff": {"--seeds": "2", "--attackers": "thief,evader", "--defenders": "frugal"},
    "league-train": {
        "--iterations": "1",
        "--attackers": "thief",
        "--defenders": "frugal",
        "--seeds": "0:2",
        "--worlds": "1",
        "--games": "4",
        "--generations": "1",
        "--steps": "16",
    },
    "matrix": {
        "--attacks": "label_flip",
        "--defences": "label_sanitation",
        "--rounds": "1",
        "--seeds": "0:3",
        "--fidelity": "sketch",
    },
    "review": {"--rounds": "1:1"},
}
"""What commands that work long are told instead, or besides, so that they do the same to less."""


def shortened(words: list[str]) -> list[str]:
    words = list(words)
    for option, value in SHORT.get(words[1], {}).items():
        if option in words:
            words[words.index(option) + 1] = value
        else:
            words += [option, value]
    return words


class Item(NamedTuple):
    """One command line, or one piece of code with the file it is to be saved in."""

    kind: str
    text: str
    file: str = ""


def _items() -> Iterator[Item]:
    for before, language, body in BLOCK.findall(README):
        if language == "sh":
            yield from (Item("sh", line) for line in body.splitlines() if line.strip())
        else:
            saved = re.search(r"`(\w+\.(py|yaml))`", before)
            yield Item(language, body, saved.group(1) if saved else "")


ITEMS = list(_items())
WARGAME = [item.text for item in ITEMS if item.text.startswith("wargame ")]
MAKE = [shlex.split(item.text, comments=True) for item in ITEMS if item.text.startswith("make ")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newcomer's folder: one for all commands, in the README's order."""
    return tmp_path_factory.mktemp("newcomer")


def environment() -> dict[str, str]:
    """This one, but nothing except the program's own terrain in reach."""
    kept = {k: v for k, v in os.environ.items() if k != "WARGAME_DATA" and "MAKE" not in k}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "100"}


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, cwd=folder, env=environment(), capture_output=True, text=True, timeout=240
    )


def test_every_block_is_understood() -> None:
    assert README.count("```") == 2 * len(BLOCK.findall(README))
    assert {item.kind for item in ITEMS} == {"sh", "python", "yaml"}
    assert len(MAKE) == 2
    assert len(MAKE) + len(WARGAME) == sum(item.kind == "sh" for item in ITEMS)
    assert {line.split()[1] for line in WARGAME} >= {"play", "watch", "verify", "resume", "measure"}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.text.splitlines()[0][:60])
def test_it_works(item: Item, folder: Path) -> None:
    if item.kind == "python":
        _code(item, folder)
    elif item.kind == "yaml":
        (folder / item.file).write_text(item.text)
        assert len(load(folder / item.file).entrants) > 3
    elif item.text.startswith("make "):
        _target(shlex.split(item.text, comments=True))
    elif item.text.startswith("wargame play"):
        _screen(shlex.split(item.text), folder)
    else:
        _command(shlex.split(item.text), folder)


def _code(item: Item, folder: Path) -> None:
    """Saved for the commands that come, or run here."""
    if item.file:
        (folder / item.file).write_text(item.text)
        return
    script = folder / "example.py"
    script.write_text(item.text + CHECKS)
    done = run([sys.executable, "-W", "error", str(script)], folder)
    assert done.returncode == 0, done.stderr


def _target(words: list[str]) -> None:
    """What the gate and the newcomer call: only looked at, since the gate is what runs this."""
    if shutil.which("make") is None:
        pytest.skip("no make on this machine")
    done = run([*words, "--dry-run"], ROOT)
    assert done.returncode == 0, done.stderr
    wanted = {"play": "wargame play mapengine", "test": "scripts/gate.py"}[words[1]]
    assert wanted in done.stdout.splitlines()[-1]


def _command(words: list[str], folder: Path) -> None:
    if words[1] == "resume":
        _resume(words, folder)
        return
    done = run([sys.executable, "-m", *shortened(words)], folder)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > (words[1] not in ("verify", "tournament"))
    if words[1] == "verify":
        assert "measurements the same" in done.stdout
    if "--record" in words:
        head = json.loads((folder / words[words.index("--record") + 1]).read_text().split("\n")[0])
        assert head["data"]["name"] == "terrain"


def _resume(words: list[str], folder: Path) -> None:
    """A record cut off in the middle of a line, as a killed match leaves it, becomes whole."""
    record = folder / words[2]
    whole = record.read_bytes()
    record.write_bytes(whole[: len(whole) * 2 // 3])
    done = run([sys.executable, "-m", *words], folder)
    assert done.returncode == 0, done.stderr
    assert record.read_bytes() == whole


def _screen(words: list[str], folder: Path) -> None:
    """Opened on a terminal, read, and left by its key."""
    screen, inside = pty.openpty()
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=environment(),
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
    ) as child:
        os.close(inside)
        try:
            _read_until(screen, b"Drones photograph the ground")
            os.write(screen, b"q")
            _read_until(screen, None)
            assert child.wait(30) == 0
        finally:
            child.kill()
            os.close(screen)


def _read_until(screen: int, wanted: bytes | None, seconds: float = 60.0) -> None:
    """Reads what is painted until it holds the words; with None, until the program has gone."""
    os.set_blocking(screen, False)
    seen, limit = b"", time.monotonic() + seconds
    while wanted is None or wanted not in CONTROL.sub(b"", seen):
        assert time.monotonic() < limit, f"not painted: {wanted!r}; {CONTROL.sub(b'', seen)!r}"
        try:
            part = os.read(screen, 65536)
        except BlockingIOError:
            time.sleep(0.05)
            continue
        except OSError:
            part = b""  # the other end of a terminal is closed
        if not part:
            assert wanted is None, f"it ended before it painted {wanted!r}"
            return
        seen += part


def test_the_pages_it_points_to_are_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("https://") and not target.startswith("docs/"):
            assert (ROOT / target).exists(), target
