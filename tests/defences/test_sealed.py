"""Channel and stores: what an adversary does to sealed bytes is noticed, and tells it nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.defences.benches import records
from wargame.defences.store.encrypted_store import EncryptedStore
from wargame.defences.store.hash_ledger import HashLedger
from wargame.defences.transmit.encrypted_channel import EncryptedChannel
from wargame.kernels.at_rest import open_record, seal_record
from wargame.pipeline.wire import Packet, pack, unpack
from wargame.stages import Strength

KEY = bytes(range(32))
TILES = records([0, 1, 2, 3, 4, 0, 1, 2])
PLAIN = [pack(Packet(at, at % 3, int(TILES.labels[at]), TILES.images[at])) for at in range(8)]
CHANNEL = EncryptedChannel.at(Strength.LIGHT)
STORE = EncryptedStore.at(Strength.LIGHT)
RNG = np.random.default_rng


@given(at=st.integers(0, 7), data=st.data())
@settings(deadline=None)
def test_any_changed_bit_is_rejected_and_only_that_packet(at: int, data: st.DataObject) -> None:
    frames = CHANNEL.seal(KEY, PLAIN)
    bit = data.draw(st.integers(0, 8 * len(frames[at]) - 1))
    broken = bytearray(frames[at])
    broken[bit // 8] ^= 1 << bit % 8
    frames[at] = bytes(broken)
    opened = CHANNEL.open(KEY, frames)
    assert opened[at] is None
    assert [blob for i, blob in enumerate(opened) if i != at] == PLAIN[:at] + PLAIN[at + 1 :]


def test_frames_are_unreadable_and_plain_forgeries_are_rejected() -> None:
    frames = CHANNEL.seal(KEY, PLAIN)
    assert all(unpack(frame) is None for frame in frames)
    assert CHANNEL.open(KEY, PLAIN) == [None] * 8


def test_a_swapped_or_repeated_frame_is_rejected() -> None:
    frames = CHANNEL.seal(KEY, PLAIN)
    frames[1], frames[2] = frames[2], frames[1]
    frames[5] = frames[4]
    opened = CHANNEL.open(KEY, frames)
    assert [at for at, blob in enumerate(opened) if blob is None] == [1, 2, 5]


@given(number=st.integers(0, 2**40), other=st.integers(0, 2**40), plain=st.binary(max_size=200))
def test_a_record_opens_under_its_number_only(number: int, other: int, plain: bytes) -> None:
    blob = seal_record(KEY, number, plain)
    assert len(blob) == len(plain) + 28
    assert open_record(KEY, number, blob) == plain
    assert other == number or open_record(KEY, other, blob) is None
    assert open_record(bytes(32), number, blob) is None


def test_no_nonce_serves_two_records() -> None:
    blobs = [seal_record(KEY, number, bytes([b])) for number in range(40) for b in range(40)]
    assert len({blob[:12] for blob in blobs}) == len(blobs)


def test_stolen_weights_are_noise_to_the_loader() -> None:
    from safetensors import SafetensorError
    from safetensors.numpy import load, save

    weights = save({"w": np.arange(6.0)})
    with pytest.raises(SafetensorError):
        load(STORE.seal(KEY, [weights])[0])


def test_the_store_refuses_what_the_node_changed_or_swapped() -> None:
    read: list[bytes | None] = list(STORE.seal(KEY, PLAIN))
    read[0], read[1] = read[1], read[0]
    read[4] = PLAIN[4]
    opened = STORE.check(KEY, PLAIN, read, RNG(0))
    assert [at for at, blob in enumerate(opened) if blob is None] == [0, 1, 4]
    assert opened[2] == PLAIN[2]


def test_the_heavy_ledger_finds_every_change() -> None:
    read: list[bytes | None] = [
        blob[:-1] + b"!" if at % 2 else blob for at, blob in enumerate(PLAIN)
    ]
    checked = HashLedger.at(Strength.HEAVY).check(KEY, PLAIN, read, RNG(0))
    assert [blob is None for blob in checked] == [bool(at % 2) for at in range(8)]


def test_the_light_ledger_finds_its_share_of_changes() -> None:
    card = HashLedger.at(Strength.LIGHT)
    plain = [bytes([at % 256, at // 256]) for at in range(1000)]
    changed: list[bytes | None] = [blob + b"x" for blob in plain]
    found = sum(blob is None for blob in card.check(KEY, plain, changed, RNG(1)))
    assert found == round(1000 * card.share)
