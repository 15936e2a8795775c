"""Taking strangers' agents in: the same content is the same submission, and nothing is run."""

from __future__ import annotations

import io
import json
import os
import stat
import tarfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tournament import offers
from wargame.errors import WargameError
from wargame.stages import SIDES, Side
from wargame.tournament import bundle
from wargame.tournament.archive import unpack
from wargame.tournament.entrant import Kind, Submission
from wargame.tournament.intake import sides_of, submit, title_of
from wargame.tournament.package import contents, pack, unpacked

AGENT = offers.AGENT


def refused(word: str, base: Path, *, command: tuple[str, ...] = ()) -> str:
    with pytest.raises(WargameError) as caught:
        submit(word, base=base, command=command)
    said = str(caught.value)
    assert "\n" not in said
    assert len(said) < 600
    return said


def test_ready_agents_and_policies_need_no_package(tmp_path: Path) -> None:
    assert submit("random", base=tmp_path).kind is Kind.READY
    assert sides_of(submit("vigilant", base=tmp_path)) == (Side.DEFENDER,)
    assert sides_of(submit("mapengine-defender", base=tmp_path)) == (Side.DEFENDER,)
    assert "did you mean random" in refused("randem", tmp_path)
    assert "person" in refused("human", tmp_path)
    (tmp_path / "random").mkdir()
    assert submit("random", base=tmp_path).kind is Kind.READY


def test_a_file_a_folder_a_zip_and_a_tar_of_the_same_agent_are_the_same(tmp_path: Path) -> None:
    files = {"agent.py": AGENT, "lib/more.py": b"x = 1\n", "run.sh": b"#!/bin/sh\n", "é.txt": b""}
    folder = tmp_path / "mine"
    offers.lay(folder, files)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "agent.pyc").write_bytes(b"junk")
    os.utime(folder / "agent.py", (1, 1))
    (folder / "agent.py").chmod(0o600)
    offers.zipped(tmp_path / "a.zip", files)
    offers.zipped(tmp_path / "b.zip", {f"mine/{n}": c for n, c in reversed(files.items())})
    offers.tarred(tmp_path / "c.tar", files)
    offers.tarred(tmp_path / "d.tar.gz", {f"./x/{n}": c for n, c in files.items()})
    offers.tarred(tmp_path / "e.tgz", files)
    made = [submit(w, base=tmp_path) for w in ("mine", "a.zip", "b.zip", "c.tar", "d.tar.gz")]
    made.append(submit("e.tgz", base=tmp_path))
    assert len({each.package for each in made}) == len({each.digest for each in made}) == 1
    assert made[0].kind is Kind.PYTHON
    assert contents(made[0]) == dict(sorted(files.items()))
    package = made[0].package
    assert package is not None
    with tarfile.open(fileobj=io.BytesIO(package)) as source:
        for entry in source:
            assert (entry.mtime, entry.uid, entry.gid, entry.uname) == (0, 0, 0, "")
            assert entry.mode == (0o755 if entry.name == "run.sh" else 0o644)


def test_a_command_makes_a_program_of_a_file_a_folder_or_an_archive(tmp_path: Path) -> None:
    offers.lay(tmp_path / "js", {"bot.js": b"//", "agent.py": AGENT})
    one = submit("js", base=tmp_path, command=("node", "bot.js"))
    assert (one.kind, one.command) == (Kind.PROGRAM, ("node", "bot.js"))
    assert submit("js/bot.js", base=tmp_path, command=("node", "bot.js")).kind is Kind.PROGRAM
    about = {"command": ["node", "bot.js"], "sides": ["defender"], "title": "Bot"}
    offers.lay(tmp_path / "own", {"bot.js": b"//", "agent.json": json.dumps(about).encode()})
    own = submit("own", base=tmp_path)
    assert (own.kind, own.command) == (Kind.PROGRAM, ("node", "bot.js"))
    assert (sides_of(own), title_of(own)) == ((Side.DEFENDER,), "Bot")
    assert "nothing says how it plays" in refused("js/bot.js", tmp_path)
    assert "a command is a list" in refused("js", tmp_path, command=("x",) * 65)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"{", "agent.json:1: not JSON"),
        (b"[]", "agent.json:1:"),
        (b"\xff", "agent.json:1: not JSON"),
        (b'{"command": "node agent.js"}', "a command is a list of 1 to 64 words"),
        (b'{"command": []}', "a command is a list"),
        (b'{"command": [1]}', "a command is a list"),
        (b'{"command": [""]}', "a word of the command is empty"),
        (b'{"command": ["a\\u0000b"]}', "a NUL"),
        (b'{"commands": ["node"]}', "nothing says how it plays"),
    ],
)
def test_what_agent_json_says_is_checked(tmp_path: Path, text: bytes, words: str) -> None:
    offers.lay(tmp_path / "own", {"agent.json": text})
    assert words in refused("own", tmp_path)


