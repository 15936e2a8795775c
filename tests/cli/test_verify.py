"""Verifying and explaining records, honest and forged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wargame.cli.compare import exactly, roughly
from wargame.game.record import read
from wargame.store import Store, canonical

from .conftest import Run

Lines = list[dict[str, Any]]


def forged(played: Path, path: Path, change: Callable[[Lines], None]) -> Path:
    lines = [json.loads(line) for line in played.read_bytes().splitlines()]
    change(lines)
    path.write_bytes(b"".join(canonical(line) + b"\n" for line in lines))
    return path


def test_an_honest_record_verifies_in_a_fresh_store(
    wargame: Run, played: Path, leaves: Path, tmp_path: Path
) -> None:
    done = wargame(
        "verify", played, "--data", leaves, "--workers", "2", "--json", home=tmp_path / "home"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    record = read(played)
    assert told["same"]
    assert record.opening is not None
    everything = [record.opening.measures, *(each.measures for each in record.rounds)]
    assert told["measures"] == sum(map(len, everything))
    # What was recomputed went into a folder of its own.
    assert not list((tmp_path / "home").rglob("artifact.*"))


def _accuracy(lines: Lines) -> None:
    lines[3]["measures"]["clean_accuracy"]["value"] += 1e-9


def _key(lines: Lines) -> None:
    key = lines[2]["measures"]["latency"]["key"]
    lines[2]["measures"]["latency"]["key"] = key[::-1]


def _play(lines: Lines) -> None:
    lines[4]["plays"]["defender"].update(action=0, card=None, strength=None)


def _winner(lines: Lines) -> None:
    lines[-1]["winner"] = "attacker" if lines[-1]["winner"] == "defender" else "defender"


def _result_too_early(lines: Lines) -> None:
    del lines[-2]


def _round_too_many(lines: Lines) -> None:
    lines[0]["content"]["rounds"] = 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_result_too_early, "result: recorded told, recomputed rounds are left"),
        (_round_too_many, "round 3: round: recorded played, recomputed none is left"),
        (_accuracy, "round 2: clean_accuracy: recorded"),
        (_key, "round 1: latency: recorded"),
        (_winner, "winner: recorded"),
    ],
)
def test_a_forged_record_is_found_out(
    wargame: Run,
    played: Path,
    leaves: Path,
    tmp_path: Path,
    change: Callable[[Lines], None],
    said: str,
) -> None:
    file = forged(played, tmp_path / "forged.jsonl", change)
    done = wargame("verify", file, "--data", leaves)
    assert done.returncode == 1
    assert said in done.stdout


def test_a_play_that_the_agent_did_not_choose_is_found_out(
    wargame: Run, played: Path, leaves: Path, tmp_path: Path
) -> None:
    record = read(played)
    taken = [each.plays for each in record.rounds]
    number, side = next(
        (n, side) for n, plays in enumerate(taken) for side in plays if plays[side].action
    )

    def change(lines: Lines) -> None:
        lines[number + 2]["plays"][side.value].update(action=0, card=None, strength=None)

    file = forged(played, tmp_path / "forged.jsonl", change)
    done = wargame("verify", file, "--data", leaves)
    assert done.returncode == 1
    assert f"round {number + 1}: plays.{side.value}.action: recorded 0" in done.stdout


def test_on_another_processor_small_differences_pass_and_large_ones_do_not(
    wargame: Run, played: Path, leaves: Path, tmp_path: Path
) -> None:
    def by(amount: float) -> Callable[[Lines], None]:
        def change(lines: Lines) -> None:
            lines[0]["processor"] = "cpu abacus"
            lines[2]["measures"]["clean_accuracy"]["value"] += amount

        return change

    near = wargame("verify", forged(played, tmp_path / "n.jsonl", by(0.001)), "--data", leaves)
    assert near.returncode == 0, near.stdout
    assert "recorded on cpu abacus" in near.stdout
    assert "tolerances" in near.stdout
    far = wargame("verify", forged(played, tmp_path / "f.jsonl", by(0.4)), "--data", leaves)
    assert far.returncode == 1
    assert "round 1: clean_accuracy" in far.stdout


@pytest.mark.parametrize(
    "cut", [b"", b"{", b'{"format":"wargame-record","version":99}\n', b"\xff\n"]
)
def test_what_is_no_whole_record_is_told(wargame: Run, tmp_path: Path, cut: bytes) -> None:
    file = tmp_path / "m.jsonl"
    file.write_bytes(cut)
    for words in (("verify",), ("replay", "--headless"), ("resume", "--headless")):
        done = wargame(words[0], file, *words[1:])
        assert done.returncode == 2
        assert f"{file}:1:" in done.stderr
        assert "Traceback" not in done.stderr


def test_other_data_is_told(wargame: Run, played: Path, leaves: Path, tmp_path: Path) -> None:
    import numpy as np

    with np.load(leaves) as arrays:
        changed = {**arrays, "y_train": arrays["y_train"][::-1]}
    np.savez(tmp_path / "leaves.npz", **changed)
    done = wargame("verify", played, "--data", tmp_path / "leaves.npz")
    assert done.returncode == 2
    assert "other data" in done.stderr


def test_every_number_of_a_round_is_explained(
    wargame: Run, played: Path, leaves: Path, shared_home: Path, tmp_path: Path
) -> None:
    done = wargame("explain", played, "--round", "1", "--json")
    assert done.returncode == 0, done.stderr
    told, line = json.loads(done.stdout), read(played).rounds[0]
    assert set(told["measures"]) == set(line.measures)
    store = Store(shared_home / "cache" / "store")
    for name, each in told["measures"].items():
        meta = store.meta(line.measures[name].key)
        assert meta is not None
        assert (each["origin"], each["seconds"]) == ("store", meta.seconds)
        assert Path(each["file"]).is_file()
    named = {card["card"] for card in told["recipe"]["cards"]}
    assert named == {force.card for forces in line.in_force.values() for force in forces}


def test_what_is_not_in_the_store_is_made_and_told_so(
    wargame: Run, played: Path, leaves: Path, tmp_path: Path
) -> None:
    done = wargame(
        "explain", played, "--round", "1", "--json", "--data", leaves, home=tmp_path / "home"
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["measures"]
    assert {each["origin"] for each in told.values()} == {"made now"}
    words = wargame("explain", played, "--round", "1", "--data", leaves, home=tmp_path / "home")
    assert words.stdout.count("from the store") == len(told)
    wrong = wargame("explain", played, "--round", "9")
    assert wrong.returncode == 2
    assert "rounds 0 to 3" in wrong.stderr


def test_every_changed_leaf_of_a_line_is_one_difference(played: Path) -> None:
    lines: Lines = [json.loads(line) for line in played.read_bytes().splitlines()]
    for number, line in enumerate(lines):
        assert exactly(number, line, line) == []
        assert roughly(number, line, line) == []
        for path in _leaves(line):
            other = json.loads(json.dumps(line))
            _change(other, path)
            assert len(exactly(number, line, other)) == 1, path


def _leaves(item: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(item, dict):
        return [leaf for name, each in item.items() for leaf in _leaves(each, (*path, name))]
    if isinstance(item, list):
        return [leaf for n, each in enumerate(item) for leaf in _leaves(each, (*path, n))]
    return [path]


def _change(item: Any, path: tuple[Any, ...]) -> None:
    *way, last = path
    for step in way:
        item = item[step]
    item[last] = [item[last]]
