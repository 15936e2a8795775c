from __future__ import annotations

import io
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from wargame.data.dataset import ARRAYS, content_digest
from wargame.data.npz import load_npz, save_npz
from wargame.errors import WargameError

Arrays = dict[str, NDArray[Any]]
relaxed = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def attempt(blob: bytes) -> str | None:
    """The digest of what is really in the arrays, or None for a clear refusal."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hostile.npz"
        path.write_bytes(blob)
        try:
            data = load_npz(path, "hostile")
        except WargameError:
            return None
        parts = {key: getattr(data, key) for key in ARRAYS[:4]}
        return content_digest(parts, data.class_names)


def test_round_trip(npz: Path, arrays: Arrays, tmp_path: Path) -> None:
    data = load_npz(npz, "tiles")
    copy = tmp_path / "copy.npz"
    save_npz(copy, data)
    again = load_npz(copy, "other")
    assert again.digest == data.digest
    assert (data.name, data.origin) == ("tiles", "file")
    for key in ARRAYS[:4]:
        np.testing.assert_array_equal(getattr(again, key), arrays[key])
    with np.load(copy, allow_pickle=False) as plain:
        assert sorted(plain.files) == sorted(ARRAYS)


@relaxed
@given(cut=st.floats(0, 1, exclude_max=True))
def test_every_truncation_is_refused(npz: Path, cut: float) -> None:
    blob = npz.read_bytes()
    assert attempt(blob[: int(cut * len(blob))]) is None


@relaxed
@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_no_damaged_byte_changes_the_data_unseen(npz: Path, place: float, flip: int) -> None:
    blob = bytearray(npz.read_bytes())
    whole = attempt(bytes(blob))
    assert whole is not None
    blob[int(place * len(blob))] ^= flip
    assert attempt(bytes(blob)) in (None, whole)


array = hnp.arrays(
    st.one_of(hnp.integer_dtypes(), hnp.unicode_string_dtypes(max_len=3), st.just(np.uint8)),
    hnp.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=3),
)


@relaxed
@given(found=st.fixed_dictionaries({}, optional=dict.fromkeys(ARRAYS, array)))
def test_arrays_of_any_kind_are_accepted_only_in_the_form(found: Arrays) -> None:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **found)
    if attempt(file.getvalue()) is not None:
        k = len(set(found["class_names"].tolist()))
        for part in ("train", "test"):
            assert found[f"x_{part}"].dtype == np.uint8
            assert len(found[f"x_{part}"]) == len(found[f"y_{part}"])
            assert set(found[f"y_{part}"].tolist()) == set(range(k))


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("exploded",)


def test_nothing_is_unpickled(
    npz: Path, arrays: Arrays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez(npz, allow_pickle=True, **arrays | {"class_names": np.array([Bomb()], object)})
    with pytest.raises(WargameError, match="allow_pickle"):
        load_npz(npz, "tiles")
    assert not Path("exploded").exists()


@pytest.mark.parametrize("shape", [(10**12, 5, 4, 3), (-9, 5, 4, 3), (9, 5, 4, 2)])
def test_a_header_that_lies_is_refused(npz: Path, arrays: Arrays, shape: tuple[int, ...]) -> None:
    body = io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(body, header)
    body.write(arrays["x_train"].tobytes())
    with zipfile.ZipFile(npz, "w") as archive:
        archive.writestr("x_train.npy", body.getvalue())
    with pytest.raises(WargameError, match="not a readable npz"):
        load_npz(npz, "tiles")


@pytest.mark.parametrize("content", [b"", b"PK", b"\x93NUMPY", b"\x80\x04N.", b"hello" * 99])
def test_other_files_are_refused(npz: Path, content: bytes) -> None:
    npz.write_bytes(content)
    with pytest.raises(WargameError, match="not a readable npz"):
        load_npz(npz, "tiles")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WargameError, match=r"nowhere\.npz: there is no such file"):
        load_npz(tmp_path / "nowhere.npz", "tiles")


def test_the_digest_is_hashed_once(npz: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_npz(npz, "tiles").digest

    def never(*_: object) -> str:
        raise AssertionError("hashed again")

    monkeypatch.setattr("wargame.data.dataset.content_digest", never)
    assert load_npz(npz, "tiles").digest == first
    os.utime(npz, ns=(1, 1))
    with pytest.raises(AssertionError, match="hashed again"):
        load_npz(npz, "tiles")


def test_a_failed_write_leaves_the_old_file(npz: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, before = load_npz(npz, "tiles"), npz.read_bytes()

    def full(file: Any, **_: object) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        save_npz(npz, data)
    assert npz.read_bytes() == before
    assert [item.name for item in npz.parent.iterdir()] == [npz.name]
