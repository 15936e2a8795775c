"""Authentic records: sealed on the wire, chained at rest, signed at the source.

AES-256-GCM (NIST SP 800-38D) with an anti-replay window (RFC 4303), SHA-256 hash chains,
Ed25519 signatures (RFC 8032) and HKDF key derivation (RFC 5869).
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_HEADER = struct.Struct(">BQB")
_VERSION = 1
GENESIS = bytes(32)


@dataclass(frozen=True)
class Opened:
    """A frame found authentic and fresh."""

    sequence: int
    sender: str
    payload: bytes


class Channel:
    """One end of an authenticated, encrypted channel over a shared 32-byte key.

    Each sender has a key of its own, derived from the shared one, and the sequence number is the
    nonce: no nonce repeats under a key as long as sequences do not, and `seal` sees to that.
    `open` takes frames out of order within `window` of the newest, each once.
    """

    def __init__(self, key: bytes, *, window: int = 64) -> None:
        if len(key) != 32 or window < 1:
            raise ValueError(f"a key of 32 bytes and a window >= 1: {len(key)}, {window}")
        self._key = key
        self._window = window
        self._ciphers: dict[str, AESGCM] = {}
        self._sealed: dict[str, int] = {}
        self._seen: dict[str, tuple[int, int]] = {}

    def seal(self, sequence: int, sender: str, payload: bytes) -> bytes:
        """The frame for `payload`; ValueError unless `sequence` grows for each sender."""
        if not self._sealed.get(sender, -1) < sequence < 2**64:
            raise ValueError(f"sequence {sequence} of {sender!r} is used up or too large")
        name = sender.encode()
        if len(name) > 255:
            raise ValueError("a sender's name is at most 255 bytes")
        self._sealed[sender] = sequence
        header = _HEADER.pack(_VERSION, sequence, len(name)) + name
        return header + self._cipher(sender).encrypt(_nonce(sequence), payload, header)

    def open(self, frame: bytes) -> Opened | None:
        """The content of `frame`, or None if it is forged, damaged, seen before or too old."""
        parsed = _parse(frame)
        if parsed is None:
            return None
        sequence, sender, cut = parsed
        if not self._fresh(sender, sequence):
            return None
        view = memoryview(frame)
        try:
            payload = self._cipher(sender).decrypt(_nonce(sequence), view[cut:], view[:cut])
        except InvalidTag:
            return None
        # Only an authentic frame may move the window, or a forger could close it.
        self._remember(sender, sequence)
        return Opened(sequence, sender, payload)

    def _cipher(self, sender: str) -> AESGCM:
        cipher = self._ciphers.get(sender)
        if cipher is None:
            cipher = AESGCM(derive(self._key, f"channel/{sender}"))
            # A forger may name any sender; the cache must not grow with what he makes up.
            if len(self._ciphers) < 4096:
                self._ciphers[sender] = cipher
        return cipher

    def _fresh(self, sender: str, sequence: int) -> bool:
        newest, seen = self._seen.get(sender, (-1, 0))
        age = newest - sequence
        return age < 0 or (age < self._window and not seen >> age & 1)

    def _remember(self, sender: str, sequence: int) -> None:
        newest, seen = self._seen.get(sender, (-1, 0))
        if sequence > newest:
            kept = seen << (sequence - newest) if sequence - newest < self._window else 0
            self._seen[sender] = (sequence, kept & ((1 << self._window) - 1) | 1)
        else:
            self._seen[sender] = (newest, seen | 1 << (newest - sequence))


def derive(secret: bytes, purpose: str, length: int = 32) -> bytes:
    """`length` key bytes from `secret` for one purpose (HKDF-SHA256)."""
    return HKDF(SHA256(), length, salt=None, info=b"wargame/" + purpose.encode()).derive(secret)


def hash_chain(prev: bytes, payload: bytes) -> bytes:
    """SHA-256 over the 32-byte `prev` and `payload`; ValueError for another length of `prev`."""
    if len(prev) != 32:
        raise ValueError(f"a link has 32 bytes: {len(prev)}")
    digest = hashlib.sha256(prev)
    digest.update(payload)
    return digest.digest()


class Ledger:
    """Append-only hash chain over records; it keeps digests, not the records."""

    def __init__(self) -> None:
        self._links = [GENESIS]

    def __len__(self) -> int:
        return len(self._links) - 1

    @property
    def head(self) -> bytes:
        """The newest link: it commits to every record and to their order."""
        return self._links[-1]

    @property
    def links(self) -> Sequence[bytes]:
        """One link a record, oldest first."""
        return tuple(self._links[1:])

    def add(self, record: bytes) -> bytes:
        """Append the record and return its link."""
        self._links.append(hash_chain(self.head, record))
        return self.head

    def verify(self, index: int, record: bytes) -> bool:
        """Whether `record` is what was added as number `index`; IndexError out of range."""
        if not 0 <= index < len(self):
            raise IndexError(f"no record {index} among {len(self)}")
        link = hash_chain(self._links[index], record)
        return hmac.compare_digest(link, self._links[index + 1])

    def verify_chain(self, records: Iterable[bytes]) -> bool:
        """Whether `records` are all that was added, in that order."""
        return hmac.compare_digest(chain_head(records), self.head)


def chain_head(records: Iterable[bytes]) -> bytes:
    """The head that these records lead to from the beginning."""
    link = GENESIS
    for record in records:
        link = hash_chain(link, record)
    return link


class Signer:
    """A contributor's Ed25519 key, derived from a seed and a name, so the same in every run."""

    def __init__(self, seed: bytes, name: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(derive(seed, f"signer/{name}"))
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature."""
        return self._key.sign(message)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the owner of `public` (32 bytes) signed `message`; malformed input is a no."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _nonce(sequence: int) -> bytes:
    return sequence.to_bytes(12, "big")


def _parse(frame: bytes) -> tuple[int, str, int] | None:
    """Sequence, sender and the length of the header, all yet unproven."""
    if len(frame) < _HEADER.size:
        return None
    version, sequence, length = _HEADER.unpack_from(frame)
    cut = _HEADER.size + length
    if version != _VERSION or len(frame) < cut + 16:
        return None
    try:
        return sequence, frame[_HEADER.size : cut].decode(), cut
    except UnicodeDecodeError:
        return None
