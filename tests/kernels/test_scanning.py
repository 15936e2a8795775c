from __future__ import annotations

import io
import json
import os
import pickle
import struct
import warnings
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import safetensors.numpy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wargame.kernels.harness import Container, build_payload, detonate
from wargame.kernels.scanning import scan


def _torch_file(content: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def _npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _safetensors() -> bytes:
    return safetensors.numpy.save({"w": np.ones((3, 4), np.float32), "b": np.zeros(3, np.int64)})


class Evil:
    """Would run a command on loading; it is only ever written here, never read."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("true",)


class Stateful:
    def __init__(self) -> None:
        self.x = 1


@pytest.mark.parametrize(
    ("blob", "form"),
    [
        (_safetensors(), "safetensors"),
        (_npz(a=np.arange(4), b=np.ones((2, 2), np.float32)), "npz"),
        (_torch_file(OrderedDict(w=torch.ones(2, 2), n=torch.arange(3))), "torch"),
        (pickle.dumps({"weights": [1.0, 2.0], "name": "linear", "n": 3}), "pickle"),
    ],
)
def test_files_without_code_pass(blob: bytes, form: str) -> None:
    report = scan(blob)
    assert (report.verdict, report.format) == ("accept", form)


def test_a_whole_model_state_of_torch_passes() -> None:
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    assert scan(_torch_file(model.state_dict())).verdict == "accept"
    # The module itself names its classes: code.
    assert scan(_torch_file(model)).verdict == "refuse"


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("content", [Evil(), Stateful(), {"a": [Evil()]}, os.system, Evil])
def test_pickled_code_is_refused_in_every_protocol(content: object, protocol: int) -> None:
    report = scan(pickle.dumps(content, protocol=protocol))
    assert (report.verdict, report.format) == ("refuse", "pickle")
    assert any("loads" in finding for finding in report.findings)


def test_pickled_code_inside_archives_is_refused() -> None:
    assert scan(_torch_file({"w": torch.ones(2), "hook": Evil()})).verdict == "refuse"
    assert scan(_npz(a=np.array([Evil()], dtype=object))).verdict == "refuse"
    assert scan(build_payload("mark", container="torch")).format == "torch"


def _short(text: str) -> bytes:
    return b"\x8c" + bytes([len(text)]) + text.encode()


@pytest.mark.parametrize(
    "body",
    [
        # The name reaches STACK_GLOBAL through the memo.
        _short("os")
        + b"\x94"
        + _short("system")
        + b"\x940h\x00h\x01\x93"
        + _short("x")
        + b"\x85R.",
        # The memo slot is overwritten after its first use.
        _short("OrderedDict")
        + b"q\x05"
        + _short("abc")
        + b"q\x05"
        + _short("collections")
        + b"h\x05\x93.",
        # The top of the stack is not what was pushed last.
        _short("os") + _short("system") + _short("OrderedDict") + b"0\x93.",
        _short("collections") + _short("OrderedDict") + b"\x86\x93.",
        # A global by way of the extension registry.
        b"\x82\x01.",
        # INST, and a class built by OBJ.
        b"(ios\nsystem\n.",
        b"(cos\nsystem\n" + _short("x") + b"o.",
        # Broken off after the call: loading would have run it by then.
        b"cos\nsystem\n" + _short("x") + b"\x85R",
        # A second pickle behind the first.
        b"}.\x80\x04cos\nsystem\n" + _short("x") + b"\x85R.",
        # Attributes of an allowed module.
        b"ccollections\nabc\n.",
        b"ctorch._utils\n_rebuild_tensor_v2.__globals__\n.",
        # Outside objects, which a bare pickle has no business to ask for.
        _short("x") + b"Q.",
    ],
)
def test_hand_made_evasions_are_refused(body: bytes) -> None:
    assert scan(b"\x80\x04" + body).verdict == "refuse"
    assert scan(body).verdict == "refuse"


def test_safetensors_with_gaps_overlaps_or_tails_are_refused() -> None:
    def build(header: object, data: bytes) -> bytes:
        text = json.dumps(header).encode()
        return struct.pack("<Q", len(text)) + text + data

    entry = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    assert scan(build({"a": entry}, bytes(8))).verdict == "accept"
    assert scan(build({"a": entry}, bytes(9))).verdict == "refuse"
    assert scan(build({"a": {**entry, "data_offsets": [1, 9]}}, bytes(9))).verdict == "refuse"
    assert scan(build({"a": entry, "b": entry}, bytes(8))).verdict == "refuse"
    assert scan(build({"a": {**entry, "shape": [3]}}, bytes(8))).verdict == "refuse"
    assert scan(build({"a": {**entry, "dtype": "PY"}}, bytes(8))).verdict == "refuse"
    assert scan(build([1], b"")).verdict == "refuse"


def test_a_file_that_is_both_safetensors_and_a_pickle_is_refused() -> None:
    # "X" opens a string in a pickle; as the lowest byte of the length it opens a header too. The
    # string ends within the header, at a "V" whose line reaches to its end, and code follows.
    skipped = 100
    length = 0x58 + 256 * skipped
    code = build_payload("mark").removeprefix(b"\x80\x03")
    entry = {"dtype": "U8", "shape": [len(code)], "data_offsets": [0, len(code)]}
    start = json.dumps({"t": entry})[:-1] + ',"__metadata__":{"a":"'
    start = start.ljust(5 + skipped - 8, "p") + "V"
    header = start.ljust(length - 4, "p") + '"\n}}'
    blob = struct.pack("<Q", length) + header.encode() + code
    assert bytes(safetensors.numpy.load(blob)["t"]) == code
    assert detonate(blob)
    report = scan(blob)
    assert (report.verdict, report.format) == ("refuse", "safetensors")


def test_archives_with_doubled_or_code_members_are_refused() -> None:
    def archive_of(*members: tuple[str, bytes]) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            for name, content in members:
                archive.writestr(name, content)
        return buffer.getvalue()

    plain = ("m/data.pkl", pickle.dumps({}))
    assert scan(archive_of(plain)).verdict == "accept"
    assert scan(archive_of(plain, ("m/code/run.py", b"print()"))).verdict == "refuse"
    assert scan(archive_of(plain, plain)).verdict == "refuse"
    assert scan(archive_of(plain, ("m/more.pkl", pickle.dumps(Evil())))).verdict == "refuse"
    assert scan(archive_of(("readme", b"text"))).verdict == "refuse"
    assert scan(b"\x80\x04}." + archive_of(plain)).verdict == "refuse"


@pytest.mark.parametrize("container", ["pickle", "torch"])
def test_the_payload_runs_when_loaded_carelessly_and_the_scan_stops_it(
    container: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blob = build_payload("owned", b"\1\2\3", container)
    report = scan(blob)
    assert report.verdict == "refuse"
    assert any("builtins open" in finding for finding in report.findings)
    assert list(tmp_path.iterdir()) == []
    assert detonate(blob)
    # What it leaves, it leaves in a folder of its own.
    assert list(tmp_path.iterdir()) == []
    assert build_payload("owned", b"\1\2\3", container) == blob


def test_harmless_files_do_not_detonate() -> None:
    assert not detonate(pickle.dumps({"w": [1, 2]}))
    assert not detonate(_safetensors())
    assert not detonate(b"PK broken")


def test_nothing_foreign_is_ever_run() -> None:
    with pytest.raises(ValueError, match="not detonated"):
        detonate(pickle.dumps(Evil()))
    with pytest.raises(ValueError, match="marker"):
        build_payload("../escape")


@pytest.mark.parametrize(
    "path", ["/etc/wargame-marker", "../wargame-marker", "/tmp/wargame-marker"]
)
def test_the_guard_lets_no_file_be_written_elsewhere(path: str) -> None:
    text = path.encode()
    marked = build_payload("m").replace(b"X\x01\0\0\0m", b"X" + struct.pack("<I", len(text)) + text)
    assert pickle.dumps(path)[-len(text) - 2 : -2] in marked
    assert not detonate(marked)
    assert not Path("/etc/wargame-marker").exists()
    assert not Path("/tmp/wargame-marker").exists()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_the_scan_raise(blob: bytes) -> None:
    report = scan(blob)
    assert report.verdict in ("accept", "refuse")
    for prefix in (b"\x80\x04", b"PK\x03\x04", struct.pack("<Q", 20) + b"{"):
        scan(prefix + blob)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_damage_to_a_payload_makes_it_pass(data: st.DataObject) -> None:
    container: Container = data.draw(st.sampled_from(get_args(Container)))
    blob = bytearray(build_payload("mark", b"weights", container))
    index = data.draw(st.integers(0, len(blob) - 1))
    blob[index] ^= data.draw(st.integers(1, 255))
    report = scan(bytes(blob))
    if report.verdict == "accept":
        assert not detonate(bytes(blob))
