"""A guest reaches nothing of the host but its own folder, and leaves no mark on it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest

from tests.sandbox.guests import SMALL, gone, left_over, python, said
from wargame.sandbox import seccomp, view
from wargame.sandbox.limits import Limits
from wargame.sandbox.view import PACKAGE
from wargame.sandbox.warden import Program, Script, Warden

TRY = """
import json, os, sys
said = {}
def attempt(name, action):
    try:
        said[name] = "done: " + str(action())
    except Exception as error:
        said[name] = type(error).__name__
"""


def attempts(warden: Warden, folder: Path, code: str, *words: str) -> dict[str, str]:
    """What came of a guest's attempts, by their names."""
    whole = TRY + textwrap.dedent(code) + "\nprint(json.dumps(said))"
    result = json.loads(said(warden, python(folder, whole, *words), SMALL))
    assert isinstance(result, dict)
    return result


def test_files_of_the_host_are_not_there(warden: Warden, tmp_path: Path) -> None:
    secret = tmp_path / "other" / "secret"
    secret.parent.mkdir()
    secret.write_text("the other's moves")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "link").symlink_to(secret)
    (tmp_path / "a" / "up").symlink_to("../other")
    code = """
    for place in sys.argv[1:] + ["/etc/shadow", "/agent/link", "/agent/up/secret", "/root/.bashrc"]:
        attempt(place, lambda: open(place).read())
    for place in ["/home", "/sys", "/run", "/var", "/boot", "/media"]:
        attempt(place, lambda: os.listdir(place))
    """
    checkout = PACKAGE.parent
    words = [str(secret), str(checkout / "README.md"), str(checkout / "pyproject.toml")]
    result = attempts(warden, tmp_path / "a", code, *words)
    assert set(result.values()) == {"FileNotFoundError"}, result


def test_only_the_scratch_folder_can_be_written(warden: Warden, tmp_path: Path) -> None:
    prefix = Path(sys.prefix)
    code = """
    for place in sys.argv[1:] + ["/", "/agent", "/etc", "/usr", "/dev", "/proc", "/proc/sys"]:
        attempt("new in " + place, lambda: open(place + "/mark", "w").close())
    attempt("own file", lambda: open("/agent/agent.py", "a").write("x"))
    attempt("own file's rights", lambda: os.chmod("/agent/agent.py", 0o777))
    attempt("removal", lambda: os.unlink("/agent/agent.py"))
    attempt("sysctl", lambda: open("/proc/sys/kernel/core_pattern", "w").write("|/bin/sh"))
    attempt("sysrq", lambda: open("/proc/sysrq-trigger", "w").write("c"))
    """
    result = attempts(warden, tmp_path / "a", code, str(PACKAGE), str(prefix))
    refused = {"OSError", "PermissionError", "FileNotFoundError"}
    assert set(result.values()) <= refused, result
    code = "attempt('s', lambda: open('/scratch/f', 'w').write('abc'))\n"
    code += "attempt('t', lambda: open('/tmp/f').read())"
    result = attempts(warden, tmp_path / "b", code)
    # Where the game itself lies in /tmp, that is a folder of its own and no link.
    linked = "/tmp" in view.links()
    assert result == {"s": "done: 3", "t": "done: abc" if linked else "FileNotFoundError"}
    assert sorted(place.name for place in tmp_path.rglob("*")) == ["a", "agent.py", "agent.py", "b"]


def test_there_is_no_network(warden: Warden, tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as hidden,
        socket.socket(socket.AF_UNIX) as file,
    ):
        hidden.bind(f"\0wargame-test-{os.getpid()}")
        hidden.listen()
        (tmp_path / "a").mkdir()
        file.bind(str(tmp_path / "s"))
        file.listen()
        code = """
        import socket
        def reach(family, address):
            with socket.socket(family) as s:
                s.settimeout(2)
                s.connect(address)
        attempt("loopback", lambda: reach(socket.AF_INET, ("127.0.0.1", int(sys.argv[1]))))
        attempt("abstract", lambda: reach(socket.AF_UNIX, "\\0" + sys.argv[2]))
        attempt("file", lambda: reach(socket.AF_UNIX, sys.argv[3]))
        attempt("outside", lambda: reach(socket.AF_INET, ("192.0.2.1", 80)))
        attempt("vsock", lambda: reach(socket.AF_VSOCK, (2, 1)))
        attempt("netlink", lambda: reach(socket.AF_NETLINK, (0, 0)))
        attempt("packet", lambda: reach(socket.AF_PACKET, ("lo", 0)))
        """
        words = (
            str(server.getsockname()[1]),
            f"wargame-test-{os.getpid()}",
            str(tmp_path / "s"),
        )
        result = attempts(warden, tmp_path / "a", code, *words)
    assert len(result) == 7
    assert not [name for name, what in result.items() if what.startswith("done")], result


