"""A store that many machines share: what is believed, what is told when the network fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import fsspec
import pytest

from tests.store import makers
from tests.store.conftest import Machine, Server
from tests.store.ftp_server import PASSWORD
from tests.store.makers import facts, numbers
from wargame.errors import WargameError
from wargame.game.setup import default_store
from wargame.store import far, open_store
from wargame.store.artifact import pack


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(far, "_PAUSES", (0.05, 0.1))


@pytest.fixture
def memory() -> str:
    return f"memory://{uuid.uuid4().hex}/store"


def process(home: Path, url: str, key: str, what: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", makers.__name__, str(home), url, key, what]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ})


def test_two_processes_share_what_one_makes(server: Server, tmp_path: Path) -> None:
    told = [
        process(tmp_path / name, server.url, "abcd", "numbers").communicate(timeout=60)[0].split()
        for name in ("one", "two")
    ]
    assert [word for word, _ in told] == ["made", "found"]
    assert told[0][1] == told[1][1]


def test_processes_that_make_the_same_at_once_do_no_harm(server: Server, tmp_path: Path) -> None:
    both = [process(tmp_path / str(i), server.url, "abcd", "numbers") for i in range(3)]
    contents = {each.communicate(timeout=60)[0].split()[1] for each in both}
    assert len(contents) == 1
    assert open_store(server.url).verify().damaged == ()


def test_a_maker_killed_while_it_sends_leaves_nothing_that_is_believed(
    server: Server, tmp_path: Path, machine: Machine
) -> None:
    blob = server.folder / "store" / "objects" / "ab" / "abcd" / "artifact.safetensors"
    sending = process(tmp_path / "one", server.url, "abcd", "large")
    deadline = time.monotonic() + 60
    while not (blob.exists() and blob.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.001)
    sending.send_signal(signal.SIGKILL)
    sending.communicate()
    assert 0 < blob.stat().st_size < 1 << 24, "it was killed too late"
    other = machine("two", server.url)
    assert other.get("abcd") is None
    healed = other.get_or_make("abcd", "test", makers.large)
    found = machine("three", server.url).get("abcd")
    assert found is not None
    assert found.content == healed.content


@pytest.mark.parametrize("cut", [0, 1, 40, -1])
@pytest.mark.parametrize("what", ["artifact.safetensors", "meta.json"])
def test_whatever_is_cut_short_is_made_again(
    memory: str, machine: Machine, what: str, cut: int
) -> None:
    made = machine("one", memory).get_or_make("abcd", "test", numbers)
    path = f"{memory}/objects/ab/abcd/{what}"
    fs, name = fsspec.url_to_fs(path)
    fs.pipe_file(name, fs.cat_file(name)[:cut])
    other = machine("two", memory)
    assert other.get("abcd") is None
    assert machine("three", memory).verify().damaged == ("abcd",)
    again = other.get_or_make("abcd", "test", numbers)
    assert again.content == made.content
    assert machine("four", memory).get_or_make("abcd", "test", pytest.fail).facts == {"n": 6}


def test_a_flipped_byte_is_noticed_on_the_way(server: Server, machine: Machine) -> None:
    machine("one", server.url).get_or_make("abcd", "test", numbers)
    path = server.folder / "store" / "objects" / "ab" / "abcd" / "artifact.safetensors"
    blob = bytearray(path.read_bytes())
    blob[-1] ^= 1
    path.write_bytes(blob)
    assert machine("two", server.url).get("abcd") is None
    assert machine("three", server.url).verify().damaged == ("abcd",)
    assert not path.exists()


def test_a_damaged_cache_is_fetched_again_and_nothing_far_is_lost(
    memory: str, machine: Machine
) -> None:
    store = machine("one", memory)
    store.get_or_make("abcd", "test", numbers)
    path = store.root / "objects" / "ab" / "abcd" / "artifact.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    again = machine("one", memory)
    assert again.get_or_make("abcd", "test", pytest.fail).facts == {"n": 6}
    assert again.verify().whole == 1


def test_the_quicker_machine_is_believed(memory: str, machine: Machine) -> None:
    slow = machine("slow", memory)

    def overtaken() -> tuple[dict[str, Any], dict[str, Any]]:
        machine("quick", memory).get_or_make("abcd", "test", numbers)
        return facts()

    assert slow.get_or_make("abcd", "test", overtaken).facts == {"n": 6}
    assert machine("slow", memory).need("abcd").facts == {"n": 6}


def test_a_warm_read_asks_nobody(server: Server, machine: Machine) -> None:
    machine("one", server.url).get_or_make("abcd", "test", numbers)
    machine("two", server.url).need("abcd")
    server.stop()
    for name in ("one", "two"):
        warm = machine(name, server.url)
        start = time.perf_counter()
        assert warm.need("abcd").facts == {"n": 6}
        assert time.perf_counter() - start < 0.1


def test_a_server_that_was_down_for_a_moment_is_asked_again(
    server: Server, machine: Machine
) -> None:
    store = machine("one", server.url)
    store.get_or_make("abcd", "test", numbers)
    other = machine("two", server.url)
    assert other.get("dcba") is None
    server.stop()
    server.start()
    assert other.need("abcd").facts == {"n": 6}
    assert other.get_or_make("dcba", "test", facts).facts == {"words": "plain"}


def test_two_failures_are_mended_and_three_are_told(
    memory: str, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine("one", memory).get_or_make("abcd", "test", numbers)
    fs = type(fsspec.filesystem("memory"))
    true, failures = fs.cat_file, [ConnectionResetError("reset")] * 2

    def flaky(self: Any, path: str, **words: Any) -> Any:
        if failures:
            raise failures.pop()
        return true(self, path, **words)

    monkeypatch.setattr(fs, "cat_file", flaky)
    other = machine("two", memory)
    assert other.need("abcd").facts == {"n": 6}
    failures += [ConnectionResetError("reset by the peer")] * 3
    with pytest.raises(WargameError, match=r"memory://.* cannot be read: reset by the peer"):
        other.get("dcba")
    assert failures == []


def test_what_was_made_is_kept_where_the_address_fails(server: Server, machine: Machine) -> None:
    store = machine("one", server.url)
    assert store.get("abcd") is None

    def cut_off() -> tuple[dict[str, Any], dict[str, Any]]:
        server.stop()
        return facts()

    with pytest.raises(WargameError):
        store.get_or_make("abcd", "test", cut_off)
    assert machine("one", server.url).get_or_make("abcd", "test", pytest.fail).facts


def test_errors_name_the_address_but_no_password(server: Server, machine: Machine) -> None:
    wrong = machine("one", server.url.replace(PASSWORD, "wrong-word"))
    with pytest.raises(WargameError) as refused:
        wrong.get("abcd")
    server.stop()
    with pytest.raises(WargameError) as unreachable:
        machine("one", server.url).get("abcd")
    for told, secret in ((str(refused.value), "wrong-word"), (str(unreachable.value), PASSWORD)):
        assert server.shown in told
        assert secret not in told
    assert open_store(server.url).place == server.shown


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("nonsense://x/y", "nonsense://x/y cannot be used: .*nonsense"),
        ("file://elsewhere/x", "file:///"),
        ("ftp://[/x", "cannot be used"),
    ],
)
def test_a_wrong_address_is_told_at_once(place: str, words: str) -> None:
    with pytest.raises(WargameError, match=words):
        open_store(place)


def test_the_users_own_store_may_be_shared(
    server: Server, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine("one", server.url).get_or_make("abcd", "test", numbers)
    monkeypatch.setenv("WARGAME_STORE", server.url)
    assert default_store().need("abcd").facts == {"n": 6}


def test_the_command_tells_of_a_shared_store(
    server: Server,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from wargame.cli import main

    machine("one", server.url).get_or_make("abcd", "some-kind", numbers)
    monkeypatch.setenv("WARGAME_STORE", server.url)
    assert main(["store", "info"]) == 0
    told = capsys.readouterr().out
    assert server.shown in told
    assert "some-kind" in told
    assert main(["store", "verify"]) == 0
    assert "1 artifacts whole, 0 damaged" in capsys.readouterr().out


def test_a_pack_does_not_depend_on_the_clock_but_in_its_meta() -> None:
    one, two = (pack("test", *numbers(), seconds=s, made=s) for s in (1.0, 2.0))
    assert one.blob == two.blob
    assert one.meta != two.meta
