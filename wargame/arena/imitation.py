"""A warm start: moves worth imitating, found among the teachers' own or by search from them.

Every teacher plays every opponent in every training world, really. Without a search, the teacher
that did best against an opponent is imitated there; the learner sees only what it would see in
play, so it must tell the opponents apart by its instruments. With one, the teachers' moves are
where a hill climb over plans starts, and its best plan is imitated where it beats every teacher.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wargame import catalog
from wargame.arena.fleet import Fixture, Fleet, Played
from wargame.arena.planning import Found, Search
from wargame.arena.tree import Node, Tree
from wargame.arena.vector import Opponent, Par
from wargame.game.agent import agent_class
from wargame.game.setup import HUMAN
from wargame.stages import SIDES, Side

Say = Callable[[str], None]


def silent(_words: str) -> None:
    """Nobody listens."""


_NO_TEACHERS = (HUMAN, "random")
PLAN = "plan"
"""What the search found, among the names of teachers."""


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
    """Opponent to the teacher imitated against it, or PLAN."""
    missions: dict[str, float]
    """Teacher, or PLAN, to its mean mission value against the mixture of opponents."""


def teachers(side: Side) -> tuple[str, ...]:
    """The ready scripted agents of a side, by name."""
    names = (name for name in catalog.agent_files() if name not in _NO_TEACHERS)
    return tuple(name for name in names if side in agent_class(name).sides)


@dataclass(frozen=True, slots=True)
class Climb:
    """How long to search for a plan."""

    generations: int
    children: int
    """Changed plans a generation."""
    seed: int


def learn_from(
    tree: Tree,
    side: Side,
    words: Sequence[str],
    opponents: Sequence[Opponent],
    climb: Climb | None = None,
    say: Say = silent,
) -> Lessons:
    """Lets the teachers play, and picks what to imitate.

    Args:
        tree: where games take place; its worlds' seeds are all played.
        side: the learner's.
        words: the teachers.
        opponents: whom they play.
        climb: the search for a plan; none without it.
        say: told in words how far it is.
    """
    seeds = tree.worlds.seeds
    say(f"{len(words)} teachers play {len(opponents)} opponents in {len(seeds)} worlds")
    played = _played(tree, side, words, opponents)
    mean = {pair: _mean(matches) for pair, matches in played.items()}
    better = min if side is Side.DEFENDER else max
    chosen = {o.word: better((mean[o.word, word], word) for word in words)[1] for o in opponents}
    par: Par = {
        (o.word, seed): _by_round([played[o.word, word][at] for word in words])
        for o in opponents
        for at, seed in enumerate(seeds)
    }
    total = sum(o.weight for o in opponents)
    missions = {
        word: sum(o.weight * mean[o.word, word] for o in opponents) / total for word in words
    }
    kept = {o.word: played[o.word, chosen[o.word]] for o in opponents}
    for word, mission in missions.items():
        say(f"{word}: {mission:.3f}")
    if climb is not None:
        found = _searched(tree, side, opponents, played, climb, say)
        missions[PLAN] = found.mission
        if better(missions.values()) == found.mission:
            chosen = dict.fromkeys(chosen, PLAN)
            many = len(seeds)
            kept = {
                o.word: found.played[at * many : (at + 1) * many] for at, o in enumerate(opponents)
            }
    return _lessons(tree, side, opponents, kept, par, chosen, missions)


def _searched(
    tree: Tree,
    side: Side,
    opponents: Sequence[Opponent],
    played: dict[tuple[str, str], list[Played]],
    climb: Climb,
    say: Say,
) -> Found:
    index = SIDES.index(side)
    starts = [tuple(each[index] for each in matches[0].plays) for matches in played.values()]
    search = Search(tree, side, opponents, np.random.default_rng([climb.seed, 2]))
    return search.climb(starts, climb.generations, climb.children, say)


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
    opponents: Sequence[Opponent],
    kept: dict[str, list[Played]],
    par: Par,
    chosen: dict[str, str],
    missions: dict[str, float],
) -> Lessons:
    index = SIDES.index(side)
    sign = 1.0 if side is Side.ATTACKER else -1.0
    rows: list[tuple[Node, int, float, float]] = []
    for opponent, each in ((o, each) for o in opponents for each in kept[o.word]):
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
