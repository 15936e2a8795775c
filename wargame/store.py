"""The content-addressed store: get or make an artifact by key, whole or absent.

An artifact is a set of named arrays and a set of JSON facts. It is kept as safetensors (or JSON
where there are no arrays) in a folder named by its key, beside `meta.json`, which holds what
depends on the clock and the hash by which damage is noticed. Nothing is ever pickled.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.errors import WargameError

Arrays = Mapping[str, NDArray[Any]]


def canonical(data: Any) -> bytes:
    """JSON bytes that are equal exactly when the data are."""
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest(data: Any) -> str:
    """The key of JSON data: 40 hex digits of SHA-256."""
    return hashlib.sha256(canonical(data)).hexdigest()[:40]


class Gone(WargameError):  # noqa: N818  (it tells what happened, and is mended by making again)
    """An artifact that something refers to was deleted or damaged."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """Something made: arrays and facts, and the digest of both."""

    key: str
    content: str
    """Digest of the bytes; what comes after is keyed by it, so equal content is never re-made."""
    arrays: Arrays = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Meta:
    """What the clock says of an artifact; never part of a record."""

    kind: str
    seconds: float
    made: float
    bytes: int
    content: str


@dataclass(frozen=True, slots=True)
class Check:
    """What `verify` found."""

    whole: int
    damaged: tuple[str, ...]


class Store:
    """Artifacts by key under one folder, shared by any number of processes."""

    def __init__(self, root: Path, *, recent: int = 64) -> None:
        self.root = root
        self.made = 0
        self.found = 0
        self._recent: OrderedDict[str, Artifact] = OrderedDict()
        self._keep = recent
        try:
            for folder in ("objects", "locks", "partial"):
                (root / folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WargameError(f"the store at {root} cannot be used: {error}") from error

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
            raise Gone(f"the artifact {key[:12]} is gone from the store at {self.root}")
        return found

    def get_or_make(
        self, key: str, kind: str, make: Callable[[], tuple[Arrays, Mapping[str, Any]]]
    ) -> Artifact:
        """The artifact under this key, made at most once by all processes together.

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
            artifact = self._write(key, kind, arrays, facts, time.perf_counter() - start)
        self.made += 1
        return self._remember(artifact)

    def meta(self, key: str) -> Meta | None:
        """Seconds, size and time of making, or None where there is no such artifact."""
        try:
            return Meta(**json.loads((self._folder(key) / "meta.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def keys(self) -> Iterator[str]:
        """All keys, in order."""
        for shelf in sorted((self.root / "objects").iterdir()):
            yield from (item.name for item in sorted(shelf.iterdir()))

    def verify(self) -> Check:
        """Reads everything and names what is damaged; damaged artifacts are removed."""
        whole, damaged = 0, []
        for key in list(self.keys()):
            if self._read(key) is None:
                damaged.append(key)
            else:
                whole += 1
        return Check(whole, tuple(damaged))

    def collect(self, *, older_than: float) -> tuple[int, int]:
        """Removes artifacts not made since (seconds since the epoch); returns count and bytes."""
        count = freed = 0
        for key in list(self.keys()):
            meta = self.meta(key)
            if meta is None or meta.made < older_than:
                freed += meta.bytes if meta else 0
                count += 1
                self._drop(key)
        return count, freed

    def _folder(self, key: str) -> Path:
        return self.root / "objects" / key[:2] / key

    @contextmanager
    def _locked(self, key: str) -> Iterator[None]:
        # flock dies with its process, so a killed maker never leaves a key locked. The file is
        # unlinked while held; whoever waited on the unlinked one notices and opens the new one.
        path = self.root / "locks" / key
        while True:
            with path.open("w") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX)
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

    def _read(self, key: str) -> Artifact | None:
        folder = self._folder(key)
        meta = self.meta(key)
        if meta is None:
            if folder.exists():
                self._drop(key)
            return None
        for name, decode in _FORMATS.items():
            path = folder / name
            if not path.exists():
                continue
            blob = path.read_bytes()
            if hashlib.sha256(blob).hexdigest()[:40] != meta.content:
                break
            arrays, facts = decode(blob)
            return Artifact(key, meta.content, arrays, facts)
        self._drop(key)
        return None

    def _write(
        self, key: str, kind: str, arrays: Arrays, facts: Mapping[str, Any], seconds: float
    ) -> Artifact:
        blob, name = (_to_tensors(arrays, facts), "artifact.safetensors")
        if not arrays:
            blob, name = canonical(facts), "artifact.json"
        content = hashlib.sha256(blob).hexdigest()[:40]
        meta = {
            "kind": kind,
            "seconds": round(seconds, 6),
            "made": time.time(),
            "bytes": len(blob),
            "content": content,
        }
        try:
            partial = Path(tempfile.mkdtemp(dir=self.root / "partial"))
            (partial / name).write_bytes(blob)
            (partial / "meta.json").write_text(json.dumps(meta))
            target = self._folder(key)
            target.parent.mkdir(exist_ok=True)
            partial.replace(target)
        except OSError as error:
            shutil.rmtree(partial, ignore_errors=True)
            raise WargameError(f"the store at {self.root} cannot be written: {error}") from error
        decoded = _from_json(blob) if not arrays else (dict(arrays), json.loads(canonical(facts)))
        return Artifact(key, content, *decoded)

    def _drop(self, key: str) -> None:
        self._recent.pop(key, None)
        shutil.rmtree(self._folder(key), ignore_errors=True)

    def _remember(self, artifact: Artifact) -> Artifact:
        self._recent[artifact.key] = artifact
        while len(self._recent) > self._keep:
            self._recent.popitem(last=False)
        return artifact


def _to_tensors(arrays: Arrays, facts: Mapping[str, Any]) -> bytes:
    from safetensors.numpy import save

    solid = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    # One metadata entry only: safetensors does not fix the order of several.
    return save(solid, metadata={"facts": canonical(facts).decode()})


def _from_tensors(blob: bytes) -> tuple[Arrays, Mapping[str, Any]]:
    from safetensors.numpy import load

    length = int.from_bytes(blob[:8], "little")
    header = json.loads(blob[8 : 8 + length])
    return load(blob), json.loads(header["__metadata__"]["facts"])


def _from_json(blob: bytes) -> tuple[Arrays, Mapping[str, Any]]:
    return {}, json.loads(blob)


_FORMATS: dict[str, Callable[[bytes], tuple[Arrays, Mapping[str, Any]]]] = {
    "artifact.json": _from_json,
    "artifact.safetensors": _from_tensors,
}