def test_nothing_of_the_host_is_inherited(
    warden: Warden, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET", "token")
    code = """
    names = sorted(os.environ)
    attempt("environment", lambda: "A_SECRET" in os.environ)
    attempt("handles", lambda: sorted(int(n) for n in os.listdir("/proc/self/fd"))[:4])
    attempt("terminal", lambda: open("/dev/tty"))
    attempt("processes", lambda: len([n for n in os.listdir("/proc") if n.isdigit()]))
    attempt("keeper's memory", lambda: open("/proc/1/mem", "rb"))
    attempt("keeper's environment", lambda: open("/proc/1/environ", "rb").read())
    attempt("keeper's handles", lambda: os.open("/proc/1/fd/3", os.O_RDWR))
    attempt("keeper's root", lambda: os.listdir("/proc/1/root"))
    """
    with Path(os.devnull).open() as held:
        os.set_inheritable(held.fileno(), True)
        result = attempts(warden, tmp_path / "a", code)
    assert result.pop("handles") == "done: [0, 1, 2, 3]"  # the last is the listing itself
    assert result.pop("environment") == "done: False"
    assert result.pop("processes") == "done: 2"
    assert result.pop("terminal") in {"FileNotFoundError", "OSError"}
    assert set(result.values()) == {"PermissionError"}, result


def test_rights_are_gone(warden: Warden, tmp_path: Path) -> None:
    code = """
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    def call(name, *args):
        if getattr(libc, name)(*args) < 0:
            raise OSError(ctypes.get_errno(), name)
    status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines()
                  if ":\\t" in line)
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"):
        said[name] = status[name]
    attempt("user namespace", lambda: call("unshare", 0x10000000))
    attempt("mount", lambda: call("mount", b"none", b"/scratch", b"tmpfs", 0, None))
    attempt("unmount", lambda: call("umount2", b"/agent", 2))
    attempt("trace", lambda: call("ptrace", 16, 1, 0, 0))
    attempt("root", lambda: os.setuid(0))
    attempt("hidden memory", lambda: os.memfd_create("x"))
    attempt("shared memory", lambda: call("shmget", 1, 4096, 0o1777))
    attempt("queue", lambda: call("msgget", 1, 0o1777))
    attempt("keeper's limits", lambda: __import__("resource").prlimit(1, 7, (0, 0)))
    attempt("keeper's priority", lambda: os.setpriority(os.PRIO_PROCESS, 1, 19))
    attempt("keeper's end", lambda: [os.kill(1, n) for n in (1, 2, 9, 15, 17, 19)][0])
    attempt("device", lambda: os.mknod("/scratch/kmsg", 0o20666, os.makedev(1, 11)))
    attempt("set-user-id", lambda: os.popen("su -c id 2>&1 </dev/null").read()[:3] == "uid")
    """
    result = attempts(warden, tmp_path / "a", code)
    assert {result.pop(name) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {
        "0" * 16
    }
    assert (result.pop("NoNewPrivs"), result.pop("Seccomp")) == ("1", "2")
    # The signal is ignored: the guest is still there to say so.
    assert result.pop("keeper's end") == "done: None"
    assert result.pop("set-user-id") == "done: False"
    assert set(result.values()) <= {"PermissionError", "OSError"}, result


def test_namespaces_are_other_than_the_hosts(warden: Warden, tmp_path: Path) -> None:
    code = """
    for name in ("mnt", "pid", "net", "ipc", "uts", "cgroup"):
        said[name] = os.readlink(f"/proc/self/ns/{name}")
    """
    for name, link in attempts(warden, tmp_path / "a", code).items():
        assert link != str(Path(f"/proc/self/ns/{name}").readlink())


def test_nested_namespaces_are_refused_by_programs_too(warden: Warden, tmp_path: Path) -> None:
    tool = shutil.which("unshare")
    if tool is None:
        pytest.skip("no unshare here")
    line = f"{tool} -Ur true 2>/dev/null && echo yes || echo no"
    tmp_path.chmod(0o755)
    assert said(warden, Program(tmp_path, ("sh", "-c", line))) == "no"


def test_the_game_can_be_imported(warden: Warden, tmp_path: Path) -> None:
    code = "import wargame, numpy\nprint(wargame.__version__)"
    (tmp_path / "agent.py").write_text(code)
    cell = warden.open(Script(tmp_path, "agent.py", "runpy:run_path"), Limits())
    assert cell.receive(time.monotonic() + 20)
    cell.close()


def test_the_folder_of_an_entrant_may_be_private(warden: Warden, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "data").write_text("own")
    (folder / "data").chmod(0o600)
    folder.chmod(0o700)
    code = "print(open('data').read())"
    assert said(warden, python(folder, code)) == "own"
    assert (folder / "data").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_jumps_only_forward_and_inside(machine: str) -> None:
    steps = seccomp.steps(machine)
    for at, (code, yes, no, _) in enumerate(steps):
        if code in (0x15, 0x35, 0x45):
            assert at + 1 + max(yes, no) < len(steps)
    assert steps[-1][0] == 0x06


PARENT = """
import sys, time
from pathlib import Path
from wargame.sandbox.limits import Limits
from wargame.sandbox.method import Method
from wargame.sandbox.warden import Program, Warden
method, rootless, folder, marker = sys.argv[1:]
warden = Warden(Method(method), rootless=rootless == "True")
code = "import os, time\\nfor _ in range(2): os.fork()\\nprint(1, flush=True)\\ntime.sleep(99)"
guest = Program(Path(folder), (sys.executable, "-S", "-c", code, marker + "guest"))
cells = [warden.open(guest, Limits()) for _ in range(2)]
for cell in cells:
    cell.receive(time.monotonic() + 20)
print("ready", flush=True)
cells[0].receive(time.monotonic() + 20)
cells[0].receive(time.monotonic() + 20)
cells[0].receive(time.monotonic() + 20)
cells[0].receive(time.monotonic() + 20)
"""


def test_guests_die_with_a_killed_host(any_warden: Warden, tmp_path: Path) -> None:
    marker = f"marker-{os.getpid()}-"
    tmp_path.chmod(0o755)
    before = _scratch()
    words = [str(any_warden.method), str(any_warden.rootless), str(tmp_path), marker]
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, *words], stdout=subprocess.PIPE, cwd=PACKAGE.parent
    )
    assert parent.stdout is not None
    with parent.stdout:
        assert parent.stdout.readline() == b"ready\n"
        nursery = [n for n in left_over("wargame.sandbox.nursery") if _parent(n) == parent.pid]
        guests = left_over(marker + "guest")
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert len(guests) >= 2  # they may have been halted before they forked
    assert gone(marker)
    until = time.monotonic() + 5
    while set(nursery) & set(left_over("wargame.sandbox.nursery")) or _scratch() - before:
        assert time.monotonic() < until
        time.sleep(0.01)


def _scratch() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("wargame-guest-*"))


def _parent(number: int) -> int:
    try:
        return int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def test_a_killed_nursery_is_replaced(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with Warden() as warden:
        guest = Program(tmp_path, ("echo", "fine"))
        assert said(warden, guest) == "fine"
        for number in left_over("wargame.sandbox.nursery"):
            if _parent(number) == os.getpid():
                os.kill(number, signal.SIGKILL)
        time.sleep(0.05)
        assert said(warden, guest) == "fine"


def test_many_matches_leave_no_handles_and_no_processes(warden: Warden, tmp_path: Path) -> None:
    guest = python(tmp_path / "a", "print(1)", str(tmp_path))
    said(warden, guest)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(4):
        said(warden, guest)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert not left_over(str(tmp_path))
