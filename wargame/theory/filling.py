"""Fills a payoff table: plays the matches that its file lacks, until nothing more can change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np

from wargame.arena.fleet import Fixture, Played
from wargame.theory.payoff_file import Cell
from wargame.theory.payoff_journal import Journal
from wargame.theory.stopping import Look, look, looks

BATCH = 4
"""Seeds played side by side; more would keep more on the machine that a kill takes away."""


class Player(Protocol):
    """Plays matches: a `wargame.arena.fleet.Fleet`."""

    def play(self, fixtures: Sequence[Fixture]) -> list[Played]:
        """Plays them all."""
        ...


Words = tuple[Mapping[str, str], Mapping[str, str]]
Told = Callable[[int, int], None]
"""Called with the matches that stand in the file, and those that there are to be at most."""


def fill(
    journal: Journal,
    player: Player,
    seeds: int,
    *,
    words: Words = ({}, {}),
    par: float = 0.5,
    tolerance: float = 0.05,
    early_stop: bool = True,
    told: Told = lambda _done, _total: None,
) -> Look | None:
    """Plays what is missing, and looks on the way whether the answer is settled.

    The looks depend on the matches alone: a run that goes on stops where an uncut one stops.

    Args:
        journal: the file; what it holds is never played again.
        player: plays matches.
        seeds: the most seeds of a pair.
        words: for each side, name in the table to what the player knows an agent by, where they
            differ.
        par: mission value that parts victory from defeat.
        tolerance: greatest width of the value's interval where it stops.
        early_stop: whether it stops before the last seed at all.
        told: told before every batch.

    Returns:
        The look that settled it, or None where all seeds were played.

    Raises:
        Cancelled: by the player's progress; what the file holds stays.
    """
    pairs = len(journal.header.attackers) * len(journal.header.defenders)
    ends = looks(seeds) if early_stop else []
    while True:
        complete = len(journal.cells) // pairs
        for end in (each for each in ends if each <= complete):
            found = look(missions(journal, end), par=par, tolerance=tolerance)
            if found.settled:
                return found
        ends = [each for each in ends if each > complete]
        told(len(journal.cells), seeds * pairs)
        if complete >= seeds:
            return None
        until = min([complete + BATCH, seeds, *ends]) * pairs
        _play(journal, player, range(len(journal.cells), until), words)


def missions(journal: Journal, seeds: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Mission values (A, D, S) of the first seeds."""
    shape = (len(journal.header.attackers), len(journal.header.defenders))
    cells = journal.cells[: seeds * shape[0] * shape[1]]
    flat = np.array([each.mission for each in cells], dtype=np.float64)
    return np.moveaxis(flat.reshape(seeds, *shape), 0, -1)


def _play(journal: Journal, player: Player, numbers: range, words: Words) -> None:
    header = journal.header
    fixtures = []
    for number in numbers:
        seed, attacker, defender = header.pair(number)
        one, two = words[0].get(attacker, attacker), words[1].get(defender, defender)
        fixtures.append(Fixture(one, two, seed))
    played = player.play(fixtures)
    cells = []
    for number, match in zip(numbers, played, strict=True):
        seed, attacker, defender = header.pair(number)
        cells.append(
            Cell(
                seed=seed,
                attacker=attacker,
                defender=defender,
                missions=list(match.missions),
                plays=list(match.plays),
            )
        )
    journal.add(cells)
