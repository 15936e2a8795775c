"""Files of JSON lines: killed, contended, cut, refused by the disk."""

from __future__ import annotations

import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from wargame.errors import WargameError
from wargame.jsonlines import (
    LinesFile,
    append,
    begin_settings,
    check_version,
    encoded,
    place,
    read_settings,
    split,
    whole,
    writing,
)

ROOT = Path(__file__).resolve().parents[1]
FULL = Path("/dev/full")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.lists(JSON, max_size=5), st.data())
def test_cut_anywhere_the_complete_lines_are_left(values: list[Any], data: st.DataObject) -> None:
    lines = [encoded(value) for value in values]
    raw = b"".join(lines)
    assert [json.loads(each) for each in split(raw)] == values
    cut = raw[: data.draw(st.integers(0, len(raw)))]
    assert [each + b"\n" for each in split(cut)] == lines[: cut.count(b"\n")]
    assert whole(cut) == b"".join(lines[: cut.count(b"\n")])


WRITER = """\
import sys
from pathlib import Path
from wargame.jsonlines import LinesFile, encoded
with LinesFile(Path(sys.argv[1])) as file:
    for number in range(10**9):
        file.append(encoded({"number": number, "pad": "x" * 5000}))
        print(number, flush=True)
"""


def test_killed_in_the_middle_every_told_line_stands_and_it_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    rng = random.Random(3)
    for _ in range(3):
        path.unlink(missing_ok=True)
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, path], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        with pytest.raises(WargameError, match=r"lines\.jsonl is being written by another process"):
            LinesFile(path)
        time.sleep(rng.uniform(0, 0.05))
        writer.send_signal(signal.SIGKILL)
        told = [0, *(int(line) for line in writer.communicate()[0].split("\n") if line)]
        raw = path.read_bytes()
        numbers = [json.loads(each)["number"] for each in split(raw)]
        assert numbers == list(range(len(numbers)))
        assert len(numbers) > max(told)
        with LinesFile(path) as file:
            file.cut(len(whole(raw)))
            file.append(encoded("on"))
        assert path.read_bytes() == whole(raw) + b'"on"\n'


def test_two_writers_never_meet(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    with LinesFile(path) as file:
        file.append(b"1\n")
        with pytest.raises(WargameError, match="another process"):
            LinesFile(path)
        file.append(b"2\n")
    with LinesFile(path) as file:
        file.append(b"3\n")
    assert path.read_bytes() == b"1\n2\n3\n"


def test_the_lock_is_the_one_other_programs_see(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    with LinesFile(path), path.open("rb") as handle, pytest.raises(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)


def full(_descriptor: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_full_disk_leaves_no_half_of_an_append(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lines.jsonl"
    with LinesFile(path) as file:
        file.append(b"1\n")
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            told = pytest.raises(WargameError, match=r"the list cannot be written: .*No space left")
            with told, writing("the list"):
                file.append(b"2\n3\n")
            assert path.read_bytes() == b"1\n"
        file.append(b"2\n3\n")
    assert path.read_bytes() == b"1\n2\n3\n"


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_device_that_is_full_is_told_once_and_closes_quietly() -> None:
    with FULL.open("ab", buffering=0) as handle, pytest.raises(OSError, match="No space left"):
        append(handle, b"1\n")
    with LinesFile(FULL) as file, pytest.raises(OSError, match="No space left"):
        file.append(b"1\n")


def test_a_disk_that_takes_little_at_a_time_gets_all(tmp_path: Path) -> None:
    class Slow:
        """A file of which each write takes three bytes."""

        def __init__(self, path: Path) -> None:
            self.handle = path.open("ab", buffering=0)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.handle, name)

        def write(self, text: memoryview) -> int:
            return self.handle.write(text[:3])

    slow: Any = Slow(tmp_path / "lines.jsonl")
    append(slow, b'"a longer line"\n')
    slow.close()
    assert (tmp_path / "lines.jsonl").read_bytes() == b'"a longer line"\n'


@pytest.mark.parametrize("before", [None, b"before"])
def test_a_file_is_placed_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes | None
) -> None:
    path = tmp_path / "settings.json"
    if before is not None:
        path.write_bytes(before)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            place(path, b"after")
    assert [(each, each.read_bytes()) for each in tmp_path.iterdir()] == (
        [] if before is None else [(path, before)]
    )
    place(path, b"after")
    assert [(each, each.read_bytes()) for each in tmp_path.iterdir()] == [(path, b"after")]
    told = pytest.raises(WargameError, match=r"the file cannot be written: .*No such file")
    with told, writing("the file"):
        place(tmp_path / "none" / "settings.json", b"")


class Terms(BaseModel):
    rounds: int


def test_settings_are_written_once_and_read_or_told(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "folder" / "terms.json"
    with pytest.raises(WargameError, match=r"^nothing here$"):
        read_settings(path, Terms, "nothing here")
    begin_settings(path, Terms(rounds=3), "taken")
    assert path.read_bytes() == b'{"rounds":3}\n'
    assert read_settings(path, Terms, "") == Terms(rounds=3)
    with pytest.raises(WargameError, match=r"^taken$"):
        begin_settings(path, Terms(rounds=4), "taken")
    with pytest.raises(WargameError, match=r"inside cannot be written: .*Not a directory"):
        begin_settings(path / "inside" / "terms.json", Terms(rounds=4), "taken")
    assert path.read_bytes() == b'{"rounds":3}\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"nonsense\n", r"terms\.json:1: the file: Invalid JSON"),
        (b'{"rounds":"many"}\n', r"terms\.json:1: rounds: Input should be a valid integer"),
        (b"\xff\n", "^nothing here$"),
    ],
)
def test_settings_edited_into_nonsense_are_told(tmp_path: Path, text: bytes, told: str) -> None:
    path = tmp_path / "terms.json"
    path.write_bytes(text)
    with pytest.raises(WargameError, match=told):
        read_settings(path, Terms, "nothing here")


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (b"", "a:1: this is no list-of-mine"),
        (b"[" * 9999, "a:1: this is no list-of-mine"),
        (b'{"format":"another","version":1}', "a:1: this is no list-of-mine"),
        (
            b'{"format":"list-of-mine","version":3}',
            "a:1: the list has version 3, and this program reads up to 2; update wargame",
        ),
    ],
)
def test_another_format_and_a_newer_version_are_refused(first: bytes, told: str) -> None:
    with pytest.raises(WargameError) as caught:
        check_version(Path("a"), first, "list", "list-of-mine", 2)
    assert str(caught.value) == told


@pytest.mark.parametrize("version", [1, 2])
def test_a_known_version_passes(version: int) -> None:
    first = encoded({"format": "list-of-mine", "version": version})
    check_version(Path("a"), first, "list", "list-of-mine", 2)
