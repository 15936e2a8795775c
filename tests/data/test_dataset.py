from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from wargame.data.dataset import Dataset, build
from wargame.errors import WargameError

Arrays = dict[str, NDArray[Any]]


def made(arrays: Arrays, name: str = "tiles") -> Dataset:
    return build(name, arrays, origin="file", source="tiles.npz")


def test_keeps_what_it_was_given(arrays: Arrays) -> None:
    data = made(arrays)
    assert data.image_shape == (5, 4, 3)
    assert data.n_classes == 3
    assert data.class_names == ("a", "b", "c")
    np.testing.assert_array_equal(data.x_train, arrays["x_train"])
    np.testing.assert_array_equal(data.y_test, arrays["y_test"])
    assert data.y_train.dtype == np.int64


def test_grey_images_get_a_channel(arrays: Arrays) -> None:
    grey = arrays | {"x_train": arrays["x_train"][..., 0], "x_test": arrays["x_test"][..., 0]}
    data = made(grey)
    assert data.image_shape == (5, 4, 1)
    np.testing.assert_array_equal(data.x_train[..., 0], grey["x_train"])


WRONG: list[tuple[str, Any, tuple[str, ...]]] = [
    ("x_train", np.zeros((9, 5, 4, 3), np.float32), ("float32", "uint8")),
    ("x_train", np.zeros((9, 60), np.uint8), ("(9, 60)", "(images, height, width")),
    ("x_train", np.zeros((9, 5, 4, 2), np.uint8), ("(9, 5, 4, 2)", "1 or 3")),
    ("x_train", np.zeros((0, 5, 4, 3), np.uint8), ("(0, 5, 4, 3)",)),
    ("x_test", np.zeros((6, 7, 4, 3), np.uint8), ("7x4x3", "5x4x3")),
    ("y_train", np.arange(8) % 3, ("(8,)", "(9,)")),
    ("y_train", (np.arange(9) % 3).astype(np.float64), ("float64", "whole numbers")),
    ("y_train", np.arange(9) % 4, ("from 0 to 3", "0 to 2")),
    ("y_test", np.arange(6) % 3 - 1, ("from -1 to 1",)),
    ("y_test", np.arange(6) % 2, ("'c'", "at least one")),
    ("class_names", np.array(["a", "b", "a"]), ("different",)),
    ("class_names", np.array(["a", " ", "c"]), ("blank",)),
    ("class_names", np.array(["a"]), ("length 1", "at least 2")),
    ("class_names", np.array(["a", "b\x1b[2J", "c"]), ("b\\x1b[2J", "printable")),
    ("class_names", np.array(["a", "b\nc", "c"]), ("b\\nc", "printable")),
    ("class_names", np.arange(3), ("int64", "texts")),
]


@pytest.mark.parametrize(("key", "value", "said"), WRONG)
def test_says_file_array_found_and_expected(
    arrays: Arrays, key: str, value: NDArray[Any], said: tuple[str, ...]
) -> None:
    with pytest.raises(WargameError) as caught:
        made(arrays | {key: value})
    message = str(caught.value)
    for part in ("tiles.npz", f"'{key}'", "expected", *said):
        assert part in message


def test_names_the_missing_array(arrays: Arrays) -> None:
    del arrays["y_test"]
    with pytest.raises(WargameError, match=r"'y_test' is missing; found x_train, y_train"):
        made(arrays)


def test_the_digest_ignores_name_and_integer_width(arrays: Arrays) -> None:
    narrow = arrays | {"y_train": arrays["y_train"].astype(np.uint8)}
    big_endian = arrays | {"y_test": arrays["y_test"].astype(">i4")}
    digests = {made(a, n).digest for a, n in ((arrays, "a"), (narrow, "b"), (big_endian, "c"))}
    assert len(digests) == 1
    assert len(digests.pop()) == 64


@given(st.data())
def test_the_digest_sees_every_element(choice: st.DataObject) -> None:
    rng = np.random.default_rng(1)
    base: Arrays = {
        "x_train": rng.integers(0, 256, (6, 2, 3, 1), np.uint8),
        "y_train": np.arange(6) % 3,
        "x_test": rng.integers(0, 256, (6, 2, 3, 1), np.uint8),
        "y_test": np.arange(6) % 3,
        "class_names": np.array(["a", "b", "c"]),
    }
    key = choice.draw(st.sampled_from(["x_train", "x_test"]))
    index = choice.draw(st.integers(0, base[key].size - 1))
    changed = base[key].copy()
    changed.flat[index] ^= choice.draw(st.integers(1, 255))
    assert made(base | {key: changed}).digest != made(base).digest


def test_the_digest_sees_shape_labels_and_names(arrays: Arrays) -> None:
    turned = {k: v.reshape(len(v), 4, 5, 3) for k, v in arrays.items() if k.startswith("x_")}
    relabelled = {"y_train": arrays["y_train"][::-1]}
    renamed = {"class_names": np.array(["a", "b", "d"])}
    split = {"class_names": np.array(["ab", "c", "d"])}
    variants: list[Arrays] = [{}, turned, relabelled, renamed, split]
    assert len({made(arrays | change).digest for change in variants}) == len(variants)