def test_sides_and_title_are_read_from_the_source_without_running_it(tmp_path: Path) -> None:
    bomb = b"raise SystemExit('it ran')\n"
    one = AGENT + b"    sides = (Side.DEFENDER,)\n" + bomb
    (tmp_path / "one.py").write_bytes(one)
    made = submit("one.py", base=tmp_path)
    assert (sides_of(made), title_of(made)) == ((Side.DEFENDER,), "Mine")
    (tmp_path / "two.py").write_bytes(AGENT)
    assert sides_of(submit("two.py", base=tmp_path)) == SIDES


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"def x(:\n", "a.py:1: SyntaxError"),
        (b"x = 1\n  y = 2\n", "a.py:2: IndentationError"),
        (b"x = 1\nreturn x\n", "a.py:2: SyntaxError: 'return' outside function"),
        (b"x = 1\ny = '\xe9'\n", "a.py:2: this is not UTF-8 text"),
        (b"# -*- coding: latin-1 -*-\ny = '\xe9'\n", "a.py:2: this is not UTF-8 text"),
        (b"x = 1\n\0", "a.py:2: a NUL byte"),
        (b"(" * 1000, "a.py:1: SyntaxError"),
        (b"x = " + b"-" * 200_000 + b"1", "a.py"),
        (b"x = " + b"1+" * 100_000 + b"1", "a.py"),
        (b"#" * 500_001, "a.py is larger than 500,000 bytes"),
    ],
)
def test_python_that_cannot_be_read_is_told_with_its_line(
    tmp_path: Path, source: bytes, words: str
) -> None:
    (tmp_path / "a.py").write_bytes(source)
    assert words in refused("a.py", tmp_path)


def test_a_policy_is_taken_as_numbers_alone(tmp_path: Path) -> None:
    files = offers.policy(tmp_path / "trained")
    made = submit("trained", base=tmp_path)
    assert made.kind is Kind.POLICY
    assert sides_of(made) == (Side.ATTACKER,)
    offers.lay(tmp_path / "more", {**files, "notes.txt": b"x", "evil.pkl": b"\x80\x04."})
    assert submit("more", base=tmp_path).digest == made.digest
    offers.lay(tmp_path / "both", {**files, "agent.py": AGENT})
    assert "not both" in refused("both", tmp_path)
    offers.lay(tmp_path / "half", {"policy.json": files["policy.json"]})
    assert "no weights.safetensors" in refused("half", tmp_path)


@pytest.mark.parametrize(("name", "words"), [(n, w) for n, w, _ in offers.FOLDERS])
def test_folders_that_are_not_let_in(tmp_path: Path, name: str, words: str) -> None:
    make = next(make for known, _, make in offers.FOLDERS if known == name)
    folder = tmp_path / "sent"
    offers.lay(folder, {"agent.py": AGENT})
    make(folder)
    assert words in refused("sent", tmp_path)


@pytest.mark.parametrize(("name", "words"), [(n, w) for n, w, _ in offers.ARCHIVES])
def test_archives_that_are_not_let_in(tmp_path: Path, name: str, words: str) -> None:
    make = next(make for known, _, make in offers.ARCHIVES if known == name)
    path = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert words in refused(path.name, tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_path_that_is_a_link_or_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real.py").write_bytes(AGENT)
    (tmp_path / "link.py").symlink_to("real.py")
    offers.lay(tmp_path / "real", {"agent.py": AGENT})
    (tmp_path / "link").symlink_to("real")
    os.mkfifo(tmp_path / "pipe.py")
    assert "a symbolic link" in refused("link.py", tmp_path)
    assert "a symbolic link" in refused("link", tmp_path)
    assert "pipe" in refused("pipe.py", tmp_path)
    assert "no such file" in refused("gone.py", tmp_path)
    assert "not" in refused("a\0b", tmp_path)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["zip", "tar", "tar.gz"]), st.data())
