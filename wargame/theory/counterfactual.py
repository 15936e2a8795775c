"""What a match would have measured with another action: which rounds to make, and their worth.

Every number comes from rounds that are really resolved; nothing is estimated. A round with one
side's action changed starts from what the played rounds before it left behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from wargame.errors import WargameError
from wargame.game.board import PASS, Board, Position
from wargame.game.match import Match, Resolver, world_seed
from wargame.game.record import Record
from wargame.game.remote import Order, opening_order
from wargame.game.report import Score, score
from wargame.game.terms import Scenario
from wargame.pipeline.outcome import Outcome, World
from wargame.pipeline.resolve import START
from wargame.pool import Progress, Serial
from wargame.stages import SIDES, STRENGTHS, Side
from wargame.store import Store

Pair = tuple[int, int]
"""The attacker's and the defender's action in a round."""


@dataclass(frozen=True, slots=True)
class Game:
    """A match as it was played, as far as it went. Who played it does not matter."""

    rules: Scenario
    world: World
    plays: tuple[Pair, ...]
    """One a round."""

    @property
    def finished(self) -> bool:
        """Whether every round was played."""
        return len(self.plays) == self.rules.rounds


def played(match: Match) -> Game:
    """The rounds of a match so far."""
    one, two = SIDES
    plays = [(line.plays[one].action, line.plays[two].action) for line in match.lines]
    return Game(match.scenario, match.world, tuple(plays))


def recorded(record: Record, rules: Scenario) -> Game:
    """The rounds of a record.

    Args:
        record: of the match.
        rules: its scenario, from the header's content.

    Raises:
        WargameError: the scenario is not the one that was played.
    """
    header = record.header
    if rules.digest != header.scenario_digest:
        raise WargameError(
            f"{record.path}:1: the scenario is not the one that was played (its digest is "
            f"{rules.digest[:12]}, the recorded one {header.scenario_digest[:12]})"
        )
    one, two = SIDES
    plays = [(each.plays[one].action, each.plays[two].action) for each in record.rounds]
    world = rules.world(world_seed(header.seed), header.fidelity, header.data.digest)
    return Game(rules, world, tuple(plays))


class Source(Protocol):
    """Where rounds come from, such as `wargame.game.gather.Gatherer`."""

    def gather(self, orders: Sequence[Order]) -> list[Outcome]:
        """The rounds, in the order asked."""
        ...


SourceOf = Callable[[Progress], Source]
"""Makes a source that tells this progress."""


class Resolved:
    """A source of rounds over a resolver, one round after another."""

    def __init__(self, resolver: Resolver, store: Store, progress: Progress) -> None:
        self._resolver, self._store, self._progress = resolver, store, progress

    def gather(self, orders: Sequence[Order]) -> list[Outcome]:
        """The rounds, in the order asked."""
        return [self._one(order) for order in orders]

    def _one(self, order: Order) -> Outcome:
        more: dict[str, Any] = {
            "store": self._store,
            "pool": Serial(),
            "progress": self._progress,
        }
        if order.round == 0:
            return self._resolver.opening(order.world, **more)
        return self._resolver.resolve(
            order.world, order.carry, order.round, order.attacks, order.defences, **more
        )


class Standing(NamedTuple):
    """Where a match stands before a round."""

    position: Position
    carry: Mapping[str, Any]


class Worth(NamedTuple):
    """A resolved round and what it was worth."""

    outcome: Outcome
    score: Score


class Lapse(NamedTuple):
    """A recorded action that could not be played any more; the side passes instead."""

    round: int
    side: Side
    action: int


class Swap(NamedTuple):
    """One side's action in one round, changed."""

    round: int
    side: Side
    action: int


@dataclass(slots=True)
class Ending:
    """The whole match with one action changed, all later actions as recorded."""

    swap: Swap
    missions: list[float]
    """One a round."""
    lapsed: list[Lapse] = field(default_factory=list)

    @property
    def mission(self) -> float:
        """Mean mission value of the rounds."""
        return sum(self.missions) / len(self.missions)


class NotAllowedError(WargameError):
    """A recorded action was not allowed where it was played."""

    def __init__(self, round_: int, why: str) -> None:
        super().__init__(why)
        self.round = round_


