"""A few tiles of a round to look at: before and after, with the labels that were given.

Arrays of a strip: clean, shown (n, h, w, c) uint8; true, clean_label, shown_label (n,) int64, where
-1 stands for no answer. Strips travel inside the artifact that made them, under "show.CARD.".
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.kernels.scaling import downscale
from wargame.pipeline.context import Context
from wargame.pipeline.records import Images, Labels, Mask, Records
from wargame.store import Arrays, Artifact

SHOWN = 6
"""Tiles in a strip."""


def strip(
    clean: Images, shown: Images, true: Labels, clean_label: Labels, shown_label: Labels
) -> dict[str, NDArray[Any]]:
    """The arrays of a strip; at most `SHOWN` tiles are kept."""
    return {
        "clean": clean[:SHOWN],
        "shown": shown[:SHOWN],
        "true": true[:SHOWN].astype(np.int64),
        "clean_label": clean_label[:SHOWN].astype(np.int64),
        "shown_label": shown_label[:SHOWN].astype(np.int64),
    }


def packed(card: str, arrays: Arrays) -> dict[str, NDArray[Any]]:
    """The strip under the names it travels by."""
    return {f"show.{card}.{name}": array for name, array in arrays.items()}


def unpacked(context: Context, source: Artifact, card: str) -> Artifact | None:
    """The strip that an artifact carries for a card, as a picture of its own."""
    prefix = f"show.{card}."
    arrays = {
        key.removeprefix(prefix): value
        for key, value in source.arrays.items()
        if key.startswith(prefix)
    }
    if not arrays:
        return None
    return context.make("gallery", [source.content, card], lambda: (arrays, {"card": card}))


def uploaded(mine: Records, sent: Records) -> dict[str, NDArray[Any]]:
    """Planted records beside what the drone really photographed."""
    at = np.flatnonzero(sent.planted)[:SHOWN]
    captured = at[at < len(mine)]
    before, after = sent.images[at].copy(), sent.images[at].copy()
    before[: len(captured)] = mine.images[captured]
    for position, index in enumerate(at.tolist()):
        if index in sent.large:
            before[position], after[position] = _both_ways(sent, index)
    true = sent.truth[at].copy()
    true[: len(captured)] = mine.truth[captured]
    return strip(before, after, true, true, sent.labels[at])


def doubted(batch: Records, at: NDArray[np.int64], thought: Labels) -> dict[str, NDArray[Any]]:
    """Records a cleaner doubts: the label sent stands as the true one, beside what it thinks."""
    before, after = batch.images[at].copy(), batch.images[at].copy()
    for position, index in enumerate(at.tolist()):
        if index in batch.large:
            before[position], after[position] = _both_ways(batch, index)
    stated = batch.labels[at]
    return strip(before, after, stated, stated, thought)


def doubts(keep: Mask, before: Labels, after: Labels | None) -> NDArray[np.int64]:
    """Positions of the first records that were dropped or relabelled."""
    touched = ~keep if after is None else ~keep | (after != before)
    return np.flatnonzero(touched)[:SHOWN]


def _both_ways(records: Records, at: int) -> tuple[Images, Images]:
    """A capture as a person sees it, and as the pipeline reads it."""
    large, size = records.large[at][None], (records.images.shape[1], records.images.shape[2])
    return downscale(large, size, "area")[0], downscale(large, size, "nearest")[0]


def fooled(
    clean: Images, shown: Images, true: Labels, before: Labels, after: Labels
) -> dict[str, NDArray[Any]]:
    """Tiles sent to the service, those whose answer turned wrong first."""
    order = np.argsort(~((before == true) & (after != true)), kind="stable")[:SHOWN]
    return strip(clean[order], shown[order], true[order], before[order], after[order])


def sample(images: Images, true: Labels, said: Labels) -> dict[str, NDArray[Any]]:
    """Honest tiles of different classes and what the service says of them; the same each round."""
    _, first = np.unique(true, return_index=True)
    at = np.sort(first)[:SHOWN]
    return strip(images[at], images[at], true[at], said[at], said[at])
