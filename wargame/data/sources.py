"""Which data a name means here: a place given, the environment, the data home, or the terrain."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wargame.data import finder, registry, synthetic
from wargame.data.dataset import Dataset, Origin
from wargame.errors import WargameError
from wargame.home import data_home

REPLACEABLE: Final = ("eurosat", synthetic.NAME)
"""Names that the embedded terrain stands in for."""


@dataclass(frozen=True, slots=True)
class Row:
    """One data set that can be played with."""

    name: str
    origin: Origin
    where: str
    shape: tuple[int, int, int]
    n_train: int
    n_test: int
    class_names: tuple[str, ...]
    digest: str
    licence: str


def load(name: str, *, location: Path | None = None, size: int = 32) -> Dataset:
    """The data set of a name, from the first source that has it.

    1. `location`: an npz file, a zip archive, or a folder that is or holds the data.
    2. Each folder of the environment variable ``WARGAME_DATA``, likewise.
    3. What `add` registered or `fetch` downloaded.
    4. For ``eurosat``, and always for ``terrain``: the embedded synthetic terrain.

    Images from class folders become size x size.

    Raises:
        WargameError: the location or a folder of ``WARGAME_DATA`` holds nothing usable, the data
            is damaged, or nobody knows the name.
    """
    if name == synthetic.NAME and location is None:
        return synthetic.load()
    path = _resolve(name, location)
    if path is not None:
        data = finder.read(path, name, size=size)
        registry.remember(data.digest, name, path, size)
        return data
    if name in REPLACEABLE:
        return synthetic.load()
    known = sorted({*REPLACEABLE, *registry.read().names})
    raise WargameError(
        f"no data set {name!r}: looked in WARGAME_DATA and {data_home()}; known are "
        f"{', '.join(known)}; `wargame data add PATH {name}` makes yours known"
    )


def find(digest: str) -> Dataset | None:
    """The data with this digest: where it was last loaded from, else where its name now leads.

    The embedded terrain is found too. None where the data is gone.
    """
    known = registry.read().digests.get(digest)
    if known is not None:
        name, last, size = known
        for path in (Path(last), _resolve(name, None)):
            data = None if path is None else _attempt(path, name, size)
            if data is not None and data.digest == digest:
                return data
    terrain = synthetic.load()
    return terrain if terrain.digest == digest else None


def summary(data: Dataset) -> str:
    """One line: real or synthetic, how much; the same on every machine."""
    height, width, channels = data.image_shape
    size = (
        f"{len(data.x_train):,} training and {len(data.x_test):,} test images "
        f"of {width}x{height}x{channels}, {data.n_classes} classes"
    )
    if data.origin == "synthetic":
        return f"synthetic terrain, painted here: {size}"
    return f"real data, {data.name}: {size}"


def describe(data: Dataset) -> str:
    """The summary, and where the data lies on this machine."""
    if data.origin == "synthetic":
        return summary(data)
    place = registry.read().digests.get(data.digest)
    return f"{summary(data)}, from {place.path if place else 'a file'}"


def add(path: Path, name: str, *, size: int = 32) -> Dataset:
    """Register the user's own data under a name, once it has been loaded without complaint.

    Raises:
        WargameError: the data or the name is not usable, or the data home cannot be written.
    """
    if registry.check_name(name) == synthetic.NAME:
        raise WargameError(f"the name {name!r} is taken by the embedded terrain")
    found = _at(path.expanduser(), name)
    data = finder.read(found, name, size=size)
    place = str(found.resolve())
    try:
        with registry.changing() as known:
            known.names[name] = place
            known.digests[data.digest] = registry.Place(name, place, size)
    except OSError as error:
        raise WargameError(f"{data_home()} cannot be written: {error}") from error
    return data


def list_available() -> list[Row]:
    """All data sets in reach, each content once: the terrain, ``WARGAME_DATA``, the data home."""
    rows = {row.digest: row for row in (_row(synthetic.load(), "embedded", ""),)}
    for name, path in _in_reach():
        # Much in a data folder is not labelled images.
        if (data := _attempt(path, name, 32)) is not None:
            rows.setdefault(data.digest, _row(data, str(path), licence(path)))
    return list(rows.values())


def licence(path: Path) -> str:
    """The first line about a licence in a README or LICENSE file beside the data, else empty."""
    folder = path if path.is_dir() else path.parent
    for item in finder.listing(folder):
        if not item.name.lower().startswith(("readme", "licen")) or not item.is_file():
            continue
        try:
            text = item.read_text("utf-8", "replace")[:20_000]
        except OSError:
            continue
        for line in text.splitlines():
            if "licen" in line.lower():
                return line.strip("#*- \t")[:200]
    return ""


def _row(data: Dataset, where: str, terms: str) -> Row:
    return Row(
        name=data.name,
        origin=data.origin,
        where=where,
        shape=data.image_shape,
        n_train=len(data.x_train),
        n_test=len(data.x_test),
        class_names=data.class_names,
        digest=data.digest,
        licence=terms,
    )


def _attempt(path: Path, name: str, size: int) -> Dataset | None:
    try:
        return finder.read(path, name, size=size)
    except WargameError:
        return None


def _resolve(name: str, location: Path | None) -> Path | None:
    if location is not None:
        return _at(location.expanduser(), name)
    folders = _environment()
    for folder in folders:
        if (found := folder if folder.is_file() else finder.matching(folder, name)) is not None:
            return found
    if name in REPLACEABLE:
        for folder in folders:
            if (found := _alone(folder)) is not None:
                return found
    if (added := registry.read().names.get(name)) is not None:
        return Path(added)
    return finder.matching(data_home() / "fetched", name)


def _at(location: Path, name: str) -> Path:
    if not location.is_dir():
        return location
    found = finder.matching(location, name) or finder.itself(location)
    if found is None:
        raise WargameError(
            f"{location}: no usable data found; looked for {name}*/*.npz, {name}*.npz, one npz "
            "file, class folders (<class>/*.png, or train/ and test/ of them), and a zip of them"
        )
    return found


def _alone(folder: Path) -> Path | None:
    try:
        return finder.itself(folder)
    except WargameError:
        return None


def _environment() -> list[Path]:
    value = os.environ.get("WARGAME_DATA", "")
    folders = [Path(part).expanduser() for part in value.split(os.pathsep) if part.strip()]
    for folder in folders:
        if not folder.exists():
            raise WargameError(f"WARGAME_DATA names {folder}, but there is no such folder")
    return folders


def _in_reach() -> Iterator[tuple[str, Path]]:
    known = registry.read().names
    yield from ((name, Path(path)) for name, path in sorted(known.items()))
    for folder in (*_environment(), data_home() / "fetched"):
        if folder.is_file():
            yield folder.stem.lower(), folder
            continue
        inside = list(finder.everything(folder))
        for path in inside:
            yield (path.parent if path.parent != folder else path).stem.lower(), path
        if all(path.is_dir() for path in inside) and (whole := _alone(folder)) is not None:
            yield whole.stem.lower(), whole
