"""What data this machine knows: names the user gave, and where each digest was last seen."""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from wargame.errors import WargameError
from wargame.home import data_home, replacing


class Place(NamedTuple):
    """How a data set was loaded: its name, absolute path and image size for class folders."""

    name: str
    path: str
    size: int


@dataclass(slots=True)
class Registry:
    """The whole content of ``registry.json``."""

    names: dict[str, str] = field(default_factory=dict)
    """The user's name of a data set to its absolute path."""
    digests: dict[str, Place] = field(default_factory=dict)
    """A digest to where it was last loaded from."""


def read() -> Registry:
    """The registry; an absent or damaged file counts as empty, for it can be made again."""
    try:
        raw = json.loads((data_home() / "registry.json").read_text("utf-8"))
        names = {str(name): str(path) for name, path in raw["names"].items()}
        digests = {
            str(digest): Place(str(name), str(path), int(size))
            for digest, (name, path, size) in raw["digests"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Registry()
    return Registry(names, digests)


@contextmanager
def changing() -> Iterator[Registry]:
    """The registry to be changed in the block, under a lock between processes.

    Raises:
        OSError: the data home cannot be written.
    """
    home = data_home()
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".registry.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        registry = read()
        yield registry
        with replacing(home / "registry.json") as scratch:
            content = {"version": 1, "names": registry.names, "digests": registry.digests}
            scratch.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", "utf-8")


def remember(digest: str, name: str, path: Path, size: int) -> None:
    """Note where a digest was loaded from; a read-only home is no reason to stop."""
    place = Place(name, str(path.resolve()), size)
    if read().digests.get(digest) == place:
        return
    try:
        with changing() as registry:
            registry.digests[digest] = place
    except OSError:
        return


def check_name(name: str) -> str:
    """The name, if it can be one.

    Raises:
        WargameError: it holds other characters than a-z, 0-9, ``_`` and ``-``.
    """
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name) is None:
        raise WargameError(
            f"{name!r} cannot name a data set; expected 1 to 40 of a-z, 0-9, _ and -, "
            "starting with a letter or digit"
        )
    return name
