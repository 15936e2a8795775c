"""Encrypted channel: authenticated encryption with freshness between drone and cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from wargame.card import Kind
from wargame.pipeline.defence_roles import ChannelDefence
from wargame.pipeline.wire import unpack
from wargame.stages import Stage, Strength


class EncryptedChannel(ChannelDefence):
    """AES-256-GCM under a key for each drone, with sequence numbers against replay."""

    name: ClassVar[str] = "encrypted_channel"
    title: ClassVar[str] = "Encrypted channel"
    stage: ClassVar[Stage] = Stage.TRANSMIT
    kind: ClassVar[Kind] = Kind.HIDING
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    lasts: ClassVar[tuple[int, int, int]] = (1, 3, 6)
    source: ClassVar[str] = "S0 Fig. 6"
    atlas: ClassVar[str | None] = "AML.M0012"
    summary: ClassVar[str] = "Seals every upload: nothing to read, nothing to change in flight"
    text: ClassVar[str] = (
        "Each drone seals its records with AES-GCM under a key that it shares with the cloud, and "
        "numbers them. Whoever sits on the link sees only noise; a changed bit breaks the tag, "
        "and a packet sent twice or in another's place has the wrong number. Every tampered "
        "record is rejected, but rejected is not repaired: the records are lost. It does nothing "
        "about a drone that lies before it encrypts. There is no weak form of it: the strength is "
        "how many rounds the keys are kept in use, and the price is the frame around each record."
    )
    counters: ClassVar[tuple[str, ...]] = ("sniff", "tamper")
    measured_by: ClassVar[tuple[str, ...]] = ("overhead",)
    instruments: ClassVar[tuple[str, ...]] = ("encrypted_channel.rejected",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {},
        Strength.MEDIUM: {},
        Strength.HEAVY: {},
    }

    def seal(self, key: bytes, packets: list[bytes]) -> list[bytes]:
        """One frame for each packet, numbered in order."""
        from wargame.kernels.sealing import Channel

        channel = Channel(key)
        return [channel.seal(at, _name(packet), packet) for at, packet in enumerate(packets)]

    def open(self, key: bytes, packets: list[bytes]) -> list[bytes | None]:
        """What is authentic, fresh and in its own place."""
        from wargame.kernels.sealing import Channel

        channel = Channel(key, window=max(64, len(packets)))
        opened: list[bytes | None] = []
        for at, frame in enumerate(packets):
            found = channel.open(frame)
            opened.append(None if found is None or found.sequence != at else found.payload)
        return opened


def _name(packet: bytes) -> str:
    found = unpack(packet)
    return "unknown" if found is None else f"drone/{found.sender}"
