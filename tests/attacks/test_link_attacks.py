"""Sniffing and tampering, in the clear and under AES-GCM straight from `cryptography`."""

from __future__ import annotations

import numpy as np
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wargame.attacks.transmit.sniff import Sniff
from wargame.attacks.transmit.tamper import Tamper
from wargame.pipeline.access import Link
from wargame.pipeline.wire import unpack
from wargame.stages import Strength

from . import captures

CIPHER = AESGCM(bytes(range(32)))


def _nonce(at: int) -> bytes:
    return at.to_bytes(12, "big")


def _sealed(n: int, seed: int) -> Link:
    plain = captures.packets(captures.scenes(n, seed))
    return Link([CIPHER.encrypt(_nonce(at), blob, None) for at, blob in enumerate(plain)])


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_a_tap_reads_its_share_and_changes_nothing(share: float) -> None:
    records = captures.scenes(80, 1)
    link = captures.link(records)
    Sniff.at(Strength.MEDIUM, {"share": share}).transmit(link, captures.rng())
    assert link.exposed == round(share * 80)
    assert link.packets == captures.packets(records)
    assert not link.changed.any()


def test_a_tap_on_ciphertext_reads_nothing() -> None:
    link = _sealed(80, 1)
    Sniff.at(Strength.MEDIUM, {"share": 1.0}).transmit(link, captures.rng())
    assert link.exposed == 0


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_tampered_records_arrive_whole_under_another_class(share: float) -> None:
    records = captures.scenes(80, 2)
    link = captures.link(records)
    Tamper.at(Strength.MEDIUM, {"share": share}).transmit(link, captures.rng())
    assert link.changed.sum() == round(share * 80)
    for at, blob in enumerate(link.packets):
        packet = unpack(blob)
        assert packet is not None
        assert np.array_equal(packet.image, records.images[at])
        assert (packet.sequence, packet.sender) == (at, records.senders[at])
        assert (packet.label != records.labels[at]) == link.changed[at]


def test_with_all_in_sight_each_lie_names_the_class_that_looks_alike() -> None:
    records = captures.scenes(100, 3)
    link = captures.link(records)
    Tamper.at(Strength.MEDIUM, {"share": 1.0}).transmit(link, captures.rng())
    said = [packet.label for packet in map(unpack, link.packets) if packet is not None]
    assert said == [captures.TWINS[label] for label in records.labels]


def test_every_packet_garbled_under_a_cipher_fails_its_tag() -> None:
    link = _sealed(60, 4)
    Tamper.at(Strength.MEDIUM, {"share": 0.5}).transmit(link, captures.rng())
    refused = np.zeros(60, np.bool_)
    for at, blob in enumerate(link.packets):
        try:
            CIPHER.decrypt(_nonce(at), blob, None)
        except InvalidTag:
            refused[at] = True
    assert link.changed.sum() == 30
    assert np.array_equal(refused, link.changed)
