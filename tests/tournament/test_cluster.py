"""A real Ray cluster of two workers on this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.tournament import jobs
from tests.tournament.test_crew import gather, gather_into, no_more
from wargame.errors import WargameError
from wargame.tournament.crew import Crew, crew

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
    return port


def reachable(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


class Head(NamedTuple):
    """A cluster that somebody else started."""

    address: str
    process: subprocess.Popen[bytes]


@pytest.fixture
def head(monkeypatch: pytest.MonkeyPatch) -> Iterator[Head]:
    """A cluster of two workers that is guarded by a token."""
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    monkeypatch.setenv("RAY_AUTH_TOKEN", "classroom" * 6)
    port = free_port()
    folder = tempfile.mkdtemp(prefix="wg-head-")  # its sockets need a short path
    ray = Path(sys.executable).with_name("ray")
    options = f"--num-cpus=2 --port={free_port()} --ray-client-server-port={port}"
    quiet = "--include-dashboard=false --disable-usage-stats --object-store-memory=100000000"
    process = subprocess.Popen(
        [ray, "start", "--head", "--block", f"--temp-dir={folder}", *f"{options} {quiet}".split()],
        env={**os.environ, "RAY_AUTH_MODE": "token", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + 60
    while not reachable(port) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.1)
    yield Head(f"ray://127.0.0.1:{port}", process)
    process.terminate()
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cluster(head: Head) -> Iterator[Crew]:
    found = crew(1, head.address)
    yield found
    found.close()


def test_a_cluster_does_what_any_crew_does(cluster: Crew, tmp_path: Path) -> None:
    """All in one, since a cluster takes seconds to start."""
    assert cluster.count == 2
    for number in range(20):
        cluster.submit(jobs.double, number)
    assert sorted(gather(cluster, 20)) == [(number, 2 * number) for number in range(20)]

    cluster.submit(jobs.refuse, 7)
    with pytest.raises(WargameError, match=r"^job 7 was refused: ¬ü$"):
        gather(cluster, 1)

    cluster.submit(jobs.threads, 1)
    ((_, (pid, torch_threads, blas)),) = gather(cluster, 1)
    assert pid != os.getpid()
    assert torch_threads == 1
    assert set(blas) == {1}

    cluster.submit(jobs.suicide_once, str(tmp_path / "died"))
    assert gather(cluster, 1) == [(str(tmp_path / "died"), "survived")]

    cluster.submit(jobs.suicide, 1, name="001-tiny-a-b-0")
    cluster.submit(jobs.double, 4)
    found: list[Any] = []
    with pytest.raises(WargameError, match=r"could not do a job \(001-tiny-a-b-0\)"):
        gather_into(found, cluster)
    assert found or gather(cluster, 1) == [(4, 8)]  # the other worker may not be through yet


def test_a_cluster_that_is_gone_is_told(
    head: Head, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """And no other one is started in its place, as Ray would do by itself."""
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    each = crew(1, head.address)
    each.submit(jobs.double, 1)
    assert gather(each, 1) == [(1, 2)]
    each.submit(jobs.announce, str(tmp_path / "job"))
    head.process.terminate()
    head.process.wait()
    with pytest.raises(WargameError, match=r"cluster at ray://\S+ is gone: .*; what was played is"):
        gather(each, 1)
    each.close()
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []
    assert capfd.readouterr().err == ""


_DRIVER = """
import sys
from tests.tournament import jobs
from wargame.tournament.crew import crew

each = crew(1, "local:2")
for number in range(2):
    each.submit(jobs.announce, sys.argv[1] + f"/job{number}")
each.ready(60)
"""


def test_no_cluster_outlives_a_killed_parent(tmp_path: Path) -> None:
    """Nothing is left of a local cluster whose driver was killed, nor anything in the home."""
    scratch = tmp_path / "t"
    scratch.mkdir()
    home = tmp_path / "home"
    home.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", _DRIVER, str(scratch)], env={**os.environ, "HOME": str(home)}
    )
    end = time.monotonic() + 60
    while len(found := list(scratch.iterdir())) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    process.kill()
    process.wait()
    workers = [int(path.name.rpartition("-")[2]) for path in found]
    assert len(set(workers)) == 2
    assert list(home.iterdir()) == []
    assert no_more(lambda: workers, 15)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("local:0", "local:N"),
        ("local", "local:N"),
        ("http://x:1", r"ray://HOST:PORT, auto or local:N, not 'http://x:1'"),
        ("ray://nowhere", r"ray://HOST:PORT"),
        ("nonsense", r"ray://HOST:PORT"),
    ],
)
def test_a_wrong_address_is_told(address: str, words: str) -> None:
    with pytest.raises(WargameError, match=words):
        crew(1, address)


@pytest.mark.parametrize("auto", [False, True])
def test_a_head_that_is_not_there_is_told_soon(auto: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        place = "{}:{}".format(*held.getsockname())
        monkeypatch.setenv("RAY_ADDRESS", place)
        start = time.monotonic()
        with pytest.raises(WargameError, match=f"nobody answers at .*{place}"):
            crew(1, "auto" if auto else f"ray://{place}")
    assert time.monotonic() - start < 5


def test_without_ray_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(WargameError, match=r"pip install wargame\[cluster\]"):
        crew(1, "local:2")
