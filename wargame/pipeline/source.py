"""Where a match's tiles come from, and how they are dealt out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from wargame.data.dataset import Dataset
from wargame.data.sources import find
from wargame.errors import WargameError
from wargame.pipeline.outcome import World
from wargame.pipeline.records import Images, Labels, Records, concatenate
from wargame.pipeline.seeds import numpy_rng

VETTED = 100
"""Tiles the defender labelled itself before the first round, for its own comparisons."""

_known: dict[str, Dataset] = {}


def offer(dataset: Dataset) -> None:
    """Makes a data set known to this process."""
    _known[dataset.digest] = dataset


def dataset(digest: str) -> Dataset:
    """The data set of this digest.

    Raises:
        WargameError: it is not on this machine.
    """
    if digest not in _known:
        found = find(digest)
        if found is None:
            raise WargameError(
                f"the data set with digest {digest[:12]} is not here; name its folder with --data"
            )
        _known[digest] = found
    return _known[digest]


@dataclass(frozen=True, slots=True, eq=False)
class Deal:
    """Who gets which tiles; drawn once for a match."""

    initial: Records
    """Stored before the first round."""
    batches: tuple[Records, ...]
    """Captured in rounds 1, 2, ..."""
    vetted: Records
    """Labelled by the defender itself."""
    gold: Records
    """Bought with the gold set."""
    evaluation: tuple[Images, Labels]
    """The referee's."""
    own: tuple[Images, Labels]
    """The attacker's."""
    class_names: tuple[str, ...]

    @property
    def gold_taught(self) -> Records:
        """The two thirds of the gold set that may join the training data."""
        return self.gold.take(np.arange(len(self.gold)) % 3 != 0)

    @property
    def gold_held(self) -> Records:
        """The rest and the vetted tiles: never trained on, so that they can check the training."""
        rest = self.gold.take(np.arange(len(self.gold)) % 3 == 0)
        return concatenate([rest, self.vetted])

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of a tile."""
        height, width, channels = self.initial.images.shape[1:]
        return int(height), int(width), int(channels)


@lru_cache(maxsize=4)
def _deal(data: str, seed: int, sizes: tuple[int, ...], rounds: int, drones: int) -> Deal:
    source = dataset(data)
    initial, batch, evaluation, gold = _fit(sizes, rounds, source)
    rng = numpy_rng(seed, "deal")
    train, test = rng.permutation(len(source.y_train)), rng.permutation(len(source.y_test))
    at = 0

    def cut(count: int) -> Records:
        nonlocal at
        where = np.sort(train[at : at + count])
        at += count
        senders = rng.integers(0, drones, count).astype(np.int32)
        return Records.honest(source.x_train[where], source.y_train[where], senders)

    vetted, gold_set, first = cut(min(VETTED, gold)), cut(gold), cut(initial)
    batches = tuple(cut(batch) for _ in range(rounds))
    return Deal(
        initial=first,
        batches=batches,
        vetted=vetted,
        gold=gold_set,
        evaluation=(source.x_test[test[:evaluation]], source.y_test[test[:evaluation]]),
        own=(source.x_test[test[evaluation:]], source.y_test[test[evaluation:]]),
        class_names=source.class_names,
    )


def _fit(sizes: tuple[int, ...], rounds: int, source: Dataset) -> tuple[int, int, int, int]:
    """The sizes wanted, shrunk in proportion where the data set is smaller."""
    initial, batch, evaluation, gold = sizes
    n_train, n_test = len(source.y_train), len(source.y_test)
    wanted = initial + rounds * batch + gold + min(VETTED, gold)
    shrink = min(1.0, n_train / wanted)
    evaluation = min(evaluation, n_test * 2 // 3)
    shrunk = [max(1, int(size * shrink)) for size in (initial, batch, gold)]
    if shrunk[0] < 50 or evaluation < 30:
        raise WargameError(
            f"the data set has {n_train} training and {n_test} test records; at least "
            f"{int(50 / initial * wanted) + 1} and 45 are needed"
        )
    return shrunk[0], shrunk[1], evaluation, shrunk[2]


def deal(world: World) -> Deal:
    """The tiles of this match."""
    settings = world.settings
    return _deal(world.data, world.seed, _sizes(world), settings["rounds"], settings["drones"])


def check_size(world: World) -> None:
    """Says before a match begins what `deal` would say in its midst.

    Raises:
        WargameError: the data set is too small for a match.
    """
    _fit(_sizes(world), world.settings["rounds"], dataset(world.data))


def _sizes(world: World) -> tuple[int, ...]:
    return tuple(world.settings[name] for name in ("initial", "batch", "evaluation", "gold"))
