"""One match: both sides choose, the round is really resolved, and is told as one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, cast

import numpy as np

from wargame.errors import WargameError
from wargame.game.agent import Agent
from wargame.game.asking import ask, seated
from wargame.game.board import Board, Position
from wargame.game.report import Score, score
from wargame.game.terms import Scenario
from wargame.game.verdict import Verdict, verdict
from wargame.game.view import Panel, Readings, View, blank, read_into, view
from wargame.pipeline.outcome import InForce, Measure, Outcome, Picture, Reading, World
from wargame.pool import Pool, Progress, Serial, silent
from wargame.stages import SIDES, Side, Strength
from wargame.store import Store

MAX_SEED = 2**63 - 1


class Resolver(Protocol):
    """What resolves rounds: the module `wargame.pipeline.resolve`, or a table of outcomes."""

    def opening(self, world: World, *, store: Store, pool: Pool, progress: Progress) -> Outcome:
        """Round 0: the first honest model."""
        ...

    def resolve(
        self,
        world: World,
        carry: Mapping[str, Any],
        round_: int,
        attacks: tuple[InForce, ...],
        defences: tuple[InForce, ...],
        *,
        store: Store,
        pool: Pool,
        progress: Progress,
    ) -> Outcome:
        """A round with these cards in force."""
        ...


@dataclass(frozen=True, slots=True)
class DataFacts:
    """The data set of a match: what it is, never where it lies."""

    name: str
    digest: str
    origin: str
    """Where it comes from, in words, e.g. "synthetic terrain, embedded"."""


class Play(NamedTuple):
    """What a side did in a round."""

    action: int
    card: str | None
    """None for passing."""
    strength: Strength | None


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A finished round."""

    round: int
    plays: Mapping[Side, Play]
    in_force: Mapping[Side, tuple[InForce, ...]]
    """Cards that acted in the round."""
    measures: Mapping[str, Measure]
    readings: Mapping[Side, tuple[Reading, ...]]
    score: Score
    key: str
    """Store key of the round."""
    position: Position
    """After the round."""
    pictures: tuple[Picture, ...]
    events: tuple[str, ...]


def world_seed(seed: int) -> int:
    """The pipeline's seed in a match of this seed."""
    return int(spawn(seed)[2].generate_state(1)[0])


def spawn(seed: int) -> list[np.random.SeedSequence]:
    """The streams of the attacker, the defender and the world in a match of this seed."""
    if not 0 <= seed <= MAX_SEED:
        raise WargameError(f"a seed is a whole number from 0 to {MAX_SEED}, not {seed}")
    return np.random.SeedSequence(seed).spawn(3)


