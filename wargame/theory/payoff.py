"""The empirical payoff table: every attacker against every defender in the same worlds.

Wellman, "Methods for Empirical Game-Theoretic Analysis" (2006).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from wargame.errors import WargameError
from wargame.game import scenario
from wargame.game.deck import Deck
from wargame.game.terms import Scenario
from wargame.stages import SIDES, Side
from wargame.theory.equilibrium import Matrix
from wargame.theory.payoff_file import Cell, Header, load


@dataclass(frozen=True, slots=True, eq=False)
class Payoffs:
    """Mission values of all pairs by seed; only seeds that every pair has played."""

    attackers: tuple[str, ...]
    defenders: tuple[str, ...]
    seeds: tuple[int, ...]
    missions: NDArray[np.float64]
    """Mean mission of each match (A, D, S)."""
    spent: NDArray[np.float64]
    """Share of all its points that each side paid for cards it played (2, A, D, S)."""
    rules: Scenario
    header: Header

    @classmethod
    def of(cls, header: Header, cells: Sequence[Cell]) -> Self:
        """The table of a file's lines; a seed that is not complete is left out.

        Raises:
            WargameError: no seed is complete, or the recorded scenario is not valid here.
        """
        rules = scenario.from_content(header.content)
        shape = (len(header.attackers), len(header.defenders))
        seeds = len(cells) // (shape[0] * shape[1])
        if seeds == 0:
            raise WargameError("no seed of the table is complete yet; run `wargame payoff` again")
        kept = cells[: seeds * shape[0] * shape[1]]
        spent = [_spent(rules, side, [each.plays for each in kept]) for side in SIDES]
        by_seed = [np.reshape(each, (seeds, *shape)) for each in (_missions(kept), *spent)]
        missions, *paid = (np.moveaxis(each, 0, -1) for each in by_seed)
        return cls(
            attackers=tuple(each.name for each in header.attackers),
            defenders=tuple(each.name for each in header.defenders),
            seeds=tuple(range(header.first_seed, header.first_seed + seeds)),
            missions=missions,
            spent=np.stack(paid),
            rules=rules,
            header=header,
        )

    @property
    def mean(self) -> Matrix:
        """Mean mission of each pair (A, D)."""
        return np.asarray(self.missions.mean(axis=2), dtype=np.float64)

    @property
    def par(self) -> float:
        """Mission value that parts victory from defeat."""
        return self.rules.mission.par

    def priced(self, price: float) -> tuple[Matrix, Matrix]:
        """What each side gets (A, D) where all its points together are worth `price`.

        Args:
            price: in units of the mission value.
        """
        attacker, defender = self.spent.mean(axis=3)
        return self.mean - price * attacker, -self.mean - price * defender


def read(path: Path) -> Payoffs:
    """The table in a file.

    Raises:
        WargameError: it is none, is damaged, or no seed of it is complete.
    """
    header, cells = load(path)
    try:
        return Payoffs.of(header, cells)
    except WargameError as error:
        raise WargameError(f"{path}: {error}") from None


def _missions(cells: Sequence[Cell]) -> list[float]:
    return [each.mission for each in cells]


def _spent(
    rules: Scenario, side: Side, matches: Sequence[Sequence[tuple[int, int]]]
) -> list[float]:
    costs, index = Deck.of(rules, side).costs, SIDES.index(side)
    # Never more than this can be paid, whatever is played.
    points = max(1, rules.budget.start + rules.budget.refill * (rules.rounds - 1))
    try:
        return [sum(costs[plays[index]] for plays in match) / points for match in matches]
    except IndexError:
        raise WargameError(f"the table holds an action that the {side.value} has not") from None
