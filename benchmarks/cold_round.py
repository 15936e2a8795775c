"""Cold rounds with a new training: how long they take, and how much of it is model passes.

Every match starts in an empty store. The rounds are timed without a profiler; then the same
matches are played again under cProfile, which says what share of them is spent inside the model:
forward passes (of training, attacks and evaluation alike), backward passes, and the update.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats

from benchmarks.common import PAIRS, fresh_store, markdown, match, parser, seconds, spread
from wargame.store import Store

PASSES = {
    "forward": (("torch/nn/modules/module.py", "_wrapped_call_impl"),),
    "backward": (("torch/_tensor.py", "backward"), ("torch/autograd/__init__.py", "grad")),
    "update": (("wargame/kernels/optimise.py", "step"), ("opacus/optimizers/optimizer.py", "step")),
}
"""Part of a pass to the functions in which it happens: (end of the file's path, name)."""


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
    """Share of the rounds' time in each part of a pass."""
    profile = cProfile.Profile()
    for pair in PAIRS[: args.pairs]:
        with fresh_store() as store:
            game = match(pair, args, store)
            game.open()
            profile.enable()
            for _ in game:
                pass
            profile.disable()
    stats = pstats.Stats(profile)
    total: float = stats.total_tt  # type: ignore[attr-defined]
    shares = dict.fromkeys(PASSES, 0.0)
    entries: dict[tuple[str, int, str], tuple[int, int, float, float, object]]
    entries = stats.stats  # type: ignore[attr-defined]
    for (file, _, name), (_, _, _, inclusive, _) in entries.items():
        for part, places in PASSES.items():
            if any(file.endswith(end) and name == wanted for end, wanted in places):
                shares[part] += inclusive / total
    if args.profile:
        stats.sort_stats("tottime").print_stats(25)
    return shares


def main() -> str:
    """Runs it; returns the table."""
    options = parser(__doc__)
    options.add_argument("--pairs", type=int, default=len(PAIRS), help="matches timed")
    options.add_argument("--profile", action="store_true", help="print the profile too")
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
