"""The store: whole or absent, made once, damage noticed."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from wargame.errors import WargameError
from wargame.store import Store, canonical, digest


def numbers() -> tuple[dict[str, Any], dict[str, Any]]:
    """An artifact with arrays and facts."""
    return {"a": np.arange(6, dtype=np.int64).reshape(2, 3)}, {"n": 6}


def test_made_once_then_found(tmp_path: Path) -> None:
    """The second call makes nothing, in this object and in a new one."""
    store = Store(tmp_path)
    first = store.get_or_make("k", "test", numbers)
    again = Store(tmp_path).get_or_make("k", "test", pytest.fail)
    assert (store.made, store.found) == (1, 0)
    assert again.content == first.content
    assert np.array_equal(again.arrays["a"], first.arrays["a"])
    assert again.facts == {"n": 6}


@given(
    arrays=st.dictionaries(
        st.text("abcdefgh_", min_size=1, max_size=6),
        hnp.arrays(st.sampled_from(["u1", "<i8", "<f4"]), hnp.array_shapes(max_dims=3, max_side=4)),
        max_size=3,
    ),
    facts=st.dictionaries(st.text(max_size=5), st.integers() | st.text() | st.booleans()),
)
def test_what_comes_back_is_what_went_in(
    tmp_path_factory: pytest.TempPathFactory, arrays: dict[str, Any], facts: dict[str, Any]
) -> None:
    """Arrays byte for byte, facts as JSON; the content digest does not depend on the object."""
    root = tmp_path_factory.mktemp("store")
    made = Store(root).get_or_make("key", "test", lambda: (arrays, facts))
    read = Store(root).get("key")
    assert read is not None
    assert read.content == made.content
    assert read.facts == json.loads(canonical(facts))
    assert {name: a.tobytes() for name, a in read.arrays.items()} == {
        name: a.tobytes() for name, a in arrays.items()
    }


@pytest.mark.parametrize("where", ["artifact.safetensors", "meta.json"])
def test_damage_is_noticed_and_made_again(tmp_path: Path, where: str) -> None:
    """One flipped byte, and the artifact counts as absent."""
    Store(tmp_path).get_or_make("kk", "test", numbers)
    path = tmp_path / "objects" / "kk" / "kk" / where
    blob = bytearray(path.read_bytes())
    blob[len(blob) // 2] ^= 0xFF
    path.write_bytes(blob)
    store = Store(tmp_path)
    assert store.get("kk") is None
    assert store.get_or_make("kk", "test", numbers).facts == {"n": 6}
    assert store.verify().damaged == ()


def test_verify_names_the_damaged(tmp_path: Path) -> None:
    """Verify reads every byte."""
    store = Store(tmp_path)
    store.get_or_make("aa", "test", numbers)
    store.get_or_make("bb", "test", numbers)
    path = tmp_path / "objects" / "bb" / "bb" / "artifact.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    assert Store(tmp_path).verify().damaged == ("bb",)


def test_a_failing_maker_leaves_nothing(tmp_path: Path) -> None:
    """Neither an artifact nor a lock."""
    store = Store(tmp_path)

    def fail() -> tuple[dict[str, Any], dict[str, Any]]:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        store.get_or_make("k", "test", fail)
    assert store.get("k") is None
    assert list((tmp_path / "locks").iterdir()) == []
    assert store.get_or_make("k", "test", numbers).facts == {"n": 6}


def _slow(root: str, log: str) -> None:
    def make() -> tuple[dict[str, Any], dict[str, Any]]:
        with Path(log).open("a") as handle:
            handle.write("made\n")
        time.sleep(0.2)
        return numbers()

    for key in ("one", "two"):
        Store(Path(root)).get_or_make(key, "test", make)


def test_processes_that_want_the_same_key_make_it_once(tmp_path: Path) -> None:
    """Four processes, two keys, two makings."""
    log = tmp_path / "log"
    context = multiprocessing.get_context("spawn")
    args = (str(tmp_path / "store"), str(log))
    workers = [context.Process(target=_slow, args=args) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert log.read_text().count("made") == 2


def _hang(root: str, started: Any) -> None:
    def make() -> tuple[dict[str, Any], dict[str, Any]]:
        started.set()
        time.sleep(60)
        return numbers()

    Store(Path(root)).get_or_make("k", "test", make)


def test_a_killed_maker_leaves_no_lock(tmp_path: Path) -> None:
    """After kill -9 the next process makes the artifact at once."""
    context = multiprocessing.get_context("spawn")
    started = context.Event()
    worker = context.Process(target=_hang, args=(str(tmp_path), started))
    worker.start()
    assert started.wait(30)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    begun = time.monotonic()
    assert Store(tmp_path).get_or_make("k", "test", numbers).facts == {"n": 6}
    assert time.monotonic() - begun < 5


def test_an_unusable_folder_is_a_clear_error(tmp_path: Path) -> None:
    """A file where the store should be."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(WargameError, match="cannot be used"):
        Store(tmp_path / "file")


def test_a_full_disk_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the store; nothing partial stays."""
    store = Store(tmp_path)

    def full(*_args: Any, **_kwargs: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(WargameError, match="No space left"):
        store.get_or_make("k", "test", numbers)
    assert list((tmp_path / "partial").iterdir()) == []


def test_what_the_disk_refuses_is_a_clear_error_in_any_process(tmp_path: Path) -> None:
    """Not an OSError: a worker hands on nothing but the words of errors that a user can mend."""
    store = Store(tmp_path)
    store.get_or_make("kept", "test", numbers)
    (tmp_path / "locks").rmdir()
    (tmp_path / "locks").write_text("")
    with pytest.raises(WargameError, match="cannot be written"):
        store.get_or_make("new", "test", numbers)
    (tmp_path / "locks").unlink()
    (file,) = (tmp_path / "objects").rglob("*.safetensors")
    file.unlink()
    file.mkdir()
    with pytest.raises(WargameError, match="cannot be read"):
        Store(tmp_path).get("kept")


def test_collect_frees_what_is_old(tmp_path: Path) -> None:
    """Only what was made before the date goes."""
    store = Store(tmp_path)
    store.get_or_make("old", "test", numbers)
    edge = time.time()
    store.get_or_make("new", "test", numbers)
    count, freed = store.collect(older_than=edge)
    assert count == 1
    assert freed > 0
    assert list(store.keys()) == ["new"]


@given(st.dictionaries(st.text(max_size=4), st.integers()))
def test_digest_ignores_order_only(data: dict[str, int]) -> None:
    """Equal data, equal digest; one changed value, another digest."""
    assert digest(data) == digest(dict(reversed(data.items())))
    assert digest({**data, "x!": 1}) != digest({**data, "x!": 2})
