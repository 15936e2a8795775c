"""From a place to a store."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from wargame.errors import WargameError
from wargame.home import cache_home
from wargame.store.folder import Store
from wargame.store.keys import digest


def open_store(place: str | Path) -> Store:
    """The store at a place.

    A folder (or a file:// URL) is used as it is. What lies at any other URL that fsspec knows
    (s3://, gs://, sftp://, ftp://, …) is shared by many machines, and each keeps what it has seen
    in a folder of its own in the cache.

    Args:
        place: a folder or a URL.

    Raises:
        WargameError: it cannot be used.
    """
    if isinstance(place, Path) or "://" not in place:
        return Store(Path(place).expanduser())
    if place.startswith(("file://", "local://")):
        return Store(_folder(place))
    from wargame.store.far import Far
    from wargame.store.shared import SharedStore

    far = Far(place)
    return SharedStore(cache_home() / "stores" / digest(far.place)[:16], far)


def _folder(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost") or not parts.path:
        raise WargameError(f"the store at {url}: a file URL starts file:///, with the whole path")
    return Path(unquote(parts.path))
