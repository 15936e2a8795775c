from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from wargame.errors import WargameError
from wargame.game import lines, record
from wargame.game.match import DataFacts, Match
from wargame.game.record import Journal, read, resume
from wargame.game.scenario import Scenario
from wargame.stages import SIDES
from wargame.store import Store, canonical

from . import fakes
from .players import Dice, Script


class Fresh(Protocol):
    """Makes the same new match every time."""

    def __call__(self, seed: int = 7, human: bool = False) -> Match: ...


FACTS = DataFacts("digits", "d" * 40, "the tests")
HUMAN = (1, 0, 5, 0, 4, 0)


@pytest.fixture
def fresh(tiny: Scenario, tmp_path: Path) -> Fresh:
    store = Store(tmp_path / "store")

    def make(seed: int = 7, human: bool = False) -> Match:
        return Match(
            tiny, None if human else Dice(), Dice(), seed=seed, fidelity="drill", data=FACTS,
            store=store, resolver=fakes.Resolver(),
        )  # fmt: skip

    return make


def written(path: Path, match: Match) -> bytes:
    with Journal(path, match) as journal:
        for _ in match:
            journal.keep()
    return path.read_bytes()


def test_a_record_is_the_same_bytes_every_time(tmp_path: Path, fresh: Fresh) -> None:
    one = written(tmp_path / "a.jsonl", fresh())
    assert one == written(tmp_path / "b.jsonl", fresh())
    assert one.count(b"\n") == 1 + 1 + 6 + 1
    for line in one.splitlines():
        assert canonical(json.loads(line)) == line
    assert str(tmp_path).encode() not in one


def test_what_is_read_is_what_was_played(tmp_path: Path, fresh: Fresh, tiny: Scenario) -> None:
    match = fresh()
    written(tmp_path / "a.jsonl", match)
    found = read(tmp_path / "a.jsonl")
    assert found.header.content == tiny.content()
    assert found.header.scenario_digest == tiny.digest
    assert found.header.agents == dict.fromkeys(SIDES, "dice")
    assert [each.plays[SIDES[0]].action for each in found.rounds] == [
        each.plays[SIDES[0]].action for each in match.lines
    ]
    assert found.opening is not None
    assert found.result is not None
    assert found.result.mission == match.result().mission
    for told, line in zip(found.rounds, match.lines, strict=True):
        assert told.score.mission == line.score.mission
        assert set(told.measures) == set(line.measures)
        assert list(told.position.budgets.values()) == list(line.position.budgets)


def test_the_schema_file_is_the_models_own() -> None:
    path = Path(record.__file__).with_name("record.schema.json")
    assert json.loads(path.read_text()) == lines.schema()


def test_the_header_is_there_before_the_first_round(tmp_path: Path, fresh: Fresh) -> None:
    with Journal(tmp_path / "a.jsonl", fresh()) as journal:
        assert read(tmp_path / "a.jsonl").rounds == ()
        assert journal.written == 1
    assert [path.name for path in tmp_path.glob("*a.jsonl*")] == ["a.jsonl"]


def test_a_record_is_never_written_over(tmp_path: Path, fresh: Fresh) -> None:
    before = written(tmp_path / "a.jsonl", fresh())
    with pytest.raises(WargameError, match="exists already"):
        Journal(tmp_path / "a.jsonl", fresh(8))
    assert (tmp_path / "a.jsonl").read_bytes() == before
    with pytest.raises(WargameError, match="cannot be written"):
        Journal(tmp_path / "no" / "a.jsonl", fresh())


@pytest.mark.parametrize("human", [False, True])
def test_cut_anywhere_it_goes_on_to_the_same_bytes(
    tmp_path: Path, fresh: Fresh, human: bool
) -> None:
    path = tmp_path / "a.jsonl"

    def finish(match: Match, journal: Journal) -> None:
        while not match.over:
            match.step(HUMAN[match.position.round - 1] if human else None)
            journal.keep()
        journal.keep()
        journal.close()

    match = fresh(human=human)
    finish(match, Journal(path, match))
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    rng = random.Random(5)
    ends = [i + 1 for i, byte in enumerate(whole) if byte == 10]
    for cut in sorted({*ends, *(rng.randrange(first, len(whole)) for _ in range(40))}):
        path.write_bytes(whole[:cut])
        match = fresh(human=human)
        finish(match, resume(path, match))
        assert path.read_bytes() == whole


def test_a_killed_match_goes_on(tmp_path: Path, fresh: Fresh) -> None:
    """A process is killed between two writes; what it left is a prefix, and goes on."""
    whole = written(tmp_path / "whole.jsonl", fresh())
    path = tmp_path / "cut.jsonl"
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from tests.game import fakes\n"
        "from tests.game.players import Dice\n"
        "from wargame import catalog\n"
        "catalog.card, catalog.model_files = fakes.card, fakes.models\n"
        "from wargame.game.scenario import from_content\n"
        "from wargame.game.match import DataFacts, Match\n"
        "from wargame.game.record import Journal\n"
        "from wargame.store import Store\n"
        "import yaml\n"
        "match = Match(from_content(yaml.safe_load(fakes.TINY)), Dice(), Dice(), seed=7,\n"
        "    fidelity='drill', data=DataFacts('digits', 'd' * 40, 'the tests'),\n"
        "    store=Store(Path(sys.argv[1])), resolver=fakes.Resolver())\n"
        "journal = Journal(Path(sys.argv[2]), match)\n"
        "for line in match:\n"
        "    journal.keep()\n"
        "    if line.round == 3: os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(record.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "s", path], cwd=root, check=False)
    assert done.returncode == -signal.SIGKILL
    left = path.read_bytes()
    assert whole.startswith(left)
    assert left.count(b"\n") == 5
    match = fresh()
    with resume(path, match) as journal:
        for _ in match:
            journal.keep()
    assert path.read_bytes() == whole


