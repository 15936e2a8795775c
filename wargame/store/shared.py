"""A store at an address that many machines share, with a folder on this one as its cache."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wargame.errors import WargameError
from wargame.store.artifact import (
    FORMATS,
    Arrays,
    Artifact,
    Meta,
    Packed,
    meta_bytes,
    meta_from,
)
from wargame.store.far import Far
from wargame.store.folder import Store


class SharedStore(Store):
    """Artifacts by key, each made by one machine and found by the others.

    What lies at the address has the layout of a store's folder. An artifact is believed when its
    meta.json is there, which is written last, and its hash fits; all else is as good as absent,
    and is made again. Machines that make the same key at the same moment write the same bytes.

    Args:
        cache: a folder of this machine; what is in it is not asked for again.
        far: the address.
    """

    def __init__(self, cache: Path, far: Far, *, recent: int = 64) -> None:
        super().__init__(cache, recent=recent)
        self._far = far

    @property
    def address(self) -> str:
        """The URL, with its password if it has one."""
        return self._far.url

    @property
    def place(self) -> str:
        """The URL without its password."""
        return self._far.place

    def meta(self, key: str) -> Meta | None:
        """Seconds, size and time of making, or None where there is no such artifact."""
        return super().meta(key) or self._far_meta(key)

    def metas(self) -> Iterator[tuple[str, Meta | None]]:
        """Every key at the address with its meta, in order."""
        keys = list(self.keys())
        found = self._far.read_all(f"{_folder(key)}/meta.json" for key in keys)
        for key, blob in zip(keys, found, strict=True):
            yield key, None if blob is None else meta_from(blob)

    def keys(self) -> Iterator[str]:
        """All keys at the address, in order."""
        for shelf in self._far.names("objects"):
            yield from self._far.names(f"objects/{shelf}")

    def collect(self, *, older_than: float) -> tuple[int, int]:
        """Removes artifacts not made since from the address and from this machine's cache."""
        found = super().collect(older_than=older_than)
        for key in list(Store.keys(self)):
            meta = Store.meta(self, key)
            if meta is None or meta.made < older_than:
                self._drop(key)
        return found

    def _sound(self, key: str) -> bool:
        return self._fetch(key) is not None

    def _remove(self, key: str) -> None:
        self._far.remove(_folder(key))
        self._drop(key)

    def _read(self, key: str) -> Artifact | None:
        here = super()._read(key)
        if here is not None:
            return here
        packed = self._fetch(key)
        if packed is None:
            return None
        self._write(key, packed)
        return packed.artifact(key)

    def _made(self, key: str, packed: Packed, arrays: Arrays, facts: Mapping[str, Any]) -> Artifact:
        try:
            # Another machine may have been quicker; processors differ in last digits, and what is
            # keyed by the content must be the same for all.
            first = self._read(key)
            if first is None:
                self._send(key, packed)
        except WargameError:
            super()._made(key, packed, arrays, facts)  # hours may have gone into it
            raise
        return first or super()._made(key, packed, arrays, facts)

    def _far_meta(self, key: str) -> Meta | None:
        blob = self._far.read(f"{_folder(key)}/meta.json")
        return None if blob is None else meta_from(blob)

    def _fetch(self, key: str) -> Packed | None:
        meta = self._far_meta(key)
        if meta is None:
            return None
        for name in reversed(FORMATS):
            blob = self._far.read(f"{_folder(key)}/{name}")
            if blob is not None:
                packed = Packed(name, blob, meta)
                return packed if packed.whole else None
        return None

    def _send(self, key: str, packed: Packed) -> None:
        folder = _folder(key)
        self._far.write(f"{folder}/{packed.name}", packed.blob)
        self._far.write(f"{folder}/meta.json", meta_bytes(packed.meta))

    def _write(self, key: str, packed: Packed) -> None:
        try:
            super()._write(key, packed)
        except WargameError:
            # Several processes may fetch the same at once, and the first has filed it.
            if super()._read(key) is None:
                raise


def _folder(key: str) -> str:
    return f"objects/{key[:2]}/{key}"
