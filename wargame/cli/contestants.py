"""Reads who takes part in an evaluation: `A,B*2,pool:DIR`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from wargame.errors import WargameError
from wargame.game.agent_file import named
from wargame.game.policy import PolicyAgent
from wargame.lab.evaluation import Contestant, overlap
from wargame.stages import Side
from wargame.theory.entrants import entrants

_POOL = "pool:"


def contestants(side: Side, text: str) -> tuple[Contestant, ...]:
    """The agents of a side.

    Args:
        side: theirs.
        text: names, own files and policy folders, each with its weight after a `*` where that is
            not 1; or pool:DIR, a pool's members with its weights.

    Raises:
        WargameError: there is none, one is unknown, plays the other side, is a human, is named
            twice, or a weight is no number above 0.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    weighted = [pair for word in words for pair in _weighted(side, word)]
    found = entrants(side, [word for word, _ in weighted])
    labels = _labels([each.name for each in found])
    return tuple(
        Contestant(label, each.name, each.word, each.digest, weight)
        for label, each, (_, weight) in zip(labels, found, weighted, strict=True)
    )


def _weighted(side: Side, word: str) -> list[tuple[str, float]]:
    if word.startswith(_POOL):
        from wargame.arena.pool_folder import mixture

        return mixture(Path(word.removeprefix(_POOL)), side)
    name, star, number = word.rpartition("*")
    if not star:
        return [(word, 1.0)]
    try:
        weight = float(number)
    except ValueError:
        weight = math.nan
    if not (name and 0 < weight < 1e6):
        raise WargameError(f"{word}: after the * stands a weight, a number above 0")
    return [(name, weight)]


def _labels(names: Sequence[str]) -> list[str]:
    """Names without the mark of a user's own policy, where that leaves no two the same."""
    short = [name.partition("@")[0] for name in names]
    seen = Counter(short)
    return [brief if seen[brief] == 1 else name for brief, name in zip(short, names, strict=True)]


def warnings(agents: Sequence[Contestant], seeds: Sequence[int]) -> list[str]:
    """What keeps this from being a held-out test."""
    found = []
    for each in agents:
        kind = named(each.word)
        if not issubclass(kind, PolicyAgent):
            continue
        worlds = kind.settings.made.worlds
        met = overlap(worlds, seeds)
        if worlds is None:
            found.append(
                f"{each.label} does not say which worlds it was trained on, so nothing shows that "
                "these seeds are new to it"
            )
        elif met:
            found.append(
                f"{each.label} was trained on worlds of the seeds {worlds[0]} to {worlds[1]}, "
                f"which include {met} of the {len(seeds)} seeds here: for it this is no held-out "
                "test"
            )
    return found
