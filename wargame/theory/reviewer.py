"""Reviews a match: makes what the other actions need, and keeps what is done so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from wargame.game.verdict import verdict
from wargame.pool import Progress, silent
from wargame.stages import SIDES, Side
from wargame.theory.contrast import Contrast, said
from wargame.theory.counterfactual import Ending, Game, Replay, SourceOf, Swap, Worth
from wargame.theory.pace import Pace
from wargame.theory.review import (
    Alternative,
    Review,
    RoundReview,
    SideReview,
    Through,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of a review."""

    sides: tuple[Side, ...] = SIDES
    rounds: range | None = None
    """None for all that were played."""
    follow: int | None = 1
    """How many of the best alternatives of a round and side go on to the end; None for all."""
    all_strengths: bool = False


class Reviewer:
    """Reviews a match; what is done so far is in `review` at any time.

    Args:
        game: what was played.
        source: makes the source of the rounds.
        terms: what is asked.
        progress: told how far the whole is; raises Cancelled to stop.
        together: how many matches are followed side by side.
    """

    def __init__(
        self,
        game: Game,
        source: SourceOf,
        terms: Terms | None = None,
        *,
        progress: Progress = silent,
        together: int = 2,
    ) -> None:
        self.game, self.terms = game, terms if terms is not None else Terms()
        self._pace = Pace(progress)
        self.replay = Replay(game, source(self._pace))
        self._together = max(1, together)
        self.review = Review(
            game.rules.name,
            game.world.fidelity,
            self.terms.all_strengths,
            (),
            game.rules.mission.par,
            None,
            complete=False,
            rounds=(),
        )

    def begin(self) -> None:
        """Makes the match again as it was played; what follows builds on it."""
        self._pace.begin(len(self.game.plays))
        self.replay.play(self._pace.add)
        assert self.replay.opening is not None  # noqa: S101
        self._contrast = Contrast(self.replay.opening, self.game.rules)
        scores = [worth.score for worth in self.replay.played]
        self.review = replace(
            self.review,
            missions=tuple(self.replay.missions),
            result=verdict(scores, self.game.rules) if self.game.finished else None,
        )

    def swaps(self, round_: int) -> list[Swap]:
        """Everything that is tried in a round."""
        terms = self.terms
        return [
            Swap(round_, side, action)
            for side in terms.sides
            for action in self.replay.others(round_, side, all_strengths=terms.all_strengths)
        ]

    @property
    def rounds(self) -> list[int]:
        """The rounds under review."""
        played = range(1, len(self.game.plays) + 1)
        asked = self.terms.rounds
        return [number for number in played if asked is None or number in asked]

    def followed(self) -> int:
        """Most rounds that following the best alternatives to the end can take."""
        last = len(self.game.plays)
        return sum(self._most(number) * (last + 1 - number) for number in self.rounds)

    def _most(self, round_: int) -> int:
        follow, tried = self.terms.follow, self.swaps(round_)
        counts = [sum(swap.side is side for swap in tried) for side in self.terms.sides]
        return sum(count if follow is None else min(count, follow) for count in counts)

    def run(self, tell: Callable[[Review], None] = lambda _: None) -> Review:
        """The whole review.

        Args:
            tell: told the review so far, each time there is more of it.

        Raises:
            Cancelled: by the progress; what is done is in `review`.
            WargameError: a recorded action was not allowed, or the data is not here.
        """
        self.begin()
        self._pace.begin(sum(len(self.swaps(n)) for n in self.rounds) + self.followed())
        for number in self.rounds:
            self._pace.head = f"round {number}: the other cards"
            done = self._round(number)
            self.review = replace(self.review, rounds=(*self.review.rounds, done))
            tell(self.review)
        self._follow(tell)
        self.review = replace(self.review, complete=True)
        tell(self.review)
        return self.review

    def _round(self, number: int) -> RoundReview:
        swaps = self.swaps(number)
        found = dict(zip(swaps, self.replay.now(swaps), strict=True))
        self._pace.add(len(swaps))
        played = self.replay.played[number - 1]
        sides = {
            side: self._side(number, side, {s: w for s, w in found.items() if s.side is side})
            for side in self.terms.sides
        }
        worth = played.score
        return RoundReview(number, worth.mission, worth.low, worth.high, played.outcome.key, sides)

    def _side(self, number: int, side: Side, found: dict[Swap, Worth]) -> SideReview:
        action = self.game.plays[number - 1][SIDES.index(side)]
        deck = self.replay.board.deck(side)
        tried = [self._tried(swap, worth) for swap, worth in found.items()]
        tried.sort(key=lambda each: (-each.gain, each.cost, each.action))
        card, strength = deck.card_at(action)
        return SideReview(side, action, card, strength, deck.costs[action], tuple(tried))

    def _tried(self, swap: Swap, worth: Worth) -> Alternative:
        deck = self.replay.board.deck(swap.side)
        card, strength = deck.card_at(swap.action)
        played = self.replay.played[swap.round - 1]
        was, now = played.score, worth.score
        better = now.low > was.high if swap.side is Side.ATTACKER else now.high < was.low
        worse = now.high < was.low if swap.side is Side.ATTACKER else now.low > was.high
        return Alternative(
            action=swap.action,
            card=card,
            strength=strength,
            cost=deck.costs[swap.action],
            mission=now.mission,
            low=now.low,
            high=now.high,
            gain=_gain(swap.side, was.mission, now.mission),
            clear=better or worse,
            changes=self._contrast.changes(played, worth),
            event=said(card, played, worth),
            key=worth.outcome.key,
        )

    def _follow(self, tell: Callable[[Review], None]) -> None:
        wanted = [
            Swap(each.round, side, alternative.action)
            for each in self.review.rounds
            for side, one in each.sides.items()
            for alternative in one.alternatives[: self.terms.follow]
        ]
        self._pace.head = "the best replies to the end"
        for start in range(0, len(wanted), self._together):
            some = wanted[start : start + self._together]
            found = self.replay.through(some, self._pace.add)
            through = {end.swap: self._through(end.swap, end) for end in found}
            rounds = tuple(_with(each, through) for each in self.review.rounds)
            self.review = replace(self.review, rounds=rounds)
            tell(self.review)

    def _through(self, swap: Swap, end: Ending) -> Through:
        gain = _gain(swap.side, self.review.mission, end.mission)
        return Through(end.mission, gain, tuple(end.lapsed))


def _gain(side: Side, was: float, now: float) -> float:
    """What a side gains where the mission value, the attacker's gain, goes from one to another."""
    return now - was if side is Side.ATTACKER else was - now


def _with(each: RoundReview, through: dict[Swap, Through]) -> RoundReview:
    sides = {
        side: replace(
            one,
            alternatives=tuple(
                replace(a, through=through.get(Swap(each.round, side, a.action), a.through))
                for a in one.alternatives
            ),
        )
        for side, one in each.sides.items()
    }
    return replace(each, sides=sides)
