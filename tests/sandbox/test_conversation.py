"""Lines go in and out; a guest stands still while nothing is asked of it."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from tests.sandbox.guests import SMALL, fate, gone, left_over, python, said
from wargame.errors import WargameError
from wargame.sandbox.limits import Limits, Status, Stopped
from wargame.sandbox.warden import Program, Script, Warden

ECHO = """
import sys
for line in sys.stdin:
    print(line.strip()[::-1], flush=True)
"""


def soon() -> float:
    return time.monotonic() + 10


def test_every_line_is_answered(any_warden: Warden, tmp_path: Path) -> None:
    cell = any_warden.open(python(tmp_path / "a", ECHO), SMALL)
    for word in ("one", "two", "drei", "ü"):
        cell.send(word.encode())
        assert cell.receive(soon()).decode() == word[::-1]
    cell.close()
    with pytest.raises(Stopped):
        cell.send(b"more")


def test_two_guests_at_once(any_warden: Warden, tmp_path: Path) -> None:
    cells = [any_warden.open(python(tmp_path / name, ECHO), SMALL) for name in "ab"]
    for index, cell in enumerate(cells):
        cell.send(b"%d7" % index)
    assert [cell.receive(soon()) for cell in cells] == [b"70", b"71"]
    for cell in cells:
        cell.close()


def test_a_long_line_reaches_a_busy_guest(any_warden: Warden, tmp_path: Path) -> None:
    # Stopped in the middle of a line; Python writes the rest of it only where it has a buffer.
    code = "import sys\nsys.stdout = open(1, 'w')\nprint('x' * 3000, flush=True)\n" + ECHO
    guest = python(tmp_path / "a", code)
    cell = any_warden.open(guest, Limits(line=1000))
    word = b"ab" * 400_000
    cell.send(word)
    assert cell.receive(soon()) == b"x" * 3000
    assert cell.receive(soon()) == b"ba" * 400_000
    cell.close()


def test_a_guest_stands_still_while_nothing_is_asked(any_warden: Warden, tmp_path: Path) -> None:
    # Its helper counts on and on; the count shows how long it ran.
    code = """
    import os, sys, threading, time
    count = [0]
    def counting():
        while True:
            count[0] += 1
            time.sleep(0.001)
    threading.Thread(target=counting, daemon=True).start()
    for line in sys.stdin:
        print(count[0], flush=True)
    """
    cell = any_warden.open(python(tmp_path / "a", code), SMALL)
    counts = []
    for pause in (0.0, 0.5):
        time.sleep(pause)
        cell.send(b"?")
        counts.append(int(cell.receive(soon())))
    cell.close()
    assert counts[1] - counts[0] < 100  # of the 500 that it would have come to


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("", Status.ERROR, "ended by itself"),
        ("raise SystemExit(3)", Status.ERROR, "exit code 3"),
        ("import os; os._exit(77)", Status.MEMORY, "more memory"),
        ("import os; os.kill(os.getpid(), 11)", Status.ERROR, "SIGSEGV"),
        ("import os; os.kill(os.getpid(), 9)", Status.ERROR, "SIGKILL"),
        ("import os; os.kill(os.getpid(), 19); input()", Status.TIMEOUT, "in time"),
        ("import os, time; os.close(1); time.sleep(60)", Status.ERROR, "closed"),
        ("import os, time; os.close(0); time.sleep(60)", Status.TIMEOUT, "in time"),
        ("while True: pass", Status.TIMEOUT, "in time"),
        (
            "import signal, time\nsignal.signal(15, signal.SIG_IGN)\ntime.sleep(60)",
            Status.TIMEOUT,
            "in time",
        ),
        ("this is no Python", Status.ERROR, "exit code 1"),
        ("print('x' * 10_000)", Status.ILLEGAL, "longer"),
        (
            "import os\nwhile True: os.write(1, b'x' * 65536)",
            Status.ILLEGAL,
            "longer",
        ),
        ("while True: print('x' * 100)", Status.ERROR, "flooded its standard output"),
        (
            "import os\nwhile True: os.write(2, b'y' * 65536)",
            Status.ERROR,
            "flooded its standard error",
        ),
    ],
)
def test_how_a_guest_ends(
    any_warden: Warden, tmp_path: Path, code: str, status: Status, words: str
) -> None:
    guest = python(tmp_path / "a", code, str(tmp_path))
    stopped = fate(any_warden, guest, seconds=0.3 if status is Status.TIMEOUT else 20)
    assert (stopped.status, words in str(stopped)) == (status, True), str(stopped)
    assert gone(str(tmp_path))


def test_what_it_said_before_its_end_is_heard(any_warden: Warden, tmp_path: Path) -> None:
    cell = any_warden.open(python(tmp_path / "a", "print('a')\nprint('b')\n1 / 0"), SMALL)
    assert [cell.receive(soon()), cell.receive(soon())] == [b"a", b"b"]
    with pytest.raises(Stopped):
        cell.receive(soon())
    assert cell.output.splitlines()[-1] == "ZeroDivisionError: division by zero"
    cell.close()
    assert "ZeroDivisionError" in cell.output


def test_standard_error_is_cut_and_told_so(any_warden: Warden, tmp_path: Path) -> None:
    code = "import os, sys\nos.write(2, b'\\xff\\xfe' + b'z' * 100_000)\nprint('done', flush=True)"
    cell = any_warden.open(python(tmp_path / "a", code), SMALL)
    assert cell.receive(soon()) == b"done"
    cell.close()
    assert cell.output.startswith("\ufffd\ufffdzz")
    assert cell.output.endswith("z\n[cut after 4 kB]")
    assert cell.output.count("z") == 4096 - 2


def test_any_bytes_pass(any_warden: Warden, tmp_path: Path) -> None:
    code = "import os\nos.write(1, bytes(b for b in range(256) if b != 10) + b'\\n')"
    cell = any_warden.open(python(tmp_path / "a", code), SMALL)
    assert cell.receive(soon()) == bytes(b for b in range(256) if b != 10)
    cell.close()


def test_children_that_hide_go_with_it(any_warden: Warden, tmp_path: Path) -> None:
    code = """
    import os, sys, time
    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.setsid()
                while True:
                    time.sleep(1)
            os._exit(0)
    time.sleep(0.1)
    print("ready", flush=True)
    if sys.argv[-1] == "leaves":
        os._exit(0)
    time.sleep(60)
    """
    for last in ("stays", "leaves"):
        cell = any_warden.open(python(tmp_path / "a", code, str(tmp_path), last), SMALL)
        assert cell.receive(soon()) == b"ready"
        if last == "stays":
            assert len(left_over(str(tmp_path))) >= 4
        else:
            with pytest.raises(Stopped):
                cell.receive(soon())
        cell.close()
        assert gone(str(tmp_path))


def test_closing_is_quick_and_may_be_repeated(any_warden: Warden, tmp_path: Path) -> None:
    cell = any_warden.open(python(tmp_path / "a", "import time; time.sleep(60)"), SMALL)
    with pytest.raises(Stopped):
        cell.receive(time.monotonic() + 0.1)
    began = time.monotonic()
    cell.close()
    cell.close()
    assert time.monotonic() - began < 1


def test_a_program_that_is_not_there(any_warden: Warden, tmp_path: Path) -> None:
    cell = any_warden.open(Program(tmp_path, ("no-such-program",)), SMALL)
    with pytest.raises(Stopped, match="exit code 127"):
        cell.receive(soon())
    cell.close()
    assert cell.output == "cannot start no-such-program: No such file or directory\n"


def test_a_script_is_run_by_a_function(any_warden: Warden, tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text("import os\nprint(__name__, os.getcwd(), os.getpid())\n")
    cell = any_warden.open(Script(tmp_path, "agent.py", "runpy:run_path"), Limits())
    name, where, number = cell.receive(soon()).decode().split()
    assert name == "<run_path>"
    if any_warden.method != "none":
        assert (where, number) == ("/agent", "2")
    with pytest.raises(Stopped, match=r"ended by itself$"):
        cell.receive(soon())
    cell.close()


def test_a_runner_that_is_not_there_is_our_fault(tmp_path: Path) -> None:
    with Warden() as warden, pytest.raises(WargameError, match="no_such_module"):
        warden.open(Script(tmp_path, "agent.py", "no_such_module:main"), Limits())


@pytest.mark.skipif(shutil.which("node") is None, reason="no JavaScript here")
def test_a_program_in_another_language(any_warden: Warden, tmp_path: Path) -> None:
    (tmp_path / "agent.js").write_text(
        "require('readline').createInterface({input: process.stdin})"
        ".on('line', (line) => console.log(line + line.length))\n"
    )
    cell = any_warden.open(Program(tmp_path, ("node", "agent.js")), Limits())
    cell.send(b"node")
    assert cell.receive(soon()) == b"node4"
    cell.close()
    assert 8 << 20 < cell.peak_memory < 256 << 20


def test_the_environment_is_the_same_everywhere(warden: Warden, tmp_path: Path) -> None:
    code = "import os\nprint(sorted(os.environ))"
    words = said(warden, python(tmp_path / "a", code))
    assert "HOME" in words
    assert not [name for name in ("PYTEST_CURRENT_TEST", "USER", "PWD") if name in words]
