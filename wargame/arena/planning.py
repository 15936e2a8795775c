"""Searches a plan: one action a round, played whatever happens, that does well on the whole.

Rounds are deterministic in a world, so two plans in the same worlds against the same opponents
differ by the plans alone: a handful of matches tells which is better, where a policy gradient
would need hundreds. Hill climbing from the teachers' own moves: changed plans are screened in one
world, and the best of them must win in all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, NamedTuple

import numpy as np

from wargame.arena.fleet import Fixture, Fleet, Played
from wargame.arena.tree import Tree
from wargame.arena.vector import Opponent
from wargame.game.agent import Agent
from wargame.game.deck import PASS
from wargame.game.view import View
from wargame.stages import STRENGTHS, Side

Plan = tuple[int, ...]
PROMOTED = 2
"""Changed plans of a generation that are tried in all worlds."""


class Planned(Agent):
    """Plays a plan; passes where its action is not allowed."""

    name: ClassVar[str] = "planned"
    title: ClassVar[str] = "A plan"
    character: ClassVar[str] = "Plays one action a round, whatever happens"

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def act(self, view: View) -> int:
        """The round's action, where it is legal."""
        action = self._plan[view.round - 1]
        return action if view.moves[action].legal else PASS


class Found(NamedTuple):
    """The best plan."""

    plan: Plan
    mission: float
    """Its mean mission value over worlds and opponents."""
    played: list[Played]
    """Its matches: opponent by opponent, world by world."""


class Search:
    """A hill climb in the training worlds.

    Args:
        tree: where matches take place; its worlds' seeds are all used.
        side: whose plan.
        opponents: whom it must do well against, by weight.
        rng: for the changes.
    """

    def __init__(
        self, tree: Tree, side: Side, opponents: Sequence[Opponent], rng: np.random.Generator
    ) -> None:
        self._tree, self._side, self._opponents, self._rng = tree, side, opponents, rng
        self._fleet = Fleet.over(tree)
        self._seeds = tree.worlds.seeds
        self._cards = len(tree.worlds.board.deck(side).names)
        self._known: dict[tuple[Plan, int], float] = {}
        weights = np.array([each.weight for each in opponents])
        self._weights = weights / weights.sum()

    def climb(
        self,
        starts: Sequence[Plan],
        generations: int,
        children: int,
        *,
        say: Callable[[str], None] = lambda _: None,
        late: Callable[[], bool] = lambda: False,
    ) -> Found:
        """The best plan after so many generations of so many changed plans each.

        Args:
            starts: plans to begin from.
            generations: how often the best plan is changed.
            children: changed plans a generation.
            say: told in words how far it is.
            late: whether it is time to end, asked before every generation.
        """
        starts = list(dict.fromkeys(starts))
        best = self._best_of(starts, self._seeds[0], keep=PROMOTED + 1)
        for number in range(generations):
            if late():
                break
            mission = abs(self._losses([best], self._seeds)[0])
            say(f"search {number + 1} of {generations}: the best plan so far has {mission:.3f}")
            screen = self._seeds[number % len(self._seeds)]
            changed = list(dict.fromkeys(self._changed(best) for _ in range(children)))
            best = self._best_of([best, *changed], screen, keep=PROMOTED, incumbent=best)
        played = self._play([best], self._seeds)
        loss = self._losses([best], self._seeds)[0]
        return Found(best, loss if self._side is Side.DEFENDER else -loss, played)

    def _best_of(
        self, plans: Sequence[Plan], screen: int, *, keep: int, incumbent: Plan | None = None
    ) -> Plan:
        """The plan that is best in all worlds, of those that are best in one."""
        first = dict(zip(plans, self._losses(plans, [screen]), strict=True))
        bar = first[incumbent] if incumbent is not None else float("inf")
        ranked = sorted((p for p in first if p != incumbent), key=lambda plan: first[plan])
        tried = [plan for plan in ranked[:keep] if first[plan] < bar]
        if incumbent is not None:
            tried.insert(0, incumbent)
        losses = self._losses(tried, self._seeds)
        return tried[int(np.argmin(losses))]

    def _losses(self, plans: Sequence[Plan], seeds: Sequence[int]) -> list[float]:
        """The side's mean loss by plan; what was played before is remembered."""
        wanted = [(plan, seed) for seed in seeds for plan in plans]
        new = [each for each in dict.fromkeys(wanted) if each not in self._known]
        for seed in dict.fromkeys(seed for _, seed in new):
            unknown = [plan for plan, where in new if where == seed]
            played = self._play(unknown, [seed])
            many = len(self._opponents)
            for at, plan in enumerate(unknown):
                missions = [each.mission for each in played[at * many : (at + 1) * many]]
                mean = float(np.dot(self._weights, missions))
                self._known[plan, seed] = mean if self._side is Side.DEFENDER else -mean
        return [float(np.mean([self._known[plan, seed] for seed in seeds])) for plan in plans]

    def _play(self, plans: Sequence[Plan], seeds: Sequence[int]) -> list[Played]:
        fixtures = []
        for number, plan in enumerate(plans):
            self._fleet.invite(f"plan {number}", partial(Planned, plan))
            for opponent in self._opponents:
                pair = (f"plan {number}", opponent.word)
                if self._side is Side.DEFENDER:
                    pair = (pair[1], pair[0])
                fixtures += [Fixture(*pair, seed) for seed in seeds]
        return self._fleet.play(fixtures)

    def _changed(self, plan: Plan) -> Plan:
        """The plan with one action replaced, put in between, taken out, or two exchanged."""
        rng, rounds, new = self._rng, len(plan), list(plan)
        kind, at = rng.random(), int(rng.integers(rounds))
        card, strength = int(rng.integers(self._cards)), int(rng.integers(len(STRENGTHS)))
        action = 1 + len(STRENGTHS) * card + strength
        if kind < 0.5:
            new[at] = action
        elif kind < 0.7:
            new = [*new[:at], action, *new[at:-1]]
        elif kind < 0.85:
            new = [*new[:at], *new[at + 1 :], action]
        else:
            other = int(rng.integers(rounds))
            new[at], new[other] = new[other], new[at]
        return tuple(new)
