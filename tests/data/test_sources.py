from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from wargame.data import registry, sources
from wargame.data.sources import add, describe, find, list_available, load
from wargame.errors import WargameError
from wargame.home import cache_home, data_home

Arrays = dict[str, NDArray[Any]]
Painter = Callable[..., Path]


@pytest.fixture
def write(arrays: Arrays) -> Callable[..., str]:
    """Writes a small npz whose content depends on `mark`; returns its digest."""

    def put(path: Path, mark: int = 0) -> str:
        path.parent.mkdir(parents=True, exist_ok=True)
        changed = arrays | {"x_train": arrays["x_train"] ^ np.uint8(mark)}
        np.savez(path, allow_pickle=False, **changed)
        return load("probe", location=path).digest

    return put


def test_homes_follow_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert data_home() == tmp_path / "home"
    assert cache_home() == tmp_path / "home" / "cache"
    monkeypatch.delenv("WARGAME_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg-cache"))
    assert data_home() == tmp_path / "xdg" / "wargame"
    assert cache_home() == tmp_path / "xdg-cache" / "wargame"


@pytest.mark.usefixtures("terrain")
def test_without_data_the_terrain_stands_in() -> None:
    data = load("eurosat")
    assert data.origin == "synthetic"
    assert describe(data).startswith("synthetic terrain, painted here: 6,000 training")
    assert load("terrain").digest == data.digest
    found = find(data.digest)
    assert found is not None
    assert found.digest == data.digest


def test_location_beats_environment_beats_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[..., str]
) -> None:
    fetched = write(data_home() / "fetched" / "eurosat" / "eurosat.npz", 1)
    assert load("eurosat").digest == fetched
    mine = write(tmp_path / "mine.npz", 2)
    add(tmp_path / "mine.npz", "eurosat")
    assert load("eurosat").digest == mine
    env = write(tmp_path / "env" / "eurosat32" / "eurosat32.npz", 3)
    monkeypatch.setenv("WARGAME_DATA", str(tmp_path / "env"))
    assert load("eurosat").digest == env
    given = write(tmp_path / "given.npz", 4)
    assert load("eurosat", location=tmp_path / "given.npz").digest == given


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("eurosat32/eurosat32.npz", "."),
        ("EuroSAT-small/tiles.npz", "."),
        ("eurosat_v2.npz", "."),
        ("here/eurosat.npz", "here"),
        ("here/tiles.npz", "here"),
        ("here/tiles.npz", "here/tiles.npz"),
    ],
)
@pytest.mark.parametrize("way", ["location", "environment"])
def test_the_forms_a_folder_may_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[..., str],
    file: str, named: str, way: str,
) -> None:  # fmt: skip
    root = tmp_path / "data"
    digest = write(root / file)
    if way == "location":
        assert load("eurosat", location=root / named).digest == digest
    else:
        other = tmp_path / "other"
        other.mkdir()
        monkeypatch.setenv("WARGAME_DATA", f"{other}{os.pathsep}{root / named}")
        assert load("eurosat").digest == digest


@pytest.mark.parametrize("below", ["", "EuroSAT/2750", "2750", "eurosat_rgb"])
def test_a_class_tree_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, paint: Painter, below: str
) -> None:
    paint(tmp_path / "data" / below, {"Forest": 4, "River": 4})
    paint(tmp_path / "data" / "EuroSAT_MS", {"wrong": 4, "bands": 4})
    monkeypatch.setenv("WARGAME_DATA", str(tmp_path / "data"))
    data = load("eurosat")
    assert data.origin == "file"
    assert {"Forest", "River"} <= set(data.class_names)


@pytest.mark.usefixtures("terrain")
def test_other_data_in_the_environment_is_not_eurosat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[..., str]
) -> None:
    digest = write(tmp_path / "data" / "mnist" / "mnist.npz")
    (tmp_path / "data" / "notes.txt").write_text("eurosat")
    monkeypatch.setenv("WARGAME_DATA", str(tmp_path / "data"))
    assert load("eurosat").origin == "synthetic"
    assert load("mnist").digest == digest


def test_the_choice_is_the_first_by_name(tmp_path: Path, write: Callable[..., str]) -> None:
    for mark, name in enumerate(["eurosat_c.npz", "EuroSAT_b.npz", "eurosat_d.npz"]):
        write(tmp_path / "data" / name, mark)
    expected = load("eurosat", location=tmp_path / "data" / "EuroSAT_b.npz").digest
    assert load("eurosat", location=tmp_path / "data").digest == expected


def test_useless_places_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[..., str]
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(WargameError, match=r"empty: no usable data found; looked for eurosat\*"):
        load("eurosat", location=tmp_path / "empty")
    with pytest.raises(WargameError, match="no such file or folder"):
        load("eurosat", location=tmp_path / "gone")
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(WargameError, match=r"expected a folder, an \.npz file or a \.zip"):
        load("eurosat", location=tmp_path / "notes.txt")
    for name in ("p.npz", "q.npz"):
        write(tmp_path / "two" / name)
    with pytest.raises(WargameError, match=r"several npz files \(p.npz, q.npz\); name one"):
        load("eurosat", location=tmp_path / "two")
    with pytest.raises(WargameError, match="no data set 'mnist': looked in WARGAME_DATA"):
        load("mnist")
    monkeypatch.setenv("WARGAME_DATA", str(tmp_path / "gone"))
    with pytest.raises(WargameError, match="WARGAME_DATA names"):
        load("eurosat")


