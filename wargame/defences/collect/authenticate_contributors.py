"""Authenticated contributors: signed uploads, and bans by provenance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from wargame.card import Kind
from wargame.pipeline.defence_roles import Bench, Credentials, Gate
from wargame.pipeline.wire import unpack
from wargame.stages import Stage, Strength

if TYPE_CHECKING:
    from wargame.pipeline.records import Mask, Records


class AuthenticateContributors(Gate):
    """Each drone signs its uploads; drones that contradict the model far too often are banned."""

    name: ClassVar[str] = "authenticate_contributors"
    title: ClassVar[str] = "Authenticated contributors"
    stage: ClassVar[Stage] = Stage.COLLECT
    kind: ClassVar[Kind] = Kind.DETECTION
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    lasts: ClassVar[tuple[int, int, int]] = (3, 3, 3)
    source: ClassVar[str] = "S0 6"
    atlas: ClassVar[str | None] = "AML.M0025"
    summary: ClassVar[str] = "Signed uploads; drones that contradict the model are banned"
    text: ClassVar[str] = (
        "Every registered drone signs what it uploads with an Ed25519 key of its own, so sham "
        "drones and records changed on the way always fail verification. A captured drone holds a "
        "genuine key; its signature proves only who lied. Hence the second step: a sender whose "
        "labels contradict the last model far more often than its peers' do is banned for the "
        "round, by a binomial test against the median drone. Where most drones lie alike, the "
        "median lies too. Few uploads make a weak test, and a drone over difficult ground "
        "contradicts the model honestly: the stricter the test, the more honest records are lost "
        "with the bans. The light form bans nobody."
    )
    counters: ClassVar[tuple[str, ...]] = (
        "fake_node",
        "label_flip",
        "backdoor",
        "drift_poison",
        "tamper",
    )
    measured_by: ClassVar[tuple[str, ...]] = ("honest_dropped", "planted_dropped")
    instruments: ClassVar[tuple[str, ...]] = ("authenticate_contributors.rejected",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"ban_below": 0.0},
        Strength.MEDIUM: {"ban_below": 0.01},
        Strength.HEAVY: {"ban_below": 0.1},
    }

    ban_below: float = Field(0.01, ge=0, le=1, description="p-value that bans a drone; 0: no bans")

    def sign(self, secret: bytes, registered: int, packets: list[bytes]) -> list[bytes]:
        """Registered drones sign with their registered keys, others with keys of their own."""
        from wargame.kernels.sealing import Signer, derive

        outside = derive(b"not the fleet's secret", "outsider")
        signers: dict[int, Signer] = {}
        made = []
        for packet in packets:
            sender = _sender(packet)
            if sender not in signers:
                source = secret if sender < registered else outside
                signers[sender] = Signer(source, f"drone/{sender}")
            made.append(signers[sender].sign(packet))
        return made

    def admit(
        self, batch: Records, credentials: Credentials, secret: bytes, bench: Bench
    ) -> tuple[Mask, str]:
        """Verified uploads of drones that are not banned."""
        genuine = self._verified(batch, credentials, secret)
        banned = np.zeros(0, np.int32)
        if self.ban_below > 0:
            banned = self._banned(batch.take(genuine), bench)
        admitted = genuine & ~np.isin(batch.senders, banned)
        text = f"{int((~genuine).sum())} uploads failed verification, {len(banned)} drones banned"
        return admitted, text

    def _verified(self, batch: Records, credentials: Credentials, secret: bytes) -> Mask:
        from wargame.kernels.sealing import Signer, verify

        fleet = range(credentials.registered)
        keys = {drone: Signer(secret, f"drone/{drone}").public for drone in fleet}
        found = np.zeros(len(batch), np.bool_)
        pairs = zip(credentials.packets, credentials.signatures, strict=True)
        for at, (packet, signature) in enumerate(pairs):
            sender = int(batch.senders[at])
            found[at] = sender in keys and verify(keys[sender], packet, signature)
        return found

    def _banned(self, batch: Records, bench: Bench) -> np.ndarray[Any, np.dtype[np.int32]]:
        """Drones that contradict the last model too often to be like the median drone."""
        wrong = bench.probs(batch.images).argmax(1) != batch.labels
        drones = np.unique(batch.senders)
        tries = np.array([int((batch.senders == drone).sum()) for drone in drones])
        hits = np.array([int(wrong[batch.senders == drone].sum()) for drone in drones])
        usual = float(np.median(hits / tries)) if len(drones) else 0.0
        chances = [upper_tail(int(h), int(n), usual) for h, n in zip(hits, tries, strict=True)]
        return drones[np.array(chances) < self.ban_below] if len(drones) else drones


def upper_tail(hits: int, tries: int, share: float) -> float:
    """P(X >= hits) for X binomial with `tries` trials of chance `share`."""
    terms = (
        math.comb(tries, k) * share**k * (1.0 - share) ** (tries - k)
        for k in range(hits, tries + 1)
    )
    return min(1.0, math.fsum(terms))


def _sender(packet: bytes) -> int:
    found = unpack(packet)
    if found is None:
        raise ValueError("a drone signs well-formed records only")
    return found.sender
