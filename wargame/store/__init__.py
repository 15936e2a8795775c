"""The content-addressed store: get or make an artifact by key, whole or absent.

An artifact is a set of named arrays and a set of JSON facts. It is kept as safetensors (or JSON
where there are no arrays) in a folder named by its key, beside `meta.json`, which holds what
depends on the clock and the hash by which damage is noticed. Nothing is ever pickled.

A store is a folder, or lies at any address that fsspec knows and is shared by many machines.
"""

from wargame.store.artifact import Arrays, Artifact, Check, Gone, Meta
from wargame.store.folder import Store
from wargame.store.keys import canonical, digest
from wargame.store.opening import open_store

__all__ = [
    "Arrays",
    "Artifact",
    "Check",
    "Gone",
    "Meta",
    "Store",
    "canonical",
    "digest",
    "open_store",
]
