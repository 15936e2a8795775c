from __future__ import annotations

import hashlib

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from wargame.kernels.sealing import (
    GENESIS,
    Channel,
    Ledger,
    Opened,
    Signer,
    chain_head,
    derive,
    hash_chain,
    verify,
)

KEY = bytes(range(32))


@given(st.binary(max_size=200), st.text(max_size=20), st.integers(0, 2**64 - 1))
def test_what_is_sealed_opens(payload: bytes, sender: str, sequence: int) -> None:
    frame = Channel(KEY).seal(sequence, sender, payload)
    assert Channel(KEY).open(frame) == Opened(sequence, sender, payload)
    assert Channel(bytes(32)).open(frame) is None


@given(st.binary(max_size=60), st.text(max_size=8), st.data())
def test_any_bit_flip_and_any_cut_is_rejected(
    payload: bytes, name: str, data: st.DataObject
) -> None:
    frame = Channel(KEY).seal(5, name, payload)
    bit = data.draw(st.integers(0, 8 * len(frame) - 1))
    flipped = bytearray(frame)
    flipped[bit // 8] ^= 1 << bit % 8
    receiver = Channel(KEY)
    assert receiver.open(bytes(flipped)) is None
    assert receiver.open(frame[: data.draw(st.integers(0, len(frame) - 1))]) is None
    assert receiver.open(frame + b"\0") is None
    # What was forged has not used up the sequence number of the true frame.
    assert receiver.open(frame) is not None


@given(st.binary(max_size=100))
def test_bytes_from_nowhere_are_rejected(noise: bytes) -> None:
    assert Channel(KEY).open(noise) is None


@given(st.lists(st.integers(0, 30), max_size=60), st.integers(1, 8))
def test_replays_are_rejected_and_the_window_is_that_of_a_plain_model(
    order: list[int], window: int
) -> None:
    sender = Channel(KEY)
    frames = [sender.seal(i, "cam", bytes([i])) for i in range(31)]
    receiver = Channel(KEY, window=window)
    seen: set[int] = set()
    for i in order:
        expected = i not in seen and i > max(seen, default=-1) - window
        assert (receiver.open(frames[i]) is not None) == expected
        if expected:
            seen.add(i)


@given(st.permutations(range(12)))
def test_order_is_restored_by_sequence_and_enforced_by_a_window_of_one(order: list[int]) -> None:
    sender, wide, strict = Channel(KEY), Channel(KEY), Channel(KEY, window=1)
    frames = [sender.seal(i, "cam", b"x") for i in range(12)]
    opened = [wide.open(frames[i]) for i in order]
    assert sorted(item.sequence for item in opened if item) == list(range(12))
    kept = [item.sequence for i in order if (item := strict.open(frames[i]))]
    assert kept == sorted(kept)


def test_senders_have_windows_of_their_own() -> None:
    sender, receiver = Channel(KEY), Channel(KEY)
    frames = [sender.seal(7, name, b"data") for name in ("a", "b")]
    assert all(receiver.open(frame) for frame in frames)
    assert not any(receiver.open(frame) for frame in frames)


def test_no_nonce_repeats_under_a_key() -> None:
    channel = Channel(KEY)
    channel.seal(3, "a", b"one")
    for used in (3, 2, -1, 2**64):
        with pytest.raises(ValueError, match="sequence"):
            channel.seal(used, "a", b"two")
    assert derive(KEY, "channel/a") != derive(KEY, "channel/b")


def test_the_frame_is_plain_aes_gcm_with_the_header_authenticated() -> None:
    frame = Channel(KEY).seal(9, "cam", b"payload")
    cipher = AESGCM(derive(KEY, "channel/cam"))
    header, nonce = frame[:13], (9).to_bytes(12, "big")
    assert cipher.decrypt(nonce, frame[13:], header) == b"payload"
    with pytest.raises(InvalidTag):
        cipher.decrypt(nonce, frame[13:], header[:-1] + b"n")


def test_chain_is_sha256_of_link_and_record() -> None:
    first = hashlib.sha256(bytes(32) + b"a").digest()
    second = hashlib.sha256(first + b"b").digest()
    assert hash_chain(hash_chain(GENESIS, b"a"), b"b") == second
    assert chain_head([b"a", b"b"]) == second
    with pytest.raises(ValueError, match="32 bytes"):
        hash_chain(b"short", b"a")


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=12), st.data())
def test_ledger_notices_any_change_drop_insertion_and_exchange(
    records: list[bytes], data: st.DataObject
) -> None:
    ledger = Ledger()
    links = [ledger.add(record) for record in records]
    assert ledger.links == tuple(links)
    assert len(ledger) == len(records)
    assert ledger.verify_chain(records)
    assert all(ledger.verify(i, record) for i, record in enumerate(records))
    other = data.draw(st.lists(st.binary(max_size=20), max_size=12))
    assert ledger.verify_chain(other) == (other == records)
    index = data.draw(st.integers(0, len(records) - 1))
    changed = data.draw(st.binary(max_size=20))
    assert ledger.verify(index, changed) == (changed == records[index])
    with pytest.raises(IndexError):
        ledger.verify(len(records), b"")


@given(st.binary(max_size=80), st.data())
def test_signatures_bind_signer_and_every_bit(message: bytes, data: st.DataObject) -> None:
    signer = Signer(b"seed", "drone-1")
    signature = signer.sign(message)
    assert verify(signer.public, message, signature)
    assert Signer(b"seed", "drone-1").sign(message) == signature
    assert not verify(Signer(b"seed", "drone-2").public, message, signature)
    forged = bytearray(signature)
    bit = data.draw(st.integers(0, 511))
    forged[bit // 8] ^= 1 << bit % 8
    assert not verify(signer.public, message, bytes(forged))
    assert not verify(signer.public, message + b"!", signature)


@given(st.binary(max_size=40), st.binary(max_size=70))
def test_malformed_keys_and_signatures_are_a_plain_no(public: bytes, signature: bytes) -> None:
    assert not verify(public, b"message", signature)


def test_bad_keys_and_names_are_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Channel(b"short")
    with pytest.raises(ValueError, match="255"):
        Channel(KEY).seal(0, "x" * 256, b"")
