"""What is written is read again; what was cut, edited or is another's is noticed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wargame.errors import WargameError
from wargame.lab.journal import NAME, Journal
from wargame.lab.matrix import Arm, Facts

HEADER: dict[str, Any] = {"scenario": "s", "rounds": 2}
ARMS = [
    ((seed, Arm(attack, None)), Facts(0.1 * seed, {"integrity": 0.1}, {"m": -0.1}, {"m": 1.0}, "k"))
    for seed in (0, 1)
    for attack in ("a", None)
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Journal(tmp_path / "m", HEADER) as journal:
        for each in ARMS:
            journal.add([each])
    return tmp_path / "m"


def test_what_was_added_is_read_again(folder: Path) -> None:
    with Journal(folder, HEADER) as journal:
        assert journal.table == dict(ARMS)


def test_cut_anywhere_it_goes_on_to_the_same_bytes(folder: Path) -> None:
    path = folder / NAME
    whole = path.read_bytes()
    for cut in range(whole.index(b"\n") + 1, len(whole), 7):
        path.write_bytes(whole[:cut])
        with Journal(folder, HEADER) as journal:
            kept = len(journal.table)
            assert journal.table == dict(ARMS[:kept])
            assert whole[:cut].count(b"\n") == kept + 1
            journal.add(ARMS[kept:])
        assert path.read_bytes() == whole


@pytest.mark.parametrize(
    ("old", "new"), [(b'"mission":0.1', b'"mission":0.9'), (b'"seed":1', b'"seed":7'), (b"{", b"[")]
)
def test_a_line_edited_by_hand_is_named(folder: Path, old: bytes, new: bytes) -> None:
    path = folder / NAME
    lines = path.read_bytes().splitlines(keepends=True)
    lines[3] = lines[3].replace(old, new, 1)
    path.write_bytes(b"".join(lines))
    with pytest.raises(WargameError, match=f"{NAME}:4: damaged"):
        Journal(folder, HEADER)
    assert path.read_bytes() == b"".join(lines)


def test_a_line_taken_out_is_noticed(folder: Path) -> None:
    path = folder / NAME
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2] + lines[3:]))
    with pytest.raises(WargameError, match=f"{NAME}:3: damaged"):
        Journal(folder, HEADER)


def test_another_matrix_is_refused_and_named(folder: Path) -> None:
    with pytest.raises(WargameError, match="rounds 2, and asked for is 3"):
        Journal(folder, {**HEADER, "rounds": 3})
    with pytest.raises(WargameError, match="another version of the program"):
        Journal(folder, {**HEADER, "engine": "0123"})


@pytest.mark.parametrize("content", [b"", b"no json\n", b'{"format": "other"}\n'])
def test_what_is_no_journal_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(WargameError, match=f"{NAME}:1:"):
        Journal(tmp_path, HEADER)
    assert (tmp_path / NAME).read_bytes() == content


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(WargameError, match="holds other things"):
        Journal(tmp_path, HEADER)
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.tex"]
    file = tmp_path / "thesis.tex"
    with pytest.raises(WargameError, match="thesis"):
        Journal(file, HEADER)


def test_two_processes_never_write_one_journal(folder: Path) -> None:
    with Journal(folder, HEADER), pytest.raises(WargameError, match="another process"):
        Journal(folder, HEADER)
