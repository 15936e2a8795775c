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


def unheard(_words: str) -> None:
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
    chosen: dict[str, str]
    """Opponent to the teacher imitated against it, or PLAN."""


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
    late: Callable[[], bool] = lambda: False
    """Whether it is time to end, asked before every generation."""


class School:
    """The teachers' matches, and what is made of them.

    Args:
        tree: where games take place; its worlds' seeds are all played.
        side: the learner's.
        words: the teachers.
        opponents: whom they play.
        say: told in words how far it is.
    """

    def __init__(
        self,
        tree: Tree,
        side: Side,
        words: Sequence[str],
        opponents: Sequence[Opponent],
        say: Say = unheard,
    ) -> None:
        self._tree, self._side, self._words, self._opponents = tree, side, words, opponents
        self._seeds, self._say = tree.worlds.seeds, say
        self._better = min if side is Side.DEFENDER else max
        say(f"{len(words)} teachers play {len(opponents)} opponents in {len(self._seeds)} worlds")
        self._played = self._play()
        self.par: Par = {
            (o.word, seed): _by_round([self._played[o.word, word][at] for word in words])
            for o in opponents
            for at, seed in enumerate(self._seeds)
        }

    def _play(self) -> dict[tuple[str, str], list[Played]]:
        pairs = [(opponent.word, word) for opponent in self._opponents for word in self._words]
        attacking = self._side is Side.ATTACKER
        fixtures = [
            Fixture(word, other, seed) if attacking else Fixture(other, word, seed)
            for other, word in pairs
            for seed in self._seeds
        ]
        done = Fleet.over(self._tree).play(fixtures)
        many = len(self._seeds)
        return {pair: done[at * many : (at + 1) * many] for at, pair in enumerate(pairs)}

    def lessons(self, climb: Climb | None = None) -> Lessons:
        """What is imitated: the best plan of a climb, or the best teacher by opponent."""
        words, opponents = self._words, self._opponents
        mean = {pair: _mean(matches) for pair, matches in self._played.items()}
        total = sum(o.weight for o in opponents)
        missions = {
            word: sum(o.weight * mean[o.word, word] for o in opponents) / total for word in words
        }
        for word, mission in missions.items():
            self._say(f"{word}: {mission:.3f}")
        chosen = {
            o.word: self._better((mean[o.word, word], word) for word in words)[1] for o in opponents
        }
        kept = {o.word: self._played[o.word, chosen[o.word]] for o in opponents}
        if climb is not None:
            found = self._searched(climb)
            if self._better(found.mission, *missions.values()) == found.mission:
                chosen = dict.fromkeys(chosen, PLAN)
                many = len(self._seeds)
                kept = {
                    o.word: found.played[at * many : (at + 1) * many]
                    for at, o in enumerate(opponents)
                }
        return _lessons(self._tree, self._side, opponents, kept, self.par, chosen)

    def _searched(self, climb: Climb) -> Found:
        index = SIDES.index(self._side)
        firsts = [matches[0].plays for matches in self._played.values()]
        starts = [tuple(each[index] for each in plays) for plays in firsts]
        rng = np.random.default_rng([climb.seed, 2])
        search = Search(self._tree, self._side, self._opponents, rng)
        return search.climb(
            starts, climb.generations, climb.children, say=self._say, late=climb.late
        )


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
) -> Lessons:
    """Walks the matches again, and writes down what the learner would see in each round."""
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
        chosen,
    )
