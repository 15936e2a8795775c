"""A policy on the disk: whole or absent, and every damage told in words."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wargame.errors import WargameError
from wargame.game import network, policy, policy_file
from wargame.game.agent_file import named
from wargame.game.scenario import Scenario

from .policies import MADE, described, drawn, written


def test_a_policy_comes_back_as_it_was_written(tiny: Scenario, tmp_path: Path) -> None:
    known = described(tiny)
    arrays = drawn(known)
    stored = policy.save(tmp_path / "learner", known, arrays)
    found = policy_file.read(tmp_path / "learner")
    assert found.settings == stored
    assert found.settings.made == MADE
    assert {name: array.tobytes() for name, array in found.weights.items()} == {
        name: array.tobytes() for name, array in arrays.items()
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["learner"]
    assert sorted(p.name for p in (tmp_path / "learner").iterdir()) == [
        "policy.json",
        "weights.safetensors",
    ]
    assert stored.parameters == sum(array.size for array in arrays.values())


def test_the_same_policy_is_the_same_bytes(tiny: Scenario, tmp_path: Path) -> None:
    one, two = written(tmp_path / "one", tiny), written(tmp_path / "two", tiny)
    for name in ("policy.json", "weights.safetensors"):
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_nothing_is_written_over_unasked(tiny: Scenario, tmp_path: Path) -> None:
    folder = written(tmp_path / "learner", tiny)
    before = (folder / "weights.safetensors").read_bytes()
    known = described(tiny)
    with pytest.raises(WargameError, match="exists already"):
        policy.save(folder, known, drawn(known, 9))
    assert (folder / "weights.safetensors").read_bytes() == before
    policy.save(folder, known, drawn(known, 9), over=True)
    assert (folder / "weights.safetensors").read_bytes() != before
    other = tmp_path / "thesis"
    other.mkdir()
    with pytest.raises(WargameError, match="exists already"):
        policy.save(other, known, drawn(known), over=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["learner", "thesis"]


def test_a_full_disk_leaves_nothing_half_written(
    tiny: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, folder = described(tiny), tmp_path / "learner"
    calls: list[int] = []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WargameError, match="No space left"):
        policy.save(folder, known, drawn(known))
    assert list(tmp_path.iterdir()) == []


def damaged(name: str, change: Any) -> Any:
    def edit(folder: Path) -> None:
        file = folder / name
        file.write_bytes(change(file.read_bytes()))

    return edit


def edited(**fields: Any) -> Any:
    def edit(folder: Path) -> None:
        file = folder / "policy.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), **fields}, indent=2))

    return edit


def other_weights(**changes: Any) -> Any:
    """Weights of another making, with the digest in policy.json made to fit."""

    def edit(folder: Path) -> None:
        import hashlib

        from safetensors.numpy import load, save

        file = folder / "weights.safetensors"
        arrays = {**load(file.read_bytes()), **changes}
        file.write_bytes(save({name: each for name, each in arrays.items() if each is not None}))
        edited(weights=hashlib.sha256(file.read_bytes()).hexdigest())(folder)

    return edit


def link(name: str) -> Any:
    def edit(folder: Path) -> None:
        (folder / name).rename(folder.parent / name)
        (folder / name).symlink_to(folder.parent / name)

    return edit


def pipe(folder: Path) -> None:
    (folder / "policy.json").unlink()
    os.mkfifo(folder / "policy.json")


def huge(folder: Path) -> None:
    with (folder / "weights.safetensors").open("r+b") as handle:
        handle.truncate(policy_file.MOST_WEIGHTS + 1)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda f: (f / "policy.json").unlink(), "there is no policy.json in it"),
        (lambda f: (f / "weights.safetensors").unlink(), "there is no weights.safetensors in it"),
        (damaged("weights.safetensors", lambda b: b[:-40]), "cut short or edited"),
        (damaged("weights.safetensors", lambda b: b[:-1] + b"\x07"), "cut short or edited"),
        (damaged("policy.json", lambda b: b[:-40]), r"policy\.json:\d+:\d+: not JSON"),
        (damaged("policy.json", lambda b: b"\xff" + b), r"policy\.json:1:1: this is not UTF-8"),
        (damaged("policy.json", lambda b: b"[" * 100_000), r"policy\.json:1:1: not JSON"),
        (damaged("policy.json", lambda b: b"9" * 5000), r"policy\.json:1:1: not JSON"),
        (damaged("policy.json", lambda b: b"{}"), "this is no wargame-policy"),
        (damaged("policy.json", lambda b: b"[1]"), "this is no wargame-policy"),
        (edited(version=2), "has version 2, and this program reads up to 1; update wargame"),
        (edited(version="one"), "there is no version 'one'"),
        (edited(version=True), "there is no version 'True'"),
        (edited(version=1.0), "there is no version '1.0'"),
        (edited(activation="gelu"), r"policy\.json:\d+:\d+: activation: "),
        (edited(hidden=[7, 6]), r"hidden\.1\.weight has the shape"),
        (edited(hidden=[7, 0]), r"policy\.json:\d+:\d+: hidden\.1: "),
        (edited(surprise=1), r"policy\.json:\d+:\d+: surprise: "),
        (edited(title="\x1b[31m"), r"policy\.json:\d+:\d+: title: an unprintable character"),
        (edited(deck=["label_flip"]), "deck_digest is not that of the deck"),
        (edited(layout=["round"]), "layout_digest is not that of the layout"),
        (edited(weights="no digest"), r"policy\.json:\d+:\d+: weights: "),
        (other_weights(**{"action.bias": None}), "lacks action.bias"),
        (other_weights(extra=np.zeros(2, np.float32)), "has 'extra' besides"),
        (other_weights(**{"action.bias": np.zeros(3, np.float32)}), r"has the shape \(3,\)"),
        (other_weights(**{"action.bias": np.zeros(16)}), "holds float64 numbers"),
        (other_weights(**{"action.bias": np.full(16, np.nan, np.float32)}), "is not finite"),
        (other_weights(**{"action.bias": np.full(16, 2e6, np.float32)}), "beyond 1,000,000"),
        (link("policy.json"), "is a link"),
        (link("weights.safetensors"), "is a link"),
        (pipe, "is no plain file"),
        (huge, "is larger than 64,000,000 bytes"),
    ],
)
def test_every_damage_is_told(tiny: Scenario, tmp_path: Path, harm: Any, said: str) -> None:
    folder = written(tmp_path / "learner", tiny)
    harm(folder)
    with pytest.raises(WargameError, match=said) as caught:
        policy.load(folder)
    assert str(folder) in str(caught.value)


def test_what_is_no_folder_is_told(tmp_path: Path) -> None:
    file = tmp_path / "notes"
    file.write_text("no policy")
    with pytest.raises(WargameError, match="is no folder"):
        named(str(file))
    with pytest.raises(WargameError, match="does not exist"):
        named(str(tmp_path / "absent"))
    with pytest.raises(WargameError, match="does not exist"):
        named(str(tmp_path / "absent" / "policy.json"))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy's folder as it should be; made once, while the fake cards are the catalogue."""
    return Path(tmp_path_factory.mktemp("sound"))


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_mutated_files_are_refused_or_whole(
    tiny: Scenario, sound: Path, data: st.DataObject
) -> None:
    import hashlib

    folder = sound / "learner"
    if not folder.exists():
        written(folder, tiny)
        for file in list(folder.iterdir()):
            (sound / file.name).write_bytes(file.read_bytes())
    name = data.draw(st.sampled_from(["policy.json", "weights.safetensors"]))
    other = "policy.json" if name != "policy.json" else "weights.safetensors"
    blob = bytearray((sound / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        # The first bytes are the header of the weights, where most can go wrong.
        at = data.draw(st.integers(0, min(len(blob) - 1, 600)) | st.integers(0, len(blob) - 1))
        piece = data.draw(st.binary(max_size=6) | st.sampled_from([b"null", b"1e999", b"-1", b"{"]))
        blob[at : at + data.draw(st.integers(0, 6))] = piece
        blob = blob or bytearray(b" ")
    (folder / name).write_bytes(blob)
    (folder / other).write_bytes((sound / other).read_bytes())
    if name == "weights.safetensors":
        edited(weights=hashlib.sha256(blob).hexdigest())(folder)
    try:
        found = policy_file.read(folder)
    except WargameError:
        return
    network.check(found.weights, found.settings.shapes)
