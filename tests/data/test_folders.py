from __future__ import annotations

import os
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from wargame.data.folders import divide, has_class_folders, load_folders
from wargame.data.tree import Entry
from wargame.errors import WargameError

Painter = Callable[..., Path]


def zipped(root: Path, archive: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(archive, "w") as file:
        for item in sorted(root.rglob("*.png")):
            file.write(item, prefix + item.relative_to(root).as_posix())
    return archive


def test_reads_class_folders(tmp_path: Path, paint: Painter) -> None:
    data = load_folders(paint(tmp_path / "d", {"sea": 8, "land": 12}), "mine", size=8)
    assert data.class_names == ("land", "sea")
    assert data.x_train.shape == (15, 8, 8, 3)
    assert Counter(data.y_test.tolist()) == {0: 3, 1: 2}
    assert (data.name, data.origin) == ("mine", "file")
    originals = {np.asarray(Image.open(p)).tobytes() for p in (tmp_path / "d").rglob("*.png")}
    both = np.concatenate([data.x_train, data.x_test])
    assert {image.tobytes() for image in both} == originals


def test_shrinking_averages_boxes(tmp_path: Path, paint: Painter) -> None:
    root = paint(tmp_path / "d", {"a": 4, "b": 4}, side=64)
    data = load_folders(root, "mine", size=32)
    means = np.stack(
        [
            np.asarray(Image.open(p), np.float64).reshape(32, 2, 32, 2, 3).mean((1, 3))
            for p in sorted(root.rglob("*.png"))
        ]
    )
    for image in np.concatenate([data.x_train, data.x_test]).astype(np.float64):
        assert np.abs(means - image).max((1, 2, 3)).min() <= 0.5


def test_mixed_sizes_and_modes_become_one(tmp_path: Path, paint: Painter) -> None:
    root = paint(tmp_path / "d", {"a": 4, "b": 4}, side=11)
    Image.new("RGBA", (40, 20), (250, 0, 0, 255)).save(root / "a" / "wide.PNG")
    Image.new("L", (3, 3), 200).save(root / "b" / "tiny.bmp")
    data = load_folders(root, "mine", size=16)
    assert data.image_shape == (16, 16, 3)
    everything = np.concatenate([data.x_train, data.x_test])
    flat = {tuple(i[0, 0]) for i in everything if i.std((0, 1)).max() == 0}
    assert flat == {(250, 0, 0), (200, 200, 200)}


def test_grey_images_stay_grey(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "d" / name).mkdir(parents=True)
        for level in (10, 20):
            Image.new("L", (4, 4), level).save(tmp_path / "d" / name / f"{level}.pgm")
    assert load_folders(tmp_path / "d", "mine", size=4).image_shape == (4, 4, 1)


def test_a_given_division_is_kept(tmp_path: Path, paint: Painter) -> None:
    paint(tmp_path / "d" / "train", {"a": 5, "b": 4})
    paint(tmp_path / "d" / "test", {"a": 1, "b": 2}, seed=1)
    data = load_folders(tmp_path / "d", "mine", size=8)
    assert data.y_train.tolist() == [0] * 5 + [1] * 4
    assert data.y_test.tolist() == [0, 1, 1]


def test_an_empty_class_is_named(tmp_path: Path, paint: Painter) -> None:
    paint(tmp_path / "d" / "train", {"a": 2, "b": 2})
    paint(tmp_path / "d" / "test", {"a": 1, "c": 2})
    with pytest.raises(WargameError, match="'y_train' has no image of the class 'c'"):
        load_folders(tmp_path / "d", "mine", size=8)


def test_the_official_archive_is_understood(tmp_path: Path, paint: Painter) -> None:
    root = paint(tmp_path / "d", {"Forest": 6, "River": 6})
    plain = load_folders(root, "mine", size=8)
    archive = zipped(root, tmp_path / "EuroSAT.zip", prefix="EuroSAT/2750/")
    assert load_folders(archive, "mine", size=8).digest == plain.digest
    deeper = tmp_path / "outer" / "EuroSAT" / "2750"
    deeper.parent.mkdir(parents=True)
    root.rename(deeper)
    assert load_folders(tmp_path / "outer", "mine", size=8).digest == plain.digest


def entries(count: int) -> list[Entry]:
    return [Entry(PurePosixPath(f"c/{i:04d}.png"), "") for i in range(count)]


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(2, 60), min_size=1))
def test_the_draw_is_stratified_and_repeatable(counts: dict[str, int]) -> None:
    classes = {name: entries(count) for name, count in counts.items()}
    drawn, again = divide(classes, "d"), divide(dict(reversed(classes.items())), "d")
    assert drawn.test is not None
    assert (drawn.train, drawn.test) == (again.train, again.test)
    for name, count in counts.items():
        train, test = set(drawn.train[name]), set(drawn.test[name])
        assert train | test == set(classes[name])
        assert not train & test
        assert train
        assert abs(len(test) - count / 4) <= 0.5 or len(test) == 1


