from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from tests.defences.benches import bench, records
from wargame.defences.collect.authenticate_contributors import (
    AuthenticateContributors,
    upper_tail,
)
from wargame.pipeline.defence_roles import Credentials
from wargame.pipeline.records import Records
from wargame.pipeline.wire import Packet, pack
from wargame.stages import Strength

SECRET = bytes(range(32))
FLEET = 10


def _packets(batch: Records) -> list[bytes]:
    return [
        pack(Packet(at, int(batch.senders[at]), int(batch.labels[at]), batch.images[at]))
        for at in range(len(batch))
    ]


def _admit(
    card: AuthenticateContributors, sent: Records, arrived: Records | None = None
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    arrived = sent if arrived is None else arrived
    signatures = card.sign(SECRET, FLEET, _packets(sent))
    shown = Credentials(FLEET, _packets(arrived), signatures)
    mask, _ = card.admit(arrived, shown, SECRET, bench(sent, sent))
    return mask


@given(tries=st.integers(1, 60), share=st.floats(0, 1), data=st.data())
def test_tail_is_scipys(tries: int, share: float, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, tries))
    expected = 1.0 if hits == 0 else binom.sf(hits - 1, tries, share)
    assert upper_tail(hits, tries, share) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("strength", list(Strength))
def test_sham_drones_fail_verification_and_registered_ones_pass(strength: Strength) -> None:
    senders = [*range(FLEET)] * 3 + [1000, 1001]
    sent = records([at % 5 for at in range(len(senders))], senders=senders)
    admitted = _admit(AuthenticateContributors.at(strength), sent)
    assert admitted.tolist() == [True] * 30 + [False] * 2


def test_a_record_changed_after_signing_is_refused() -> None:
    sent = records([0, 1, 2], senders=[0, 1, 2])
    labels = sent.labels.copy()
    labels[1] = 4
    images = sent.images.copy()
    images[2, 0, 0, 0] ^= 1
    arrived = replace(sent, labels=labels, images=images)
    admitted = _admit(AuthenticateContributors.at(Strength.LIGHT), sent, arrived)
    assert admitted.tolist() == [True, False, False]


def test_signing_in_anothers_name_is_refused() -> None:
    sent = records([0, 1], senders=[3, 1003])
    posing = replace(sent, senders=np.array([3, 4], np.int32))
    admitted = _admit(AuthenticateContributors.at(Strength.LIGHT), sent, posing)
    assert admitted.tolist() == [True, False]


def test_liars_are_banned_and_peers_are_not() -> None:
    senders = np.repeat(np.arange(FLEET), 12)
    shown = np.arange(len(senders)) % 5
    stated = np.where(senders < 3, (shown + 1) % 5, shown)
    sent = records(stated, shown=shown, senders=senders.tolist())
    light = _admit(AuthenticateContributors.at(Strength.LIGHT), sent)
    medium = _admit(AuthenticateContributors.at(Strength.MEDIUM), sent)
    assert light.all()
    assert np.array_equal(medium, senders >= 3)
