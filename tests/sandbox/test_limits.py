"""Nothing a guest takes too much of is taken for long, whichever way it takes it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tests.sandbox.guests import SMALL, fate, gone, python, said
from wargame.sandbox.limits import Limits, Status, Stopped
from wargame.sandbox.method import Method
from wargame.sandbox.warden import Program, Script, Warden

MEGABYTE = 1 << 20
HOGS = {
    "bit by bit": "data = []\nwhile True: data.append(bytearray(1 << 20))",
    "at once": "data = bytearray(4 << 30)",
    "by many children": """
        import os, time
        for _ in range(6):
            if os.fork() == 0:
                data = bytearray(b"x" * (40 << 20))
                time.sleep(60)
        time.sleep(60)
        """,
    "shared": """
        import mmap, time
        data = mmap.mmap(-1, 400 << 20)
        for at in range(0, len(data), 4096): data[at] = 1
        time.sleep(60)
        """,
    "by tables of pages that were never written": """
        import mmap, time
        flags, data = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, []
        for _ in range(8):
            data.append(mmap.mmap(-1, 1 << 35, flags=flags, prot=mmap.PROT_READ))
            data[-1][:: 1 << 21]
        time.sleep(60)
        """,
    "where it may not reserve as much": """
        import sys
        sys.exit("terminate called after throwing an instance of 'std::bad_alloc'")
        """,
    "hidden from its watch": """
        import ctypes, mmap, time
        ctypes.CDLL(None).prctl(4, 0)
        data = mmap.mmap(-1, 400 << 20)
        for at in range(0, len(data), 4096): data[at] = 1
        time.sleep(60)
        """,
}


@pytest.mark.parametrize("how", HOGS)
def test_too_much_memory(any_warden: Warden, tmp_path: Path, how: str) -> None:
    guest = python(tmp_path / "a", HOGS[how], str(tmp_path))
    stopped = fate(any_warden, guest)
    assert stopped.status is Status.MEMORY, str(stopped)
    assert str(stopped) == "it used more memory than 64 MB"
    assert gone(str(tmp_path))


def test_a_script_out_of_memory(any_warden: Warden, tmp_path: Path) -> None:
    for code in ("data = bytearray(4 << 30)", "data = []\nwhile True: data.append(b'x' * 999_999)"):
        (tmp_path / "agent.py").write_text(code)
        cell = any_warden.open(Script(tmp_path, "agent.py", "runpy:run_path"), SMALL)
        with pytest.raises(Stopped) as caught:
            cell.receive(time.monotonic() + 20)
        cell.close()
        assert caught.value.status is Status.MEMORY


def test_memory_within_the_limit_is_given(any_warden: Warden, tmp_path: Path) -> None:
    code = "data = b'x' * (40 << 20)\nprint(len(data), flush=True)\ninput()"
    cell = any_warden.open(python(tmp_path / "a", code), SMALL)
    assert int(cell.receive(time.monotonic() + 20)) == 40 * MEGABYTE
    with pytest.raises(Stopped):
        cell.receive(time.monotonic() + 0.1)
    # Changes of less than 4 MB are not looked at.
    assert 36 * MEGABYTE < cell.peak_memory < 64 * MEGABYTE
    cell.close()


def test_many_small_files_count_as_memory(warden: Warden, tmp_path: Path) -> None:
    code = """
    import os, time
    for n in range(60):
        handle = os.open(f"/scratch/{n}", os.O_CREAT | os.O_RDWR)
        os.unlink(f"/scratch/{n}")
        os.write(handle, b"x" * (1 << 20))
    time.sleep(60)
    """
    limits = SMALL.model_copy(update={"memory": 32, "scratch": 100})
    assert fate(warden, python(tmp_path / "a", code), limits).status is Status.MEMORY


@pytest.mark.parametrize(
    "code",
    [
        "import os\nwhile True: os.fork()",
        """
        import os, time
        while True:
            try:
                os.fork()
            except OSError:
                time.sleep(0.01)
        """,
        """
        import threading, time
        for _ in range(12): threading.Thread(target=time.sleep, args=(60,)).start()
        """,
        """
        import os, time
        for _ in range(12):
            if os.fork() == 0:
                os.setsid()
                time.sleep(60)
        time.sleep(60)
        """,
    ],
)
def test_too_many_processes(any_warden: Warden, tmp_path: Path, code: str) -> None:
    guest = python(tmp_path / "a", code, str(tmp_path))
    stopped = fate(any_warden, guest)
    assert stopped.status is Status.ERROR
    assert gone(str(tmp_path))


def test_some_processes_are_given(any_warden: Warden, tmp_path: Path) -> None:
    code = """
    import os
    children = [os.fork() for _ in range(2)]
    if all(children):
        print(sum(os.waitpid(child, 0)[1] == 0 for child in children))
    """
    assert said(any_warden, python(tmp_path / "a", code)) == "2"


def test_a_large_file(any_warden: Warden, tmp_path: Path) -> None:
    code = """
    import os
    handle = os.open(os.environ["HOME"] + "/large", os.O_CREAT | os.O_WRONLY)
    written = 0
    try:
        while True:
            written += os.write(handle, b"x" * 65536)
    except OSError as error:
        print(written, error.strerror)
    """
    assert said(any_warden, python(tmp_path / "a", code)) == f"{2 * MEGABYTE} File too large"


def test_a_full_scratch_folder(warden: Warden, tmp_path: Path) -> None:
    code = """
    written = 0
    try:
        for n in range(64):
            with open(f"/scratch/{n}", "wb", buffering=0) as file:
                written += file.write(b"x" * (1 << 20))
    except OSError as error:
        print(written >> 20, error.strerror)
    """
    assert said(warden, python(tmp_path / "a", code)) == "8 No space left on device"


def test_processor_time(tmp_path: Path) -> None:
    # A second of it in all: a tenth, and 1000 moves of less than a millisecond.
    limits = SMALL.model_copy(update={"start": 0.1, "bank": 0.0, "move": 0.0005})
    with Warden() as warden:
        stopped = fate(warden, python(tmp_path / "a", "while True: pass"), limits)
    assert (stopped.status, "processor time" in str(stopped)) == (Status.TIMEOUT, True)


def test_the_limits_are_set_hard(any_warden: Warden, tmp_path: Path) -> None:
    code = """
    import resource as r
    print([r.getrlimit(x) for x in (r.RLIMIT_CORE, r.RLIMIT_FSIZE, r.RLIMIT_MSGQUEUE)])
    """
    expected = [(0, 0), (2 * MEGABYTE, 2 * MEGABYTE), (0, 0)]
    assert said(any_warden, python(tmp_path / "a", code)) == str(expected)


@pytest.mark.parametrize("code", ["import os\nwhile True: os.fork()", HOGS["bit by bit"]])
def test_the_next_guest_is_served_as_ever(any_warden: Warden, tmp_path: Path, code: str) -> None:
    fate(any_warden, python(tmp_path / "a", code))
    assert said(any_warden, python(tmp_path / "b", "print('fine')")) == "fine"


def test_others_run_meanwhile(tmp_path: Path) -> None:
    """Two wardens in one process of the host do not disturb each other."""
    method = Method.NONE
    with Warden(method) as one, Warden(method) as other:
        assert said(one, Program(tmp_path, ("echo", "a"))) == "a"
        assert said(other, Program(tmp_path, ("echo", "b"))) == "b"


def test_limits_have_defaults_that_node_and_numpy_live_with(warden: Warden, tmp_path: Path) -> None:
    code = "import numpy\nprint(numpy.ones((1000, 1000)).sum())"
    (tmp_path / "agent.py").write_text(code)
    guest = Program(tmp_path, (sys.executable, "agent.py"))
    assert said(warden, guest, Limits()) == "1000000.0"