def test_one_image_is_too_few(tmp_path: Path, paint: Painter) -> None:
    with pytest.raises(WargameError, match="'b' has 1 image, expected at least 2"):
        load_folders(paint(tmp_path / "d", {"a": 3, "b": 1}), "mine")


def test_an_unreadable_image_is_named(tmp_path: Path, paint: Painter) -> None:
    root = paint(tmp_path / "d", {"a": 3, "b": 3})
    file = root / "b" / "b_001.png"
    file.write_bytes(file.read_bytes()[:60])
    with pytest.raises(WargameError, match=r"the image b/b_001\.png cannot be read"):
        load_folders(root, "mine")


def test_what_is_no_image_is_named_without_an_address(tmp_path: Path, paint: Painter) -> None:
    root = paint(tmp_path / "d", {"a": 3, "b": 3})
    (root / "b" / "b_001.png").write_bytes(b"hello")
    with pytest.raises(WargameError, match=r"b_001\.png cannot be read \(no image of a known form"):
        load_folders(root, "mine")


def test_a_link_to_nowhere_is_named(tmp_path: Path, paint: Painter) -> None:
    root = paint(tmp_path / "d", {"a": 3, "b": 3})
    (root / "a" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    assert has_class_folders(root)
    with pytest.raises(WargameError, match=r"a/gone\.png cannot be read \(.*No such file"):
        load_folders(root, "mine")


def test_sixteen_bits_are_refused(tmp_path: Path, paint: Painter) -> None:
    root = paint(tmp_path / "d", {"a": 3, "b": 3})
    Image.fromarray(np.full((8, 8), 40_000, np.uint16)).save(root / "a" / "deep.tif")
    with pytest.raises(WargameError, match=r"a/deep\.tif cannot be read .*8 bits"):
        load_folders(root, "mine")


@pytest.mark.parametrize("evil", ["../evil/x.png", "/evil/x.png", "a/../../x.png", "C:\\x\\y.png"])
def test_a_member_that_leads_out_is_refused(tmp_path: Path, paint: Painter, evil: str) -> None:
    root = paint(tmp_path / "d", {"a": 3, "b": 3})
    archive = zipped(root, tmp_path / "slip.zip")
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr(evil, b"x")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(WargameError, match="leads out of the archive"):
        load_folders(archive, "mine")
    assert sorted(tmp_path.rglob("*")) == before


def test_damaged_and_missing_archives(tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 not much")
    with pytest.raises(WargameError, match=r"bad\.zip: not a readable zip"):
        load_folders(tmp_path / "bad.zip", "mine")
    with pytest.raises(WargameError, match="there is no such file or folder"):
        load_folders(tmp_path / "gone.zip", "mine")


def test_a_folder_without_classes_says_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "d" / ".hidden").mkdir(parents=True)
    with pytest.raises(WargameError, match=r"looked for <class>/\* with at least two"):
        load_folders(tmp_path / "d", "mine")


def test_images_are_decoded_once(tmp_path: Path, paint: Painter) -> None:
    root = paint(tmp_path / "d", {"a": 3, "b": 3})
    first = load_folders(root, "mine", size=8)
    file = root / "a" / "a_000.png"
    state = file.stat()
    file.write_bytes(bytes(state.st_size))
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert load_folders(root, "mine", size=8).digest == first.digest
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    with pytest.raises(WargameError, match=r"a/a_000\.png"):
        load_folders(root, "mine", size=8)