def test_resuming_another_match_is_refused(tmp_path: Path, fresh: Fresh) -> None:
    path = tmp_path / "a.jsonl"
    before = written(path, fresh())
    with pytest.raises(WargameError, match=":1: the match was recorded with seed 7, and this is 8"):
        resume(path, fresh(8))
    other = fresh()
    other.agents[SIDES[1]] = Script()
    with pytest.raises(WargameError, match=":1: the match was recorded with agents"):
        resume(path, other)
    assert path.read_bytes() == before


def test_a_line_that_does_not_replay_is_named(tmp_path: Path, fresh: Fresh) -> None:
    path = tmp_path / "a.jsonl"
    parts = written(path, fresh()).splitlines(keepends=True)
    data = json.loads(parts[4])
    data["key"] = "another"
    path.write_bytes(b"".join([*parts[:4], canonical(data) + b"\n", *parts[5:]]))
    with pytest.raises(WargameError, match=r"a\.jsonl:5: the match does not replay"):
        resume(path, fresh())


def damaged(change: Callable[[list[bytes]], None], path: Path, match: Match) -> str:
    parts = written(path, match).splitlines(keepends=True)
    change(parts)
    path.write_bytes(b"".join(parts))
    with pytest.raises(WargameError) as caught:
        read(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        (lambda p: p.__setitem__(3, p[3][:50] + b"\n"), ":4: ", "damaged"),
        (lambda p: p.__setitem__(3, b"\xff\xfe\n"), ":4: ", "damaged"),
        (lambda p: p.__setitem__(3, b"[" * 5000 + b"\n"), ":4: ", "damaged"),
        (lambda p: p.__setitem__(3, p[3].replace(b'"round":2', b'"round":"2"')), ":4: ", "round"),
        (lambda p: p.__setitem__(3, p[3].replace(b'"kind"', b'"kin"')), ":4: ", "damaged"),
        (lambda p: p.pop(3), ":4: ", "out of order"),
        (lambda p: p.pop(1), ":2: ", "out of order"),
        (lambda p: p.insert(2, p[0]), ":3: ", "out of order"),
        (lambda p: p.__setitem__(0, b"{}\n"), ":1: ", "no wargame-record"),
        (lambda p: p.__setitem__(0, b"[" * 9999 + b"\n"), ":1: ", "no wargame-record"),
        (lambda p: p.__setitem__(0, p[0].replace(b'"version":1', b'"version":2')), ":1: ", "up to"),
        (lambda p: p.clear(), ":1: ", "no complete line"),
        (lambda p: p.__setitem__(slice(None), [p[0][:-1]]), ":1: ", "no complete line"),
    ],
)  # fmt: skip
def test_damage_is_named_by_its_line(
    tmp_path: Path, fresh: Fresh, change: Callable[[list[bytes]], None], place: str, words: str
) -> None:
    text = damaged(change, tmp_path / "a.jsonl", fresh())
    assert f"a.jsonl{place}" in text
    assert words in text


def test_folders_and_missing_files_are_no_records(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.jsonl"):
        with pytest.raises(WargameError, match="cannot be read"):
            read(path)


def test_flipped_bytes_never_give_a_traceback(tmp_path: Path, fresh: Fresh) -> None:
    path = tmp_path / "a.jsonl"
    whole = written(path, fresh())
    rng = random.Random(11)
    refused = []
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(rng.choice([1, 3])):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(bytes(data))
        try:
            read(path)
        except WargameError as error:
            refused.append(str(error).removeprefix(f"{path}:").split(":")[0])
    assert len(refused) > 30
    assert all(line.isdigit() for line in refused)


def test_a_full_disk_is_told_and_loses_nothing(
    tmp_path: Path, fresh: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jsonl"
    match = fresh()
    with Journal(path, match) as journal:
        match.step()
        journal.keep()
        kept = path.read_bytes()
        match.step()

        def full(_descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(WargameError, match="No space left"):
                journal.keep()
    assert path.read_bytes().startswith(kept)
    again = fresh()
    with resume(path, again) as journal:
        for _ in again:
            journal.keep()
    assert path.read_bytes() == written(tmp_path / "b.jsonl", fresh())


def test_one_process_at_a_time_writes_a_record(tmp_path: Path, fresh: Fresh) -> None:
    path = tmp_path / "m.jsonl"
    with Journal(path, fresh()), pytest.raises(WargameError, match="another process"):
        resume(path, fresh())
    resume(path, fresh()).close()
