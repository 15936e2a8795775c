"""How a record looks as bytes: on the link and on a storage node."""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np

from wargame.pipeline.records import Images

_HEAD = struct.Struct("<4sIHHHHB")
_MAGIC = b"TILE"


class Packet(NamedTuple):
    """One record on the wire."""

    sequence: int
    sender: int
    label: int
    image: Images


def pack(packet: Packet) -> bytes:
    """Header and pixels."""
    height, width, channels = packet.image.shape
    head = _HEAD.pack(_MAGIC, packet.sequence, packet.sender, packet.label, height, width, channels)
    return head + packet.image.tobytes()


def unpack(blob: bytes) -> Packet | None:
    """The record, or None where the bytes are not one (ciphertext, garbage, cut short)."""
    if len(blob) < _HEAD.size:
        return None
    magic, sequence, sender, label, height, width, channels = _HEAD.unpack_from(blob)
    if magic != _MAGIC or len(blob) != _HEAD.size + height * width * channels:
        return None
    image = np.frombuffer(blob, np.uint8, offset=_HEAD.size).reshape(height, width, channels)
    return Packet(sequence, sender, label, image)