class Match:
    """An iterator over the rounds of one match.

    Args:
        scenario: the game.
        attacker: who plays it, or None where `step` is told its actions.
        defender: likewise.
        seed: everything random follows from it; each agent and the world have their own stream.
        fidelity: one of the scenario's.
        data: the data set.
        store: where artifacts are kept.
        pool: where they are made; this process where it is not given.
        resolver: what resolves rounds; the pipeline where it is not given.
        progress: told what is being made; raises Cancelled to stop.
        board: the scenario's board, where many matches share one and what it has worked out.
    """

    def __init__(
        self,
        scenario: Scenario,
        attacker: Agent | None,
        defender: Agent | None,
        *,
        seed: int,
        fidelity: str,
        data: DataFacts,
        store: Store,
        pool: Pool | None = None,
        resolver: Resolver | None = None,
        progress: Progress = silent,
        board: Board | None = None,
    ) -> None:
        streams = spawn(seed)
        self.scenario, self.seed, self.fidelity, self.data = scenario, seed, fidelity, data
        self.world = scenario.world(world_seed(seed), fidelity, data.digest)
        self.board = board if board is not None else Board(scenario)
        self.agents: dict[Side, Agent | None] = dict(zip(SIDES, (attacker, defender), strict=True))
        self.progress = progress
        self.position = self.board.start()
        self.lines: list[RoundLine] = []
        self._store, self._pool = store, pool if pool is not None else Serial()
        self._resolver = resolver
        self._opening: Outcome | None = None
        self._carry: Mapping[str, Any] = {}
        self._readings: dict[Side, Readings] = dict.fromkeys(SIDES, ())
        self._history: dict[Side, tuple[int, ...]] = dict.fromkeys(SIDES, ())
        self._panels: dict[Side, Panel] = {side: blank(self.board.deck(side)) for side in SIDES}
        self._chosen: dict[Side, int] = {}
        for side, stream in zip(SIDES, streams, strict=False):
            self._begin(side, np.random.default_rng(stream))

    def _begin(self, side: Side, rng: np.random.Generator) -> None:
        agent = self.agents[side]
        if agent is not None:
            seated(agent, side).begin(side, self.scenario, rng)

    @property
    def over(self) -> bool:
        """Whether every round is played."""
        return self.position.over

    @property
    def opened(self) -> bool:
        """Whether the opening is made."""
        return self._opening is not None

    def open(self) -> Outcome:
        """Round 0, the honest start; made on the first call."""
        if self._opening is None:
            made = self._pipeline().opening(
                self.world, store=self._store, pool=self._pool, progress=self.progress
            )
            self._opening = made
            self._carry = made.carry
            self._read(made)
        return self._opening

    def view(self, side: Side) -> View:
        """What a side sees now."""
        self.open()
        return view(
            self.position,
            side,
            self._readings[side],
            self.board.deck(side),
            self._history[side],
            self._panels[side],
        )

    def step(
        self, attacker_action: int | None = None, defender_action: int | None = None
    ) -> RoundLine:
        """Plays one round.

        Where it is called off or fails, the match stands as before; called again, the agents are
        not asked twice.

        Args:
            attacker_action: the attacker's action where no agent plays it.
            defender_action: likewise.

        Raises:
            WargameError: the match is over, an action is missing, or it is not allowed.
            Fault: an agent chose what is not allowed.
            Cancelled: by `progress`.
        """
        if self.over:
            raise WargameError("the match is over")
        self.open()
        given = dict(zip(SIDES, (attacker_action, defender_action), strict=True))
        actions = {side: self._action(side, given[side]) for side in SIDES}
        played = self.board.play(self.position, actions[SIDES[0]], actions[SIDES[1]])
        forces = {side: self.board.forces(played, side) for side in SIDES}
        outcome = self._pipeline().resolve(
            self.world,
            self._carry,
            played.round,
            forces[Side.ATTACKER],
            forces[Side.DEFENDER],
            store=self._store,
            pool=self._pool,
            progress=self.progress,
        )
        return self._finish(played, actions, forces, outcome)

    def _action(self, side: Side, given: int | None) -> int:
        agent, deck = self.agents[side], self.board.deck(side)
        if agent is None:
            if given is None:
                raise WargameError(f"nobody plays the {side.value}: give its action")
            action = deck.action(given)
            why = self.board.reason(self.position, side, action)
            if why is not None:
                raise WargameError(f"{deck.describe(action)} cannot be played: {why}")
            return action
        if given is not None:
            raise WargameError(f"{agent.name} plays the {side.value}: give no action for it")
        return self.ask(side)

    def ask(self, side: Side) -> int:
        """What the agent of a side will play in the coming round; it is asked once.

        Raises:
            WargameError: no agent plays the side, or the match is over.
            Fault: it failed, or chose what is not allowed.
        """
        agent = self.agents[side]
        if agent is None or self.over:
            raise WargameError(f"there is no agent to ask for the {side.value}'s move")
        if side not in self._chosen:
            self._chosen[side] = ask(agent, self.view(side), self.board, self.position)
        return self._chosen[side]

    def _finish(
        self,
        played: Position,
        actions: Mapping[Side, int],
        forces: Mapping[Side, tuple[InForce, ...]],
        outcome: Outcome,
    ) -> RoundLine:
        worth = score(outcome, self.open(), self.scenario)
        self.position = self.board.finish(played, outcome)
        self._carry = outcome.carry
        self._chosen.clear()
        for side, action in actions.items():
            self._history[side] += (action,)
        self._read(outcome)
        line = RoundLine(
            round=played.round,
            plays={side: self._play(side, action) for side, action in actions.items()},
            in_force=forces,
            measures=outcome.measures,
            readings=outcome.readings,
            score=worth,
            key=outcome.key,
            position=self.position,
            pictures=outcome.pictures,
            events=outcome.events,
        )
        self.lines.append(line)
        if self.over:
            self._end()
        return line

    def _play(self, side: Side, action: int) -> Play:
        card, strength = self.board.deck(side).card_at(action)
        return Play(action, card, strength)

    def _read(self, outcome: Outcome) -> None:
        for side in SIDES:
            readings = tuple(outcome.readings.get(side, ()))
            self._readings[side] += (readings,)
            self._panels[side] = read_into(self._panels[side], self.board.deck(side), readings)

    def _end(self) -> None:
        for side, agent in self.agents.items():
            if agent is not None:
                agent.end(self.view(side))

    def __iter__(self) -> Iterator[RoundLine]:
        """The rounds still to be played, where agents play both sides."""
        while not self.over:
            yield self.step()

    def result(self) -> Verdict:
        """Who won and why.

        Raises:
            WargameError: the match is not over.
        """
        if not self.over:
            raise WargameError("the match is not over")
        return verdict([line.score for line in self.lines], self.scenario)

    def _pipeline(self) -> Resolver:
        if self._resolver is None:
            # Found late: it is heavy, and a match over a table of outcomes never needs it.
            import importlib

            self._resolver = cast(Resolver, importlib.import_module("wargame.pipeline.resolve"))
        return self._resolver
