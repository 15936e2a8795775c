"""Artifacts, and the bytes they are kept as."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wargame.errors import WargameError
from wargame.store.keys import blob_digest, canonical

Arrays = Mapping[str, NDArray[Any]]
Maker = Callable[[], tuple[Arrays, Mapping[str, Any]]]


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


def meta_bytes(meta: Meta) -> bytes:
    """A meta as it is kept."""
    return json.dumps(asdict(meta)).encode()


def meta_from(blob: bytes) -> Meta | None:
    """What `meta_bytes` wrote, or None where these bytes are not that."""
    try:
        return Meta(**json.loads(blob))
    except (ValueError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class Check:
    """What `verify` found."""

    whole: int
    damaged: tuple[str, ...]


class Packed(NamedTuple):
    """An artifact as it is kept: a file and what is told of it."""

    name: str
    """Of the file; it tells the format."""
    blob: bytes
    meta: Meta

    @property
    def whole(self) -> bool:
        """Whether these are the bytes that the hash was taken of."""
        return blob_digest(self.blob) == self.meta.content

    def artifact(self, key: str) -> Artifact:
        """What was packed."""
        arrays, facts = FORMATS[self.name](self.blob)
        return Artifact(key, self.meta.content, arrays, facts)


def pack(
    kind: str, arrays: Arrays, facts: Mapping[str, Any], *, seconds: float, made: float
) -> Packed:
    """What is kept of something made.

    Args:
        kind: what it is called.
        arrays: its arrays, by name.
        facts: its JSON facts.
        seconds: how long it took.
        made: when, in seconds since the epoch.
    """
    if arrays:
        name, blob = "artifact.safetensors", _to_tensors(arrays, facts)
    else:
        name, blob = "artifact.json", canonical(facts)
    return Packed(name, blob, Meta(kind, round(seconds, 6), made, len(blob), blob_digest(blob)))


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


FORMATS: dict[str, Callable[[bytes], tuple[Arrays, Mapping[str, Any]]]] = {
    "artifact.json": _from_json,
    "artifact.safetensors": _from_tensors,
}
