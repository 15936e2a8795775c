"""Keys: digests of JSON data."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(data: Any) -> bytes:
    """JSON bytes that are equal exactly when the data are."""
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest(data: Any) -> str:
    """The key of JSON data: 40 hex digits of SHA-256."""
    return blob_digest(canonical(data))


def blob_digest(blob: bytes) -> str:
    """The key of bytes: 40 hex digits of SHA-256."""
    return hashlib.sha256(blob).hexdigest()[:40]
