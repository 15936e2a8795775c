"""Cold rounds with a new training: how long they take, and how much of it is model passes.

Every match starts in an empty store. The rounds are timed without a profiler; then the same
matches are played again with a watch on the model: forward passes (of training, attacks and
evaluation alike), backward passes, and the update.
"""

from __future__ import annotations

import argparse
import functools
import pkgutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any
from unittest import mock

from benchmarks.common import PAIRS, fresh_store, markdown, match, parser, seconds, spread
from wargame.store import Store

PASSES = {
    "forward": ("torch.nn.Module.__call__",),
    "backward": ("torch.Tensor.backward", "torch.autograd.grad"),
    "update": ("wargame.kernels.optimise.AdamW.step", "wargame.kernels.optimise.SGD.step"),
}
"""Part of a pass to the functions in which it happens."""


class Watch:
    """Seconds spent inside some functions; a call within a timed call counts once."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(PASSES, 0.0)
        self._inside = False

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, timed."""

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            if self._inside:
                return function(*args, **kwargs)
            self._inside, start = True, time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.spent[part] += time.perf_counter() - start
                self._inside = False

        return call


def models(store: Store) -> int:
    """How many models the store holds."""
    metas = (store.meta(key) for key in store.keys())  # noqa: SIM118  (a store is no mapping)
    return sum(meta is not None and meta.kind == "model" for meta in metas)


def timed(args: argparse.Namespace) -> tuple[list[float], list[float]]:
    """Seconds of the rounds that trained, and of those that did not."""
    trained: list[float] = []
    other: list[float] = []
    for pair in PAIRS[: args.pairs]:
        with fresh_store() as store:
            game = match(pair, args, store)
            game.open()
            while not game.over:
                before = models(store)
                took = seconds(game.step)
                (trained if models(store) > before else other).append(took)
    return trained, other


def profiled(args: argparse.Namespace) -> dict[str, float]:
    """Share of the rounds' time in each part of a pass; everything is imported by now."""
    watch, total = Watch(), 0.0
    with ExitStack() as patches:
        for part, names in PASSES.items():
            for name in names:
                place, _, attribute = name.rpartition(".")
                owner = pkgutil.resolve_name(place)
                function = watch.timed(part, getattr(owner, attribute))
                patches.enter_context(mock.patch.object(owner, attribute, function))
        for pair in PAIRS[: args.pairs]:
            with fresh_store() as store:
                game = match(pair, args, store)
                game.open()
                before = dict(watch.spent)
                total += seconds(partial(list, game))
                if not args.profile:
                    continue
                print({part: round(watch.spent[part] - before[part], 2) for part in PASSES})
    return {part: spent / total for part, spent in watch.spent.items()}


def main() -> str:
    """Runs it; returns the table."""
    options = parser(__doc__)
    options.add_argument("--pairs", type=int, default=len(PAIRS), help="matches timed")
    options.add_argument(
        "--profile", action="store_true", help="print each match's seconds in passes"
    )
    args = options.parse_args()
    trained, other = timed(args)
    shares = profiled(args)
    rows = [("cold round with a new training", spread(trained))]
    if other:
        rows.append(("round that trains nothing", spread(other)))
    rows += [(f"share in {part} passes", f"{share:.0%}") for part, share in shares.items()]
    rows.append(("share inside model passes", f"{sum(shares.values()):.0%}"))
    return markdown(f"Cold rounds, {args.fidelity}", ("what", "measured"), rows)


if __name__ == "__main__":
    print(main())
