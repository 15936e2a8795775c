"""Where data and caches live, and how files there are written: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs


def data_home() -> Path:
    """The folder of downloads and of the registry: ``WARGAME_HOME`` or the user's data folder."""
    home = os.environ.get("WARGAME_HOME")
    return Path(home).expanduser() if home else Path(platformdirs.user_data_dir("wargame"))


def cache_home() -> Path:
    """The folder of what can be made again: ``WARGAME_HOME/cache`` or the user's cache folder."""
    home = os.environ.get("WARGAME_HOME")
    if home:
        return Path(home).expanduser() / "cache"
    return Path(platformdirs.user_cache_dir("wargame"))


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A scratch path that takes the place of `path` once the block ends without an error.

    Raises:
        OSError: the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".part-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    scratch = Path(name)
    try:
        yield scratch
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
