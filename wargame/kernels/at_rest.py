"""Encryption at rest: AES-256-GCM, each record bound to its number (NIST SP 800-38D)."""

from __future__ import annotations

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wargame.kernels.sealing import derive

NONCE = 12


def seal_record(key: bytes, number: int, plain: bytes) -> bytes:
    """Nonce, ciphertext and tag of a record; 28 bytes longer than `plain`.

    The nonce is a keyed digest of number and content (as SIV modes do, RFC 5297): records come
    and go, so no counter could promise that none repeats, and a repeat here means equal content.
    """
    name = number.to_bytes(8, "big")
    nonce = hmac.digest(derive(key, "at-rest/nonce"), name + plain, "sha256")[:NONCE]
    return nonce + AESGCM(derive(key, "at-rest/content")).encrypt(nonce, plain, name)


def open_record(key: bytes, number: int, blob: bytes) -> bytes | None:
    """The record, or None if it was changed, cut, or sealed under another number or key."""
    if len(blob) < NONCE + 16:
        return None
    try:
        cipher = AESGCM(derive(key, "at-rest/content"))
        return cipher.decrypt(blob[:NONCE], blob[NONCE:], number.to_bytes(8, "big"))
    except InvalidTag:
        return None
