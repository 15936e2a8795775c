"""A warm start: what the ready agents do against each opponent, and how well it went.

Every teacher plays every opponent in every training world, really. Against each opponent the
teacher that did best on the mean is imitated there; the learner sees only what it would see in
play, so it must tell the opponents apart by its instruments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wargame import catalog
from wargame.arena.fleet import Fixture, Fleet, Played
from wargame.arena.tree import Node, Tree
from wargame.arena.vector import Opponent, Par
from wargame.game.agent import agent_class
from wargame.game.setup import HUMAN
from wargame.stages import SIDES, Side

_NO_TEACHERS = (HUMAN, "random")


class Lessons(NamedTuple):
    """What is imitated, one entry a round played."""

    observations: NDArray[np.float32]
    masks: NDArray[np.bool_]
    actions: NDArray[np.int64]
    returns: NDArray[np.float32]
    """The learner's gain against par from this round to the end."""
    weights: NDArray[np.float32]
    """How often the opponent comes up."""
    par: Par
    chosen: dict[str, str]
    """Opponent to the teacher imitated against it."""
    missions: dict[str, float]
    """Teacher to its mean mission value against the mixture of opponents."""


def teachers(side: Side) -> tuple[str, ...]:
    """The ready scripted agents of a side, by name."""
    names = (name for name in catalog.agent_files() if name not in _NO_TEACHERS)
    return tuple(name for name in names if side in agent_class(name).sides)


def learn_from(
    tree: Tree, side: Side, words: Sequence[str], opponents: Sequence[Opponent]
) -> Lessons:
    """Lets the teachers play, and picks whom to imitate.

    Args:
        tree: where games take place; its worlds' seeds are all played.
        side: the learner's.
        words: the teachers.
        opponents: whom they play.
    """
    seeds = tree.worlds.seeds
    played = _played(tree, side, words, opponents)
    total = sum(each.weight for each in opponents)
    mean = {
        (opponent.word, word): _mean(played[opponent.word, word])
        for opponent in opponents
        for word in words
    }
    better = min if side is Side.DEFENDER else max
    chosen = {
        opponent.word: better(words, key=lambda word, o=opponent.word: mean[o, word])  # type: ignore[misc]
        for opponent in opponents
    }
    par: Par = {
        (opponent.word, seed): _by_round([played[opponent.word, word][at] for word in words])
        for opponent in opponents
        for at, seed in enumerate(seeds)
    }
    missions = {
        word: sum(o.weight * mean[o.word, word] for o in opponents) / total for word in words
    }
    kept = [(played[o.word, chosen[o.word]][at], o) for o in opponents for at in range(len(seeds))]
    return _lessons(tree, side, kept, par, chosen, missions)


def _played(
    tree: Tree, side: Side, words: Sequence[str], opponents: Sequence[Opponent]
) -> dict[tuple[str, str], list[Played]]:
    seeds = tree.worlds.seeds
    pairs = [(opponent.word, word) for opponent in opponents for word in words]
    fixtures = [
        Fixture(word, other, seed) if side is Side.ATTACKER else Fixture(other, word, seed)
        for other, word in pairs
        for seed in seeds
    ]
    done = Fleet.over(tree).play(fixtures)
    many = len(seeds)
    return {pair: done[at * many : (at + 1) * many] for at, pair in enumerate(pairs)}


def _mean(played: Sequence[Played]) -> float:
    return float(np.mean([each.mission for each in played]))


def _by_round(played: Sequence[Played]) -> tuple[float, ...]:
    return tuple(np.mean([each.missions for each in played], axis=0).tolist())


def _lessons(
    tree: Tree,
    side: Side,
    kept: Sequence[tuple[Played, Opponent]],
    par: Par,
    chosen: dict[str, str],
    missions: dict[str, float],
) -> Lessons:
    index = SIDES.index(side)
    sign = 1.0 if side is Side.ATTACKER else -1.0
    rows: list[tuple[Node, int, float, float]] = []
    for each, opponent in kept:
        node = tree.starts([each.fixture.seed])[0]
        gains = sign * (np.array(each.missions) - par[opponent.word, each.fixture.seed])
        ahead = np.cumsum(gains[::-1])[::-1]
        for actions, left in zip(each.plays, ahead.tolist(), strict=True):
            rows.append((node, actions[index], left, opponent.weight))
            node = tree.steps([(node, actions)])[0]
    return Lessons(
        np.array([node.observation(index) for node, *_ in rows]),
        np.array([node.masks[index] for node, *_ in rows]),
        np.array([action for _, action, _, _ in rows]),
        np.array([left for *_, left, _ in rows], dtype=np.float32),
        np.array([weight for *_, weight in rows], dtype=np.float32),
        par,
        chosen,
        missions,
    )
