"""A matrix game with exact best responses, as the loop sees one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from wargame.stages import Side
from wargame.theory.equilibrium import Matrix, Vector


class MatrixOracle:
    """Agents are the numbers of rows and columns."""

    def __init__(self, table: ArrayLike) -> None:
        self.table = np.asarray(table, dtype=np.float64)
        self.asked: list[tuple[Side, int]] = []

    def payoffs(self, attackers: Sequence[str], defenders: Sequence[str]) -> Matrix:
        rows, columns = ([int(name) for name in side] for side in (attackers, defenders))
        return self.table[np.ix_(rows, columns)]

    def respond(
        self, side: Side, opponents: Sequence[str], weights: Vector, iteration: int
    ) -> str | None:
        self.asked.append((side, iteration))
        numbers = [int(name) for name in opponents]
        if side is Side.ATTACKER:
            return str(int((self.table[:, numbers] @ weights).argmax()))
        return str(int((weights @ self.table[numbers]).argmin()))