class Replay:
    """A match made again, round by round, and every round of it with other actions.

    Args:
        game: what was played.
        source: where rounds come from.

    Raises:
        NotAllowedError: a recorded action was not allowed.
    """

    def __init__(self, game: Game, source: Source) -> None:
        self.game, self.board, self._source = game, Board(game.rules), source
        self.opening: Outcome | None = None
        self.before: list[Standing] = []
        """Where the match stood before each round."""
        self.played: list[Worth] = []

    def play(self, step: Callable[[int], None] = lambda _: None) -> None:
        """Makes the match as it was played; `step` is told of each round."""
        if self.opening is not None:
            return
        (self.opening,) = self._source.gather([opening_order(self.game.world)])
        now = Standing(self.board.start(), self.opening.carry or START)
        for pair in self.game.plays:
            (outcome,) = self._source.gather([self.order(now, pair)])
            self.before.append(now)
            self.played.append(self._worth(outcome))
            now = self._after(now, pair, outcome)
            step(1)

    @property
    def missions(self) -> list[float]:
        """Mission value of each played round."""
        return [worth.score.mission for worth in self.played]

    def order(self, now: Standing, pair: Pair) -> Order:
        """The round that a pair of actions makes from a standing."""
        try:
            placed = self.board.play(now.position, *pair)
        except WargameError as error:
            raise NotAllowedError(now.position.round, str(error)) from error
        forces = [self.board.forces(placed, side) for side in SIDES]
        return Order(self.game.world, now.carry, placed.round, *forces)

    def _after(self, now: Standing, pair: Pair, outcome: Outcome) -> Standing:
        placed = self.board.play(now.position, *pair)
        return Standing(self.board.finish(placed, outcome), outcome.carry)

    def _worth(self, outcome: Outcome) -> Worth:
        assert self.opening is not None  # noqa: S101
        return Worth(outcome, score(outcome, self.opening, self.game.rules))

    def others(self, round_: int, side: Side, *, all_strengths: bool) -> list[int]:
        """Every other action that was legal for a side in a round, by action number.

        Args:
            round_: from 1.
            side: whose.
            all_strengths: every affordable strength of a card, else its strongest affordable one.
        """
        taken = self.game.plays[round_ - 1][SIDES.index(side)]
        legal = self.board.legal(self.before[round_ - 1].position, side)
        actions = [action for action, allowed in enumerate(legal) if allowed]
        if not all_strengths:
            # A card's strengths follow each other, so the last one kept is the strongest.
            strongest = {_card(action): action for action in actions}
            actions = list(strongest.values())
        return [action for action in actions if action != taken]

    def orders(self, swaps: Sequence[Swap]) -> list[Order]:
        """The round of each swap."""
        return [self.order(self.before[s.round - 1], self._changed(s)) for s in swaps]

    def now(self, swaps: Sequence[Swap]) -> list[Worth]:
        """Each swap's own round with the other action, everything else as played."""
        return [self._worth(outcome) for outcome in self._source.gather(self.orders(swaps))]

    def through(self, swaps: Sequence[Swap], step: Callable[[int], None]) -> list[Ending]:
        """Each swap's match to its end; later actions as recorded, or passed where not legal.

        Args:
            swaps: what is changed.
            step: told after each round how many were made side by side.
        """
        walks = [_Walk(self, swap) for swap in swaps]
        while walking := [walk for walk in walks if walk.unfinished]:
            outcomes = self._source.gather([walk.order() for walk in walking])
            for walk, outcome in zip(walking, outcomes, strict=True):
                walk.take(outcome)
            step(len(walking))
        return [walk.ending for walk in walks]

    def _changed(self, swap: Swap) -> Pair:
        one, two = self.game.plays[swap.round - 1]
        return (swap.action, two) if swap.side is Side.ATTACKER else (one, swap.action)


class _Walk:
    """One match with a swap, on its way to the end."""

    def __init__(self, replay: Replay, swap: Swap) -> None:
        self._replay, self._at = replay, replay.before[swap.round - 1]
        self._pair = replay._changed(swap)
        self.ending = Ending(swap, replay.missions[: swap.round - 1])

    @property
    def unfinished(self) -> bool:
        return len(self.ending.missions) < len(self._replay.game.plays)

    def order(self) -> Order:
        return self._replay.order(self._at, self._pair)

    def take(self, outcome: Outcome) -> None:
        self.ending.missions.append(self._replay._worth(outcome).score.mission)
        self._at = self._replay._after(self._at, self._pair, outcome)
        if self.unfinished:
            self._pair = self._allowed(self._replay.game.plays[len(self.ending.missions)])

    def _allowed(self, pair: Pair) -> Pair:
        position = self._at.position
        kept = []
        for side, action in zip(SIDES, pair, strict=True):
            if self._replay.board.reason(position, side, action) is not None:
                self.ending.lapsed.append(Lapse(position.round, side, action))
                action = PASS
            kept.append(action)
        return kept[0], kept[1]


def _card(action: int) -> int:
    return (action - 1) // len(STRENGTHS) if action else -1