def test_damaged_data_is_not_passed_over(tmp_path: Path, write: Callable[..., str]) -> None:
    file = data_home() / "fetched" / "eurosat" / "eurosat.npz"
    write(file)
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(WargameError, match="not a readable npz"):
        load("eurosat")


@pytest.mark.usefixtures("terrain")
def test_find_follows_data_and_notices_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[..., str]
) -> None:
    file = tmp_path / "data" / "eurosat.npz"
    write(file)
    digest = load("eurosat", location=file).digest
    found = find(digest)
    assert found is not None
    assert (found.digest, found.name) == (digest, "eurosat")
    assert describe(found).endswith(f"from {file}")
    moved = tmp_path / "elsewhere" / "eurosat.npz"
    moved.parent.mkdir()
    file.rename(moved)
    assert find(digest) is None
    monkeypatch.setenv("WARGAME_DATA", str(moved.parent))
    assert find(digest) is not None
    write(moved, 9)
    assert find(digest) is None
    assert find("0" * 64) is None


@pytest.mark.usefixtures("terrain")
def test_find_remembers_the_image_size(tmp_path: Path, paint: Painter) -> None:
    root = paint(tmp_path / "d", {"a": 4, "b": 4}, side=12)
    data = load("tiles", location=root, size=6)
    found = find(data.digest)
    assert found is not None
    assert found.image_shape == (6, 6, 3)


def test_add_makes_a_name_known(tmp_path: Path, write: Callable[..., str]) -> None:
    digest = write(tmp_path / "signs.npz")
    assert add(tmp_path / "signs.npz", "signs").digest == digest
    assert load("signs").digest == digest
    with pytest.raises(WargameError, match="known are eurosat, signs, terrain"):
        load("sings")


@pytest.mark.parametrize("name", ["", "a b", "../x", "Terrain", "terrain", "é", "x" * 41])
def test_add_refuses_names(tmp_path: Path, write: Callable[..., str], name: str) -> None:
    write(tmp_path / "signs.npz")
    with pytest.raises(WargameError, match="name"):
        add(tmp_path / "signs.npz", name)
    assert registry.read().names == {}


def test_add_refuses_damaged_data(tmp_path: Path) -> None:
    (tmp_path / "signs.npz").write_bytes(b"PK")
    with pytest.raises(WargameError, match="not a readable npz"):
        add(tmp_path / "signs.npz", "signs")
    assert registry.read().names == {}


@pytest.mark.usefixtures("terrain")
def test_the_list_shows_each_content_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[..., str], paint: Painter
) -> None:
    digest = write(tmp_path / "data" / "eurosat32" / "eurosat32.npz")
    write(tmp_path / "data" / "copy.npz")
    (tmp_path / "data" / "eurosat32" / "README.txt").write_text("A\n\n* Licence: MIT, 2023\n")
    (tmp_path / "data" / "bad.npz").write_bytes(b"no")
    paint(tmp_path / "data" / "photos", {"cat": 4, "dog": 8})
    monkeypatch.setenv("WARGAME_DATA", str(tmp_path / "data"))
    rows = {row.name: row for row in list_available()}
    assert set(rows) == {"terrain", "copy", "photos"}
    assert rows["copy"].digest == digest
    assert (rows["terrain"].origin, rows["terrain"].n_train) == ("synthetic", 6000)
    assert (rows["photos"].n_train, rows["photos"].n_test) == (9, 3)
    (tmp_path / "data" / "copy.npz").unlink()
    mit = next(row for row in list_available() if row.digest == digest)
    assert (mit.name, mit.licence) == ("eurosat32", "Licence: MIT, 2023")


def test_a_class_tree_is_listed_by_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, paint: Painter, terrain: Path
) -> None:
    paint(tmp_path / "photos", {"cat": 4, "dog": 8})
    monkeypatch.setenv("WARGAME_DATA", str(tmp_path / "photos"))
    assert [row.name for row in list_available()] == ["terrain", "photos"]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"names": 3}', '{"names":{},"digests":{"a":1}}']
)
def test_a_damaged_registry_is_begun_anew(
    tmp_path: Path, write: Callable[..., str], content: str
) -> None:
    data_home().mkdir(parents=True)
    (data_home() / "registry.json").write_text(content)
    digest = write(tmp_path / "signs.npz")
    assert set(registry.read().digests) == {digest}


def test_the_registry_loses_nothing_between_writers() -> None:
    def note(index: int) -> None:
        registry.remember(f"{index:064x}", "x", Path(f"/x/{index}"), 32)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(note, range(60)))
    assert len(registry.read().digests) == 60
    assert not list(data_home().glob(".part-*"))


def test_a_home_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[..., str]
) -> None:
    file = tmp_path / "signs.npz"
    digest = write(file)
    (tmp_path / "occupied").write_text("a file, not a folder")
    monkeypatch.setenv("WARGAME_HOME", str(tmp_path / "occupied"))
    assert load("signs", location=file).digest == digest
    with pytest.raises(WargameError, match="occupied cannot be written"):
        add(file, "signs")


def test_listing_sources_loads_no_heavy_library() -> None:
    import subprocess
    import sys

    code = (
        "import sys, wargame.data.sources, wargame.data.fetch\n"
        "print([m for m in ('torch', 'pooch', 'requests', 'PIL', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert sources.REPLACEABLE == ("eurosat", "terrain")
