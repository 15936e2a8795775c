from __future__ import annotations

import hashlib
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from wargame.data.fetch import SOURCES, fetch
from wargame.data.sources import load
from wargame.errors import WargameError
from wargame.home import data_home

Painter = Callable[..., Path]
BODY = bytes(range(256)) * 1200
SHA = hashlib.sha256(BODY).hexdigest()


class Handler(BaseHTTPRequestHandler):
    body = BODY
    hits: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.hits.append(self.path)
        if "/missing/" in self.path:
            self.send_error(404, "Not Found")
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        cut = len(self.body) // 2 if "/cut/" in self.path else len(self.body)
        self.wfile.write(self.body[:cut])

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Handler, "hits", [])
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_address[1]}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def left() -> list[str]:
    home = data_home()
    return sorted(str(p.relative_to(home)) for p in home.rglob("*")) if home.exists() else []


def test_a_good_hash_is_stored_once(server: str) -> None:
    told: list[tuple[int, int]] = []
    path = fetch("tiles", url=f"{server}/a/tiles.zip", sha256=SHA.upper(),
                 progress=lambda done, total: told.append((done, total)))  # fmt: skip
    assert path == data_home() / "fetched" / "tiles" / "tiles.zip"
    assert path.read_bytes() == BODY
    assert {total for _, total in told} == {len(BODY)}
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (len(BODY), len(BODY))
    assert len(told) >= 4
    assert fetch("tiles", url=f"{server}/a/tiles.zip", sha256=SHA) == path
    assert Handler.hits == ["/a/tiles.zip"]
    assert left() == ["fetched", "fetched/tiles", "fetched/tiles/tiles.zip"]


@pytest.mark.parametrize(
    ("path", "sha256", "said"),
    [
        ("/a/tiles.zip", "0" * 64, "its hash differs from sha256:000"),
        ("/cut/tiles.zip", SHA, "the download broke off"),
        ("/missing/tiles.zip", SHA, "the server answered 404 Not Found"),
    ],
)
def test_failures_leave_nothing(server: str, path: str, sha256: str, said: str) -> None:
    with pytest.raises(WargameError, match=said) as caught:
        fetch("tiles", url=server + path, sha256=sha256)
    assert server + path in str(caught.value)
    assert left() == []


def test_a_failure_keeps_the_file_before_it(server: str) -> None:
    path = fetch("tiles", url=f"{server}/a/tiles.zip", sha256=SHA)
    with pytest.raises(WargameError, match="hash differs"):
        fetch("tiles", url=f"{server}/a/tiles.zip", sha256="1" * 64)
    assert path.read_bytes() == BODY


def test_no_server_is_said(server: str) -> None:
    with pytest.raises(WargameError, match=r"broke off \(ConnectionError"):
        fetch("tiles", url="http://127.0.0.1:1/tiles.zip", sha256=SHA)
    assert left() == []


def test_ctrl_c_leaves_nothing(server: str) -> None:
    def interrupt(done: int, total: int) -> None:
        assert left() != []
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch("tiles", url=f"{server}/a/tiles.zip", sha256=SHA, progress=interrupt)
    assert left() == []


def test_the_publishers_hash_also_binds_a_mirror(server: str) -> None:
    with pytest.raises(WargameError, match="md5:f46e308c4d50d4bf32fedad2d3d62f3b"):
        fetch("eurosat", url=f"{server}/a/EuroSAT_RGB.zip")
    assert left() == []


def test_a_fetched_archive_is_then_used(
    server: str, tmp_path: Path, paint: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = paint(tmp_path / "EuroSAT" / "2750", {"Forest": 4, "River": 4})
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        for file in root.rglob("*.png"):
            archive.write(file, file.relative_to(tmp_path))
    blob = (tmp_path / "e.zip").read_bytes()
    monkeypatch.setattr(Handler, "body", blob)
    sha256 = hashlib.sha256(blob).hexdigest()
    fetch("eurosat", url=f"{server}/EuroSAT_RGB.zip?download=1", sha256=sha256)
    data = load("eurosat")
    assert (data.origin, data.class_names) == ("file", ("Forest", "River"))


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("unknown", {}, "no download is known for 'unknown'; known are eurosat"),
        ("unknown", {"url": "http://127.0.0.1/x.zip"}, "need an address and a SHA-256"),
        ("../up", {}, "cannot name a data set"),
        ("eurosat", {"sha256": "abc"}, "expected 64 hex digits"),
        ("eurosat", {"url": "file:///etc/passwd"}, "not an http or https address"),
    ],
)
def test_requests_that_cannot_be(name: str, options: dict[str, str], said: str) -> None:
    with pytest.raises(WargameError, match=said):
        fetch(name, **options)  # type: ignore[arg-type]
    assert left() == []


def test_too_little_room_is_said_before_the_download(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**6))
    with pytest.raises(WargameError, match="has 1 MB free, the download needs 95 MB"):
        fetch("eurosat")


def test_the_official_source_is_pinned() -> None:
    source = SOURCES["eurosat"]
    assert source.url == "https://zenodo.org/records/7711810/files/EuroSAT_RGB.zip"
    assert source.hash == "md5:f46e308c4d50d4bf32fedad2d3d62f3b"
