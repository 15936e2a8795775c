from __future__ import annotations

from dataclasses import replace
from math import comb

import numpy as np
import pytest

from tests.defences.benches import bench, records
from wargame.defences.preprocess.activation_clustering import ActivationClustering, missed
from wargame.defences.preprocess.label_sanitation import LabelSanitation
from wargame.defences.preprocess.scaling_filter import ScalingFilter
from wargame.kernels.scaling import capture, embed
from wargame.pipeline.records import Records
from wargame.stages import STRENGTHS, Strength

CLASSES = np.arange(200) % 5
ARCHIVE, VETTED = records(CLASSES, seed=1), records(np.arange(60) % 5, seed=2)
BENCH = bench(ARCHIVE, VETTED)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_clear_flips_are_mended_and_clear_labels_kept(strength: Strength) -> None:
    shown = np.arange(50) % 5
    stated = np.where(np.arange(50) < 20, (shown + 1) % 5, shown)
    found = LabelSanitation.at(strength).clean(records(stated, shown=shown, seed=3), BENCH)
    assert found.labels is not None
    assert np.array_equal(found.labels, shown)
    assert found.keep.all()
    assert found.alarm


def test_a_doubtful_label_is_dropped_when_no_other_wins() -> None:
    # Half-way between classes 1 and 2, but called 4.
    batch = records([4], shown=[1])
    batch = replace(batch, images=batch.images + np.uint8(20))
    heavy = LabelSanitation.at(Strength.HEAVY, {"relabel_from": 1.0, "neighbours": 60})
    assert not heavy.clean(batch, BENCH).keep.any()


def _stamped(labels: np.ndarray[tuple[int], np.dtype[np.int64]], seed: int) -> Records:
    """Tiles of all classes with a white last pixel, all called class 0."""
    tiles = records(np.zeros(len(labels), np.int64), shown=np.full(len(labels), 1), seed=seed)
    images = tiles.images.copy()
    images[:, -1, -1] = 255
    return replace(tiles, images=images)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_triggered_records_are_dropped_and_purged(strength: Strength) -> None:
    poison = _stamped(np.zeros(20, np.int64), 4)
    clean = records(CLASSES[:50], seed=5)

    def joined(a: Records, b: Records) -> Records:
        images, labels = np.concatenate([a.images, b.images]), np.concatenate([a.labels, b.labels])
        return Records.honest(images, labels, np.zeros(len(labels), np.int32))

    stocked = bench(joined(ARCHIVE, poison), VETTED)
    found = ActivationClustering.at(strength).clean(joined(clean, poison), stocked)
    assert found.purge is not None
    assert found.purge[len(ARCHIVE) :].all()
    assert not found.keep[len(clean) :].any()
    assert found.keep[:50][clean.labels != 0].mean() > 0.8
    assert found.alarm


@pytest.mark.parametrize(("part", "rest", "vetted"), [(3, 9, 2), (1, 4, 5), (5, 5, 3)])
def test_chance_of_missing_is_binomial(part: int, rest: int, vetted: int) -> None:
    total = part + rest + vetted
    members = np.ones(total, np.bool_)
    inside = np.arange(total) < part
    checked = np.arange(total) >= part + rest
    share = part / (part + rest)
    none_inside = comb(vetted, 0) * share**0 * (1 - share) ** vetted
    assert missed(inside, members, checked) == pytest.approx(none_inside)
    assert missed(inside | (np.arange(total) == total - 1), members, checked) == 1.0


def _scaled() -> Records:
    batch = records(np.arange(40) % 5, seed=6)
    covers = capture(batch.images[:10], 3)
    hidden = records((np.arange(10) + 2) % 5, seed=7).images
    attacks = embed(covers, hidden, 3)
    images = batch.images.copy()
    images[:10] = hidden
    return replace(batch, images=images, large=dict(enumerate(attacks)))


@pytest.mark.parametrize("strength", [Strength.LIGHT, Strength.MEDIUM])
def test_scaled_captures_are_dropped(strength: Strength) -> None:
    found = ScalingFilter.at(strength).clean(_scaled(), BENCH)
    assert not found.keep[:10].any()
    assert found.keep[10:].mean() > 0.8
    assert found.alarm


def test_the_median_brings_the_cover_back() -> None:
    batch = _scaled()
    found = ScalingFilter.at(Strength.HEAVY).clean(batch, BENCH)
    assert found.images is not None
    assert found.keep.all()
    cover = 20 + 40 * batch.labels[:10]
    assert np.abs(found.images[:10].mean((1, 2, 3)) - cover).max() < 10
    assert np.abs(batch.images[:10].mean((1, 2, 3)) - cover).min() > 30


def test_honest_captures_are_suspected_at_the_stated_rate() -> None:
    rng = np.random.default_rng(8)

    def textured(count: int) -> Records:
        images = rng.integers(0, 256, (count, 6, 6, 3)).astype(np.uint8)
        return Records.honest(images, np.zeros(count, np.int64), np.zeros(count, np.int32))

    vetted, batch = textured(300), textured(1000)
    card = ScalingFilter.at(Strength.MEDIUM)
    keep = card.clean(batch, bench(vetted, vetted)).keep
    assert abs((~keep).mean() - card.false_alarm) < 0.03
