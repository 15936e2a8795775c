"""A store in a folder, shared by any number of processes of one machine."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from wargame.errors import WargameError
from wargame.store.artifact import (
    FORMATS,
    Arrays,
    Artifact,
    Check,
    Gone,
    Maker,
    Meta,
    Packed,
    meta_bytes,
    meta_from,
    pack,
)
from wargame.store.keys import canonical


class Store:
    """Artifacts by key under one folder; an object belongs to one thread.

    Raises:
        WargameError: the folder cannot be used.
    """

    def __init__(self, root: Path, *, recent: int = 64) -> None:
        self.root = root
        """Where artifacts lie on this machine."""
        self.made = 0
        self.found = 0
        self._recent: OrderedDict[str, Artifact] = OrderedDict()
        self._keep = recent
        try:
            for folder in ("objects", "locks", "partial"):
                (root / folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._refused("used", error) from error

    @property
    def address(self) -> str:
        """What `open_store` opens this very store with, in any process; may hold a password."""
        return str(self.root.absolute())

    @property
    def place(self) -> str:
        """The address as it may be shown."""
        return str(self.root)

    def get(self, key: str) -> Artifact | None:
        """The artifact, or None where it is absent or damaged (damage is removed)."""
        if key in self._recent:
            self._recent.move_to_end(key)
            return self._recent[key]
        artifact = self._read(key)
        return None if artifact is None else self._remember(artifact)

    def need(self, key: str) -> Artifact:
        """The artifact, which must be there.

        Raises:
            Gone: it was deleted or damaged.
        """
        found = self.get(key)
        if found is None:
            raise Gone(f"the artifact {key[:12]} is gone from the store at {self.place}")
        return found

    def get_or_make(self, key: str, kind: str, make: Maker) -> Artifact:
        """The artifact under this key, made at most once by all processes of this machine.

        Raises:
            WargameError: the store cannot be written (a full disk, say).
        """
        if (ready := self.get(key)) is not None:
            self.found += 1
            return ready
        with self._locked(key):
            if (ready := self.get(key)) is not None:
                self.found += 1
                return ready
            start = time.perf_counter()
            arrays, facts = make()
            seconds = time.perf_counter() - start
            packed = pack(kind, arrays, facts, seconds=seconds, made=time.time())
            artifact = self._made(key, packed, arrays, facts)
        self.made += 1
        return self._remember(artifact)

    def meta(self, key: str) -> Meta | None:
        """Seconds, size and time of making, or None where there is no such artifact."""
        try:
            return meta_from((self._folder(key) / "meta.json").read_bytes())
        except OSError:
            return None

    def metas(self) -> Iterator[tuple[str, Meta | None]]:
        """Every key with its meta, in order."""
        for key in self.keys():
            yield key, self.meta(key)

    def keys(self) -> Iterator[str]:
        """All keys, in order."""
        for shelf in sorted((self.root / "objects").iterdir()):
            yield from (item.name for item in sorted(shelf.iterdir()))

    def verify(self) -> Check:
        """Reads everything and names what is damaged; damaged artifacts are removed."""
        whole, damaged = 0, []
        for key in list(self.keys()):
            if self._sound(key):
                whole += 1
            else:
                damaged.append(key)
                self._remove(key)
        return Check(whole, tuple(damaged))

    def collect(self, *, older_than: float) -> tuple[int, int]:
        """Removes artifacts not made since (seconds since the epoch); returns count and bytes."""
        count = freed = 0
        for key, meta in list(self.metas()):
            if meta is None or meta.made < older_than:
                freed += meta.bytes if meta else 0
                count += 1
                self._remove(key)
        return count, freed

    def _sound(self, key: str) -> bool:
        """Whether an artifact lies there whole."""
        return self._read(key) is not None

    def _remove(self, key: str) -> None:
        """Takes an artifact out of the store."""
        self._drop(key)

    def _folder(self, key: str) -> Path:
        return self.root / "objects" / key[:2] / key

    @contextmanager
    def _locked(self, key: str) -> Iterator[None]:
        # flock dies with its process, so a killed maker never leaves a key locked. The file is
        # unlinked while held; whoever waited on the unlinked one notices and opens the new one.
        path = self.root / "locks" / key
        while True:
            with self._waited(path) as handle:
                try:
                    current = path.stat().st_ino == os.fstat(handle.fileno()).st_ino
                except FileNotFoundError:
                    current = False
                if not current:
                    continue
                try:
                    yield
                finally:
                    path.unlink(missing_ok=True)
                return

    def _waited(self, path: Path) -> TextIO:
        try:
            handle = path.open("w")
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:
            raise self._refused("written", error) from error
        return handle

    def _refused(self, doing: str, error: OSError) -> WargameError:
        return WargameError(f"the store at {self.root} cannot be {doing}: {error}")

    def _read(self, key: str) -> Artifact | None:
        folder = self._folder(key)
        meta = Store.meta(self, key)
        if meta is None:
            if folder.exists():
                self._drop(key)
            return None
        for name in FORMATS:
            try:
                blob = (folder / name).read_bytes()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise self._refused("read", error) from error
            packed = Packed(name, blob, meta)
            if not packed.whole:
                break
            return packed.artifact(key)
        self._drop(key)
        return None

    def _made(self, key: str, packed: Packed, arrays: Arrays, facts: Mapping[str, Any]) -> Artifact:
        self._write(key, packed)
        return Artifact(key, packed.meta.content, dict(arrays), json.loads(canonical(facts)))

    def _write(self, key: str, packed: Packed) -> None:
        partial: Path | None = None
        try:
            partial = Path(tempfile.mkdtemp(dir=self.root / "partial"))
            (partial / packed.name).write_bytes(packed.blob)
            (partial / "meta.json").write_bytes(meta_bytes(packed.meta))
            target = self._folder(key)
            target.parent.mkdir(exist_ok=True)
            partial.replace(target)
        except OSError as error:
            if partial is not None:
                shutil.rmtree(partial, ignore_errors=True)
            raise self._refused("written", error) from error

    def _drop(self, key: str) -> None:
        self._recent.pop(key, None)
        shutil.rmtree(self._folder(key), ignore_errors=True)

    def _remember(self, artifact: Artifact) -> Artifact:
        self._recent[artifact.key] = artifact
        while len(self._recent) > self._keep:
            self._recent.popitem(last=False)
        return artifact
