"""A real Ray cluster of two workers on this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tournament import jobs
from tests.tournament.test_crew import gather, gather_into
from wargame.errors import WargameError
from wargame.tournament.crew import Crew, crew


@pytest.fixture
def cluster() -> Iterator[Crew]:
    found = crew(1, "local:2")
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
    assert found == [(4, 8)]


_DRIVER = """
import sys
from tests.tournament import jobs
from wargame.tournament.crew import crew

each = crew(1, "local:1")
each.submit(jobs.announce, sys.argv[1] + "/job")
each.ready(60)
"""


def test_no_cluster_outlives_a_killed_parent(tmp_path: Path) -> None:
    """Nothing is left of a local cluster whose driver was killed."""
    scratch = tmp_path / "t"
    scratch.mkdir()
    process = subprocess.Popen([sys.executable, "-c", _DRIVER, str(scratch)])
    end = time.monotonic() + 60
    while not (found := list(scratch.iterdir())) and time.monotonic() < end:
        time.sleep(0.05)
    process.kill()
    process.wait()
    (worker,) = (int(path.name.rpartition("-")[2]) for path in found)
    end = time.monotonic() + 15
    while Path(f"/proc/{worker}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(f"/proc/{worker}").exists()


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