def test_damaged_archives_are_read_or_refused_and_nothing_else(
    kind: str, data: st.DataObject
) -> None:
    files = {"agent.py": AGENT, "lib/x.py": b"y = 2\n" * 20}
    blob = bytearray(offers.packed(kind, files))
    for _ in range(data.draw(st.integers(1, 4))):
        blob[data.draw(st.integers(0, len(blob) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(blob)))
    try:
        found = unpack(f"a.{kind}", bytes(blob[: cut or None]))
    except bundle.Refused as error:
        said = str(error)
    else:
        said = ""
        assert sum(map(len, found.values())) <= bundle.MOST_ALL
    assert "\n" not in said


NAMES = st.text(st.sampled_from("ab/.\\:\0Cé\udce9 \n"), max_size=12)


@settings(max_examples=300, deadline=None)
@given(st.lists(NAMES, max_size=6))
def test_names_that_are_let_in_stay_below_the_folder(names: list[str]) -> None:
    taken = bundle.Bundle()
    for name in names:
        try:
            taken.add(name, b"")
        except bundle.Refused:
            continue
    try:
        found = taken.files()
    except bundle.Refused:
        return
    root = Path("/one/two")
    for name in found:
        assert os.path.normpath(root / name) == str(root / name)
        assert (root / name).is_relative_to(root)
    assert len({name.casefold() for name in found}) == len(found)


def test_unpacked_is_whole_and_made_again_where_it_was_changed(tmp_path: Path) -> None:
    made = Submission(
        Kind.PYTHON, main="agent.py", package=pack({"agent.py": AGENT, "run.sh": b"#!/bin/sh\n"})
    )
    cache = tmp_path / "cache"
    place = unpacked(made, cache)
    assert place == cache / made.digest
    assert stat.S_IMODE((place / "agent.py").stat().st_mode) == 0o444
    assert stat.S_IMODE((place / "run.sh").stat().st_mode) == 0o555
    first = (place / "agent.py").stat().st_ino
    assert unpacked(made, cache) == place
    assert (place / "agent.py").stat().st_ino == first

    def changed() -> None:
        (place / "agent.py").chmod(0o644)
        (place / "agent.py").write_bytes(AGENT.replace(b"return 0", b"return 1"))

    def more() -> None:
        (place / "sitecustomize.py").write_text("evil")

    def less() -> None:
        (place / "run.sh").unlink()

    def linked() -> None:
        (place / "agent.py").unlink()
        (place / "agent.py").symlink_to("/etc/passwd")

    damages: tuple[Callable[[], None], ...] = (changed, more, less, linked)
    for damage in damages:
        damage()
        assert unpacked(made, cache) == place
        assert {p.name: p.read_bytes() for p in place.iterdir()} == contents(made)
        assert not any(p.is_symlink() for p in place.iterdir())
    assert [p.name for p in cache.iterdir()] == [made.digest]


def test_a_package_that_was_tampered_with_is_not_unpacked(tmp_path: Path) -> None:
    evil = io.BytesIO()
    with tarfile.open(fileobj=evil, mode="w") as target:
        target.addfile(tarfile.TarInfo("../out.py"))
    made = Submission(Kind.PYTHON, main="out.py", package=evil.getvalue())
    with pytest.raises(WargameError, match=r"\.\."):
        unpacked(made, tmp_path / "cache")
    assert list(tmp_path.iterdir()) == []


def _race(cache: str) -> bool:
    made = Submission(Kind.PYTHON, main="agent.py", package=pack(offers.MANY))
    place = unpacked(made, Path(cache))
    return all((place / name).read_bytes() == content for name, content in offers.MANY.items())


def test_many_processes_may_unpack_the_same_at_once(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        assert all(pool.map(_race, [str(tmp_path)] * 16))
    assert len(list(tmp_path.iterdir())) == 1
