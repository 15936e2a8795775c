"""Whatever ends a command becomes one sentence and an exit code."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from wargame.cli.guard import guarded
from wargame.cli.output import Progress
from wargame.errors import WargameError

from .conftest import Run


def raising(error: BaseException) -> Callable[[], int]:
    def work() -> int:
        error.add_note("nothing is lost")
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (WargameError("no such card"), 2, "no such card"),
        (OSError(errno.ENOSPC, "No space left on device", "/disk"), 2, "/disk: No space left"),
        (KeyboardInterrupt(), 130, "stopped"),
        (RuntimeError("surprise"), 70, "RuntimeError: surprise"),
        (FileNotFoundError(errno.ENOENT, "gone"), 70, "FileNotFoundError"),
    ],
)
def test_every_end_is_told(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, said: str
) -> None:
    assert guarded(raising(error)) == code
    told = capsys.readouterr()
    assert said in told.err
    assert "nothing is lost" in told.err
    assert "Traceback" not in told.err
    assert told.out == ""


def test_a_fault_leaves_its_traceback_in_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARGAME_HOME", str(tmp_path))
    assert guarded(raising(RuntimeError("surprise"))) == 70
    (file,) = (tmp_path / "crashes").iterdir()
    assert str(file) in capsys.readouterr().err
    assert "RuntimeError: surprise" in file.read_text()
    assert "in work" in file.read_text()


def test_an_error_in_the_wake_of_ctrl_c_is_a_stop(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        try:
            os.kill(os.getpid(), 2)
            threading.Event().wait(5)
        except KeyboardInterrupt:
            raise ImportError("torn in the middle") from None
        return 0

    assert guarded(work) == 130
    assert "torn" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("play", "mapengine"),
        ("watch", "mapengine", "--attacker", "random", "--defender", "random"),
        ("replay", "{played}"),
    ],
)
def test_a_screen_needs_a_terminal(wargame: Run, played: Path, words: tuple[str, ...]) -> None:
    done = wargame(*(word.format(played=played) for word in words))
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr


def test_play_checks_names_before_the_screen_opens(wargame: Run) -> None:
    for words, said in (
        (("play", "mapengin"), "mapengine"),
        (("play", "mapengine", "--opponent", "poisonr"), "poisoner"),
        (("play", "mapengine", "--side", "attacker", "--opponent", "poisoner"), "cannot play"),
    ):
        done = wargame(*words)
        assert done.returncode == 2
        assert said in done.stderr


def test_fetch_tells_size_and_place_and_checks_the_hash(
    wargame: Run, leaves: Path, tmp_path: Path
) -> None:
    handler = partial(SimpleHTTPRequestHandler, directory=str(leaves.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/{leaves.name}"
        right = hashlib.sha256(leaves.read_bytes()).hexdigest()
        words = ("data", "fetch", "leaves", "--url", url, "--sha256")
        wrong = wargame(*words, "0" * 64, home=tmp_path / "home")
        done = wargame(*words, right, home=tmp_path / "home")
        server.shutdown()
    assert wrong.returncode == 2
    assert "hash" in wrong.stderr
    assert done.returncode == 0, done.stderr
    assert url in done.stderr
    copy = Path(done.stdout.split(": ", 1)[1].strip())
    assert copy.read_bytes() == leaves.read_bytes()


def test_progress_is_for_terminals_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Progress() as progress:
        progress("training", 1, 70)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with Progress() as progress:
        progress.head = "round 1: "
        progress("training", 1, 70)
    shown = capsys.readouterr().err
    assert "round 1: training 1/70" in shown
    assert shown.endswith("\r\x1b[K")
