from __future__ import annotations

import numpy as np
import pytest

from wargame.attacks.store.shard_corruption import ShardCorruption
from wargame.pipeline.access import StorageNode
from wargame.pipeline.wire import unpack
from wargame.stages import Strength

from . import captures


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_the_share_is_served_as_the_class_that_looks_alike(share: float) -> None:
    records = captures.scenes(303, 1)
    node = captures.node(records, every=3)
    ShardCorruption.at(Strength.MEDIUM, {"share": share}).at_rest(node, captures.rng())
    assert len(node.changed) == round(share * 101)
    for at in node.held:
        packet = unpack(node.raw(at))
        assert packet is not None
        assert np.array_equal(packet.image, records.images[at])
        honest = int(records.labels[at])
        assert packet.label == (captures.TWINS[honest] if at in node.changed else honest)


def test_noise_keeps_the_label_and_leaves_nothing_of_the_tile() -> None:
    records = captures.scenes(100, 2)
    node = captures.node(records)
    ShardCorruption.at(Strength.MEDIUM, {"share": 1.0, "invalid": "noise"}).at_rest(
        node, captures.rng()
    )
    served = [unpack(node.raw(at)) for at in node.held]
    images = np.stack([packet.image for packet in served if packet is not None])
    assert [packet.label for packet in served if packet is not None] == [
        int(records.labels[at]) for at in node.held
    ]
    # Uniform bytes: mean 127.5, deviation 73.9, whatever the tile was.
    assert images.mean() == pytest.approx(127.5, abs=2)
    assert images.std() == pytest.approx(73.9, abs=2)


def test_what_the_node_cannot_read_it_replaces_by_garbage_of_the_same_length() -> None:
    sealed = {at: bytes([at]) * 200 for at in range(10)}
    node = StorageNode(sealed, b"")
    ShardCorruption.at(Strength.MEDIUM, {"share": 0.5}).at_rest(node, captures.rng())
    assert len(node.changed) == 5
    for at, blob in sealed.items():
        assert len(node.raw(at)) == 200
        assert (node.raw(at) != blob) == (at in node.changed)
