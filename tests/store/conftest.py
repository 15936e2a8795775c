"""Places that stores can lie at: folders, memory, and a real server."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.store.ftp_server import PASSWORD, USER
from wargame.store import Store, open_store

Machine = Callable[[str, str], Store]


class Server:
    """An FTP server over a folder; can be taken down and brought up again at the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"ftp://{USER}:{PASSWORD}@127.0.0.1:{self.port}/store"

    @property
    def shown(self) -> str:
        return f"ftp://{USER}@127.0.0.1:{self.port}/store"

    def start(self) -> None:
        program = Path(__file__).with_name("ftp_server.py")
        self._process = subprocess.Popen(
            [sys.executable, str(program), str(self.folder), str(self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that is running."""
    folder = tmp_path / "served"
    folder.mkdir()
    found = Server(folder)
    found.start()
    yield found
    found.stop()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Opens a place as a machine of this name would, with a cache of its own."""

    def opened(name: str, place: str) -> Store:
        monkeypatch.setenv("WARGAME_HOME", str(tmp_path / name))
        return open_store(place)

    return opened


@pytest.fixture(params=["folder", "file", "memory", "ftp"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Somewhere empty."""
    if request.param == "ftp":
        served: Server = request.getfixturevalue("server")
        return served.url
    return {
        "folder": str(tmp_path / "place"),
        "file": (tmp_path / "a place").as_uri(),
        "memory": f"memory://{uuid.uuid4().hex}/store",
    }[request.param]
